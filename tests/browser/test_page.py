"""The page in a real browser: asked, read, and walked through."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from textwrap import fill
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from articles_qa.eval.datasets.cases import load_cases
from articles_qa.index import build
from articles_qa.index.files.printable import printable
from articles_qa.qa import AskSettings, Retriever, by_article
from articles_qa.qa.proof.saved_answer import SavedQuote, read_answer
from articles_qa.ui.page.service import FILE
from articles_qa.ui.text.annotations import to_annotations
from articles_qa.ui.text.markdown import to_markdown
from articles_qa.ui.text.rich_text import to_plain
from articles_qa.ui.text.spreadsheet import to_csv, to_tabs
from articles_qa.ui.text.word_file import to_word
from articles_qa.ui.text.wording import NEAREST, place

Visit = Callable[[str], Page]
Serve = Callable[..., str]

CASUALTIES = "how many casualties did NIS report?"
KIRBY = "What did John Kirby say?"  # The seeds have several quotes of his.
SCORED = AskSettings(reader=False)
OFF_TOPIC = "What is the best recipe for lasagne?"

# What a browser, a template or a careless program would change; it stands in every sentence of its article.
ODD = {
    "marks": "cafe\u0301 Z\u0351\u0343a\u0310 नमस्ते ที่",
    "crlf": "a\nstorm",
    "returns": "the\rlevee",
    "tabs": "\tcol\tumn\t",
    "emoji": "👩🏽‍🚒🇺🇦 𝒜𠜎",
    "bidi": "\u202eabc\u202c \u2066שלום\u2069 مرحبا \u200f\u061c",
    "tags": "<b>many</b> </mark></div><!-- <script>x</script>",
    "entities": "&amp; &lt;i&gt; &#x41; &nbsp; &notin",
    "templates": "${x} {{x}} {{{y}}} {% z %} `t` \\n \\u0041 \\",
    "quotation": "\"it's\" 'so' “here”",
    "blanks": "\xa0 \u2003 \u200b\xad\ufeff \u3000",
    "controls": "\x01\x1b[31m\x7f\x80\x9f\ufffe",
}
GAPS = {"oneline": " ", "feeds": "\f\n\x0b", "separators": "\u2028\n\x85\n", "wrapped": "\n\n"}  # Between sentences.
TOWNS = (
    "Alder Birch Cedar Dover Elmore Fenwick Garnet Harlow Islip Jarrow Kelso Larne Morley Nairn Oakham Penrith Quorn".split()
)


def rough_articles() -> dict[str, bytes]:
    """Articles of every roughness; each tells of one town."""
    made = {}
    for town, name in zip(TOWNS, [*ODD, *GAPS], strict=False):
        odd = ODD.get(name, "there")
        weeks = range(150 if name == "oneline" else 15)
        filler = [f"Roads near the river were closed in week {week} {odd}, and trains ran late." for week in weeks]
        news = f"In {town} the flood {odd} destroyed {1_000 + ord(town[0])} houses, the mayor of {town} said."
        text = f"Flood {name}\n\n" + GAPS.get(name, "\n\n").join([*filler[:7], news, *filler[7:]])
        text = "\n".join(fill(line, 30) for line in text.split("\n")) if name == "wrapped" else text
        made[f"{name}.txt"] = text.replace("\n", "\r\n").encode() if name in ("crlf", "emoji") else text.encode()
    made["utf16.md"] = made.pop("marks.txt").decode().encode("utf-16")
    long = [f"Paragraph {i}: the river rose, and nobody in the whole valley slept a minute that night." for i in range(400)]
    news = f"In {TOWNS[-1]} the flood destroyed 77 houses, the mayor of {TOWNS[-1]} said."
    made["huge.txt"] = "\n".join([*long, news, *long]).encode()
    return made


@pytest.fixture(scope="module")
def seeds_directory(seeds_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the seeds that judgements may be written to."""
    return shutil.copytree(seeds_index, tmp_path_factory.mktemp("page") / "index")


@pytest.fixture(scope="module")
def seeds_url(serve: Serve, seeds_directory: Path) -> str:
    """The page over the seeds."""
    return serve(seeds_directory)


@pytest.fixture(scope="module")
def rough(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of rough articles with its index in it."""
    folder = tmp_path_factory.mktemp("rough")
    for name, data in rough_articles().items():
        (folder / name).write_bytes(data)
    build([folder], folder / ".index")
    return folder


@pytest.fixture(scope="module")
def rough_url(serve: Serve, rough: Path) -> str:
    """The page over them. The scorer judges: it quotes every article, and this is about places."""
    return serve(rough / ".index", settings=SCORED)


def ask(page: Page, question: str) -> Locator:
    """Ask as a reader does; gives the answered turn."""
    number = page.locator(".turn").count()
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    page.wait_for_function("n => document.querySelectorAll('.turn .tools:not([hidden])').length > n", arg=number)
    return page.locator(".turn").nth(number)


def conversations(page: Page) -> list[dict[str, Any]]:
    """What the browser keeps."""
    found = page.evaluate("Object.entries(localStorage).find(([name]) => name.startsWith('articles-qa:'))?.[1] ?? null")
    kept: list[dict[str, Any]] = [] if found is None else json.loads(found)["conversations"]
    return kept


def records(page: Page) -> list[dict[str, Any]]:
    """The records of the conversation that is shown."""
    return [turn["record"] for turn in conversations(page)[0]["turns"]]


def asked(page: Page) -> list[dict[str, Any]]:
    """The same, none before the first question."""
    return records(page) if conversations(page) else []


def words_shown(page: Page) -> list[str]:
    """The quotes of the whole conversation, as they stand on the screen."""
    shown: list[str] = page.evaluate("[...document.querySelectorAll('.quote .words')].map((words) => words.textContent)")
    return shown


def words_recorded(answers: list[dict[str, Any]]) -> list[str]:
    """The same quotes, as the records have them."""
    return [quote.text for record in answers for quote in in_order(record)]


def in_order(record: dict[str, Any]) -> list[SavedQuote]:
    """All quotes of a record, as they stand on the screen."""
    answer = read_answer(record)
    of_parts = [[quote for quote in answer.quotes if quote.rank in part.ranks] for part in answer.parts if part.ranks]
    parts = (*(of_parts or [answer.quotes or answer.closest]), answer.beside)
    return [quote for part in parts for group in by_article(part) for quote in group]


def remembered(record: dict[str, Any]) -> dict[str, Any]:
    """What the page sends of an earlier turn."""
    names = ("rank", "text", "said_by", "title", "start", "marks")
    parts = [{"question": part["question"], "ranks": part["ranks"][:3]} for part in record["parts"]]
    ranks = [rank for part in parts for rank in part["ranks"]] if parts else [1, 2, 3]
    quotes = [{name: quote[name] for name in names} for quote in record["quotes"] if quote["rank"] in ranks]
    return {name: record[name] for name in ("question", "searched", "answered")} | {"parts": parts, "quotes": quotes}


def clipboard(page: Page) -> str:
    """What was copied."""
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


# Clicks one quote of the last turn after the other; what lights up each time, and where.
CLICK_EACH = """async () => {
  const turn = document.querySelector('.turn:last-child'), body = document.querySelector('.reading .body');
  turn.querySelector('.misses, .beside')?.setAttribute('open', '');
  const seen = [];
  for (const quote of turn.querySelectorAll('.quote')) {
    document.querySelectorAll('mark.current').forEach((mark) => mark.classList.remove('current'));
    quote.querySelector('a.open').click();
    const until = Date.now() + 20_000;
    while (!(quote.classList.contains('current') && document.querySelector('mark.current'))) {
      if (Date.now() > until) throw new Error('nothing lit up');
      await new Promise((done) => setTimeout(done, 4));
    }
    const lit = [...document.querySelectorAll('mark.quoted.current')];
    const sheet = document.querySelector('.sheet'), room = body.getBoundingClientRect();
    const [top, bottom] = [lit[0].getBoundingClientRect().top, lit.at(-1).getBoundingClientRect().bottom];
    const isWhole = bottom <= room.bottom || bottom - top > room.height;
    seen.push({
      rank: Number(quote.dataset.rank),
      words: quote.querySelector('.words').textContent,
      place: quote.querySelector('.place').textContent,
      lit: lit.map((mark) => mark.textContent).join(''),
      inView: top >= room.top && top < room.bottom && isWhole && room.bottom <= innerHeight,
      source: sheet.dataset.source,
      sheet: [Number(sheet.dataset.start), Number(sheet.dataset.end), sheet.textContent],
    });
  }
  return seen;
}"""


def check_answer(page: Page, record: dict[str, Any], texts: dict[str, str]) -> None:
    """Each quote of the record stands on the screen word for word, and lights up in its article."""
    quotes = in_order(record)
    seen = page.evaluate(CLICK_EACH)
    assert [shown["rank"] for shown in seen] == [quote.rank for quote in quotes]
    for quote, shown in zip(quotes, seen, strict=True):
        assert shown["words"] == quote.text == texts[quote.source][quote.start : quote.end]
        assert shown["place"] == place(printable(quote.source), quote.first_line, quote.last_line)
        assert (shown["source"], shown["lit"]) == (quote.source, quote.text)
        start, end, sheet = shown["sheet"]
        assert sheet == texts[quote.source][start:end]
        assert end - start == len(texts[quote.source]) or quote.source == "huge.txt"
        assert shown["inView"]


def check_questions(
    page: Page, folder: Path, directory: Path, questions: list[str], settings: AskSettings | None = None
) -> None:
    """All that is asked is answered on the screen as by the program, character for character."""
    retriever = Retriever.open(directory, settings=settings)
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in (".txt", ".md")}
    texts = {name: data.decode("utf-16" if data.startswith(b"\xff\xfe") else "utf-8") for name, data in files.items()}
    for question in questions:
        history = [remembered(record) for record in asked(page)[-6:]]
        ask(page, question)
        record = records(page)[-1]
        expected = json.loads(json.dumps(retriever.ask(question, history).to_dict()))
        assert record | {"took_ms": 0} == expected | {"took_ms": 0}
        check_answer(page, record, texts)


def test_each_quote_of_the_seeds_lights_up_in_its_article(
    visit: Visit, seeds: Path, seeds_url: str, seeds_directory: Path, campaign: Callable[[int, int, int], int]
) -> None:
    page = visit(seeds_url)
    questions = [case.question for case in load_cases() if not case.history]
    check_questions(page, seeds, seeds_directory, questions[: campaign(6, 15, 15)])
    assert words_shown(page) == words_recorded(records(page))
    assert len(words_shown(page)) > 20


def test_each_part_of_a_question_is_answered_and_followed_up(
    visit: Visit, seeds: Path, seeds_url: str, seeds_directory: Path
) -> None:
    page = visit(seeds_url)
    check_questions(page, seeds, seeds_directory, ["How did the soldier die, and when did he die?", "who said that?"])
    assert page.locator(".turn").first.locator("h3.asked").all_text_contents() == [
        "How did the soldier die?",
        "when did he die?",
    ]
    expect(page.locator(".turn").first.locator(".further").first).to_have_text(re.compile(r"^and \d+ more$"))


def test_each_quote_of_rough_articles_lights_up_character_for_character(
    visit: Visit, rough: Path, rough_url: str, campaign: Callable[[int, int, int], int]
) -> None:
    page, towns = visit(rough_url), TOWNS[:: campaign(4, 1, 1)]
    questions = [f"How many houses did the flood destroy in {town}?" for town in towns]
    check_questions(page, rough, rough / ".index", questions, SCORED)
    quoted = {quote["source"] for record in records(page) for quote in record["quotes"] or record["closest"]}
    assert len(quoted & set(rough_articles())) >= len(towns) and (towns != TOWNS or quoted >= set(rough_articles()))


def test_a_click_with_the_mouse_on_any_quote_opens_its_article(
    visit: Visit, seeds_url: str, unfold: Callable[[Page], None]
) -> None:
    page = visit(seeds_url)
    for question in (KIRBY, "Who was captured?", CASUALTIES):
        ask(page, question)
    unfold(page)
    quotes = page.locator(".answer > .group .quote")
    for number in range(quotes.count()):
        quotes.nth(number).locator("blockquote").click()
        expect(page.locator(".quote.current")).to_have_count(1)
        expect(quotes.nth(number)).to_have_class("quote current")
        expect(page.locator("mark.current").first).to_be_in_viewport()
        words = quotes.nth(number).locator(".words").evaluate("words => words.textContent")
        assert "".join(page.locator("mark.current").evaluate_all("all => all.map((mark) => mark.textContent)")) == words


# Clicks one value of the tables after the other, and one link after the other; what lights up each time.
CLICK_VALUES = """async () => {
  document.querySelectorAll('.because').forEach((one) => (one.open = true));
  const seen = [];
  for (const link of document.querySelectorAll('.value, .figure, .because a')) {
    document.querySelectorAll('mark.current').forEach((mark) => mark.classList.remove('current'));
    link.click();
    const until = Date.now() + 20_000;
    while (!(link.classList.contains('current') && document.querySelector('mark.current'))) {
      if (Date.now() > until) throw new Error('nothing lit up');
      await new Promise((done) => setTimeout(done, 4));
    }
    const lit = [...document.querySelectorAll('mark.current')].map((mark) => mark.textContent).join('');
    const quote = document.querySelector('.quote.current')?.dataset.rank ?? null;
    seen.push([link.textContent, lit, document.querySelector('.sheet').dataset.source, quote, location.search === link.search]);
  }
  return seen;
}"""


def test_each_value_of_the_tables_lights_up_inside_its_quote(
    visit: Visit, seeds_url: str, keep: Callable[[Page, list[dict[str, Any]]], None], compared: dict[str, Any]
) -> None:
    page = visit(seeds_url)
    keep(page, [compared])
    seen = page.evaluate(CLICK_VALUES)
    links = [[f"“{lit}”", lit, source, None, True] for _, lit, source, rank, _ in seen if rank is None]
    assert len(links) == 2
    claims = [claim for table in compared["claims"] for value in table["values"] for claim in value["claims"]]
    quotes = [*compared["quotes"], *compared["beside"]]
    wanted = [[one["value"], one["value"], quotes[one["rank"] - 1]["source"], str(one["rank"]), True] for one in claims]
    first = [told for told in wanted if told[0] in ("over 100", "a thousand", "1,000", "around 100", "nearly 1,000")]
    ends = [told for told in wanted if told[0] == "approximately 1,000"] + [
        told for told in wanted if told[0] == "more than 3,000"
    ][:1]
    assert sorted(seen, key=str) == sorted([*wanted, *first, *ends, *links], key=str)


def test_a_value_is_worked_with_the_keys_and_its_quote_is_what_is_copied(
    visit: Visit, seeds_url: str, keep: Callable[[Page, list[dict[str, Any]]], None], compared: dict[str, Any]
) -> None:
    page = visit(seeds_url)
    keep(page, [compared])
    page.get_by_text("All 12 figures").click()
    value = page.get_by_role("table", name="Killed sources differ", exact=True).get_by_role("link").first
    value.press("Enter")
    expect(page.locator("mark.current")).to_have_text("over 100")
    expect(page.locator(".reading .body")).to_be_focused()
    page.get_by_role("button", name="Copy quote").click()
    quote = compared["quotes"][0]
    expect(page.locator("#articles-qa-note")).to_have_text("Copied.")
    assert clipboard(page).splitlines()[:2] == [
        f"“{quote['text']}”",
        "— said by NIS (National Intelligence Service), “North Korean Soldier Captured While Fighting for Russia Dies of "
        f"Injuries” ({quote['source']}, line {quote['first_line']})",
    ]
    linked = visit(clipboard(page).splitlines()[2])
    expect(linked.locator("mark.current")).to_have_text(quote["text"])
    page.get_by_role("button", name="Copy link").click()
    linked = visit(clipboard(page))
    expect(linked.locator("mark.current")).to_have_text("over 100")
    page.get_by_role("button", name="Close").click()
    expect(value).to_be_focused()
    page.get_by_text("More quotes in the table").click()
    assert words_shown(page) == words_recorded([compared])
    page.locator(".beside .quote").first.get_by_role("link").click()
    expect(page.locator(".position")).to_have_text("Quote 4 of 10")


def test_what_is_searched_is_edited_and_stays_as_it_was_edited(visit: Visit, seeds_url: str) -> None:
    page = visit(seeds_url)
    requests = []
    page.on("request", lambda request: requests.append(request.post_data or ""))
    ask(page, CASUALTIES)
    expect(page.locator(".wording")).to_have_count(0)  # It was searched as it was asked.
    turn = ask(page, "And how many were injured?")
    for words in (CASUALTIES, OFF_TOPIC):
        turn.get_by_role("button", name="Edit what is searched").click()
        box = turn.get_by_role("textbox", name="What is searched")
        expect(box).to_be_focused()
        box.press("Escape")
        expect(turn.get_by_role("button", name="Edit what is searched")).to_be_focused()
        turn.get_by_role("button", name="Edit what is searched").click()
        box.fill(words)
        box.press("Enter")
        expect(turn.locator(".wording q")).to_have_text([words])
        expect(turn.get_by_role("button", name="Edit what is searched")).to_be_focused()
        assert records(page)[1]["question"] == "And how many were injured?" and words in records(page)[1]["searched"]
    assert not records(page)[1]["answered"]
    turn.get_by_role("button", name="Ask again").click()
    page.wait_for_function("() => !document.querySelector('.turn:last-child .waiting')")
    page.reload()
    turn = page.locator(".turn").nth(1)
    expect(turn.locator(".wording q")).to_have_text([OFF_TOPIC])
    turn.get_by_role("button", name="Ask again").click()
    turn.get_by_role("button", name="Edit what is searched").click()
    expect(turn.get_by_role("textbox", name="What is searched")).to_have_value(OFF_TOPIC)
    turn.get_by_role("textbox", name="What is searched").fill("")
    turn.get_by_role("textbox", name="What is searched").press("Enter")  # As if it had never been edited.
    expect(turn.locator(".wording q")).not_to_have_text([OFF_TOPIC])
    sent = [text for text in requests if '"searched"' in text and "injured" in text]
    assert sent and all('"searched":' in text and CASUALTIES in text for text in sent)


def test_what_is_sent_of_earlier_turns_fits_a_request(
    visit: Visit, seeds_url: str, keep: Callable[[Page, list[dict[str, Any]]], None], compared: dict[str, Any]
) -> None:
    page = visit(seeds_url)
    compared["quotes"][0] |= {"text": "x" * 90_000, "end": compared["quotes"][0]["start"] + 90_000}
    keep(page, [compared] * 5)
    turn = ask(page, OFF_TOPIC)
    expect(turn.locator(".failed")).to_have_count(0)
    expect(turn.locator(".found")).to_have_count(1)


def test_words_are_found_beyond_the_part_of_an_article_that_is_shown(visit: Visit, rough_url: str) -> None:
    page = visit(rough_url)
    page.evaluate("articlesQa.openAt({source: 'huge.txt'})")
    box = page.get_by_role("searchbox", name="Find in the article")
    box.fill("77 HOUSES")
    box.press("Enter")
    expect(page.locator("mark.current")).to_have_text("77 houses")
    expect(page.locator("mark.current")).to_be_in_viewport()
    expect(page.locator(".hits")).to_have_text("1 of 1")
    box.fill("paragraph 399")
    for at in ("1 of 2", "2 of 2", "1 of 2"):
        box.press("Enter")
        expect(page.locator(".hits")).to_have_text(at)
    box.fill("nowhere")
    page.get_by_role("button", name="Find next").click()
    expect(page.locator(".hits")).to_have_text("not in this article")


def test_a_long_article_is_read_on_where_its_part_ends(visit: Visit, rough: Path, rough_url: str) -> None:
    page = visit(rough_url)
    text = (rough / "huge.txt").read_text("utf-8")
    page.evaluate("articlesQa.openAt({source: 'huge.txt'})")
    later = page.get_by_role("button", name="Later in the article")
    read = "sheet => [Number(sheet.dataset.start), Number(sheet.dataset.end), sheet.textContent]"
    start, end, shown = page.locator(".sheet").evaluate(read)
    assert (start, shown) == (0, text[:end]) and end < len(text)
    later.click()
    expect(later).to_have_count(0)
    here = page.locator(".line.here")
    expect(here).to_be_in_viewport()  # Reading goes on where the first part ended.
    expect(here).to_have_attribute("data-line", str(text[:end].count("\n") + 1))
    start, last, shown = page.locator(".sheet").evaluate(read)
    assert (last, shown) == (len(text), text[start:]) and 0 < start < end


def test_all_that_the_page_needs_comes_from_its_own_server(visit: Visit, seeds_url: str) -> None:
    page = visit(seeds_url)
    ask(page, CASUALTIES)
    expect(page.locator("mark.current")).to_have_css("background-color", "rgb(255, 220, 115)")
    assert "serif" in page.locator(".words").first.evaluate("words => getComputedStyle(words).fontFamily")
    assert page.evaluate("[...document.fonts].every((font) => font.status !== 'error')")
    loaded = page.evaluate("performance.getEntriesByType('resource').map((entry) => new URL(entry.name).host)")
    assert set(loaded) == {seeds_url.removeprefix("http://").rstrip("/")}


def test_follow_ups_stand_below_each_other_in_the_order_they_were_asked(visit: Visit, seeds_url: str) -> None:
    page = visit(seeds_url)
    questions = [CASUALTIES, "And how many were injured?", OFF_TOPIC]
    page.evaluate("questions => questions.forEach((question) => articlesQa.ask(question))", questions)  # All at once.
    expect(page.locator(".turn .tools:not([hidden])")).to_have_count(3)
    expect(page.locator(".question")).to_have_text(questions)
    assert [record["question"] for record in records(page)] == questions


def test_an_unanswered_question_says_so_and_folds_the_misses(visit: Visit, seeds_url: str) -> None:
    page = visit(seeds_url)
    turn = ask(page, OFF_TOPIC)
    expect(turn.locator(".found")).to_have_text(records(page)[0]["reason"])
    expect(turn.get_by_text(NEAREST)).to_be_visible()
    expect(turn.locator(".quote").first).to_be_hidden()
    expect(page.locator(".sheet")).to_have_count(0)
    turn.get_by_text(NEAREST).click()
    expect(turn.locator(".quote").first).to_be_visible()
    assert turn.locator(".weak").count() == 0  # They are no matches at all.


def test_asking_again_replaces_the_answer_in_its_place(visit: Visit, seeds_url: str) -> None:
    page = visit(seeds_url)
    ask(page, CASUALTIES)
    ask(page, OFF_TOPIC)
    before = records(page)
    page.get_by_role("button", name=CASUALTIES).click()
    page.locator(".turn").first.locator(".answer").evaluate("answer => answer.replaceChildren()")
    page.locator(".turn").first.get_by_role("button", name="Ask again").click()
    expect(page.locator(".turn").first.locator(".quote").first).to_be_visible()
    expect(page.locator(".question")).to_have_text([CASUALTIES, OFF_TOPIC])
    assert words_recorded(records(page)) == words_recorded(before)


def test_editing_a_question_replaces_it_and_what_follows(visit: Visit, seeds_url: str) -> None:
    page = visit(seeds_url)
    for question in (CASUALTIES, OFF_TOPIC, KIRBY):
        ask(page, question)
    turn = page.locator(".turn").nth(1)
    page.get_by_role("button", name=OFF_TOPIC).click()
    turn.get_by_role("button", name="Edit", exact=True).click()
    box = turn.get_by_role("textbox", name="The question")
    expect(box).to_have_value(OFF_TOPIC)
    expect(box).to_be_focused()
    box.press("Escape")
    expect(page.locator(".turn")).to_have_count(3)
    turn.get_by_role("button", name="Edit", exact=True).click()
    box.fill("Who was captured?")
    box.press("Enter")
    expect(page.locator(".question")).to_have_text([CASUALTIES, "Who was captured?"])
    expect(page.locator(".turn .tools:not([hidden])")).to_have_count(2)
    assert [record["question"] for record in records(page)] == [CASUALTIES, "Who was captured?"]
    whole = [CASUALTIES, OFF_TOPIC, KIRBY]  # What followed is kept as another conversation, and comes back at once.
    assert [turn["question"] for turn in conversations(page)[1]["turns"]] == whole
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".question")).to_have_text(whole)
    assert len(conversations(page)) == 1 and [record["question"] for record in records(page)] == whole


def test_a_new_answer_comes_into_view_unless_the_reader_scrolled(visit: Visit, seeds_url: str) -> None:
    page = visit(seeds_url)
    seen = """() => {
      const at = (one) => document.querySelector(one).getBoundingClientRect();
      const [quote, box] = [at('.turn:last-child .quote .words'), at('#box')];
      const head = Math.max(at('.tab-wrapper').bottom, at('.bar').bottom);
      return quote.top >= head && quote.top + 24 <= box.top && box.bottom <= innerHeight + 1;
    }"""
    for size in ((1440, 900), (1280, 720), (390, 844)):
        page.evaluate("articlesQa.close()")  # Where the window is narrow, an article covers the conversation.
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.get_by_role("button", name="New conversation").click()
        for question in (CASUALTIES, "what did Zelensky say?", "Who was captured?", KIRBY):
            ask(page, question)
            assert page.evaluate(seen), (size, question)
    expect(page.locator(".turn.folded")).to_have_count(3)
    page.evaluate("question => { articlesQa.ask(question); scrollTo(0, 0); }", OFF_TOPIC)
    expect(page.locator(".turn:last-child .found")).to_be_attached()
    assert page.evaluate("scrollY") == 0  # The reader went up meanwhile, and stays there.


def test_an_earlier_turn_is_its_question_and_first_line_and_opens_from_the_list(visit: Visit, seeds_url: str) -> None:
    page = visit(seeds_url)
    ask(page, CASUALTIES)
    expect(page.get_by_text("Questions of this conversation")).to_be_hidden()
    ask(page, OFF_TOPIC)
    first = page.locator(".turn").first
    expect(first.locator(".quote").first).to_be_hidden()
    expect(first.locator(".gathered")).to_have_text(re.compile(r"over 100 \[1\] killed"))
    expect(page.get_by_role("button", name=CASUALTIES)).to_have_attribute("aria-expanded", "false")
    page.reload()
    expect(first.locator(".gathered")).to_be_visible()
    page.get_by_text("Questions of this conversation").click()
    page.locator(".questions").get_by_role("button", name=CASUALTIES).click()
    expect(first.locator(".quote").first).to_be_in_viewport()
    expect(first.get_by_role("button", name=CASUALTIES)).to_be_focused()


@pytest.mark.parametrize("has_clipboard", [True, False])  # Browsers offer none over plain http, but from this machine.
def test_what_is_copied_is_the_quote_with_its_place(visit: Visit, seeds_url: str, has_clipboard: bool) -> None:
    page = visit(seeds_url)
    turn = ask(page, CASUALTIES)
    expect(page.locator("mark.current")).to_have_count(1)
    if not has_clipboard:
        page.evaluate("window.real = navigator.clipboard; Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    copied = []
    for button in (page.get_by_role("button", name="Copy quote"), turn.get_by_role("button", name="Copy with citations")):
        page.evaluate("document.querySelector('#articles-qa-note')?.remove()")
        button.click()
        expect(page.locator("#articles-qa-note")).to_have_text("Copied.")
        copied.append(page.evaluate("(window.real ?? navigator.clipboard).readText()"))
    record = records(page)[0]
    quote = record["quotes"][0]
    plain = to_plain([read_answer(record)], page=seeds_url)
    assert copied[0].startswith(f"“{quote['text']}”\n— said by NIS") and copied[0].splitlines()[2] in plain
    assert copied[1] == plain


def test_rich_text_markdown_and_tables_are_copied(
    visit: Visit, seeds_url: str, keep: Callable[[Page, list[dict[str, Any]]], None], compared: dict[str, Any]
) -> None:
    page = visit(seeds_url)
    keep(page, [compared])
    told = page.locator("#articles-qa-note")
    page.get_by_role("button", name="Copy with citations").click()
    expect(told).to_have_text("Copied.")
    rich = "navigator.clipboard.read().then(([item]) => item.getType('text/html')).then((blob) => blob.text())"
    html = page.evaluate(rich)
    assert "<blockquote>" in html and "said by NIS" in html and f'href="{seeds_url}?source=' in html
    page.get_by_text("All 12 figures").click()
    for button, text in (
        ("Copy as Markdown", to_markdown([read_answer(compared)])),
        ("Copy table", to_tabs([read_answer(compared)])),
    ):
        page.evaluate("document.querySelector('#articles-qa-note')?.remove()")
        page.get_by_role("button", name=button).click()
        expect(told).to_have_text("Copied.")
        assert clipboard(page) == text


def test_on_paper_all_is_open_and_nothing_is_there_to_press(
    visit: Visit, seeds_url: str, keep: Callable[[Page, list[dict[str, Any]]], None], compared: dict[str, Any]
) -> None:
    page = visit(seeds_url)
    keep(page, [compared, compared])
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for shown in (page.locator(".claims").first, page.locator(".beside .words").first, page.locator(".printed")):
        expect(shown).to_be_visible()
    for hidden in ("#box", ".reading", ".tools", ".bar", "[role=tab]"):
        expect(page.locator(hidden).first).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    expect(page.locator(".claims").last).to_be_hidden()


def test_judgements_are_kept_and_taken_back(visit: Visit, seeds_url: str, seeds_directory: Path) -> None:
    page = visit(seeds_url)
    turn = ask(page, CASUALTIES)
    right, wrong = turn.get_by_role("button", name="This answers"), turn.get_by_role("button", name="This does not")
    for button, pressed in ((right, "true"), (wrong, "true"), (wrong, "false")):
        button.click()
        expect(button).to_have_attribute("aria-pressed", pressed)
    expect(right).to_have_attribute("aria-pressed", "false")
    lines = (seeds_directory / FILE).read_text("utf-8").splitlines()[-3:]
    assert [json.loads(line)["verdict"] for line in lines] == ["right", "wrong", "none"]
    assert json.loads(lines[0])["answer"] == records(page)[0]


def test_a_conversation_is_exported_whole(visit: Visit, seeds_url: str) -> None:
    page = visit(seeds_url)
    for question in (CASUALTIES, OFF_TOPIC):
        ask(page, question)
    files = {}
    page.get_by_text("Export").click()
    names = page.locator(".export button").all_text_contents()
    page.keyboard.press("Escape")
    for name in names:
        page.get_by_text("Export").click()
        with page.expect_download() as download:
            page.get_by_role("button", name=name).click()
        files[Path(download.value.suggested_filename).suffix] = Path(download.value.path()).read_bytes()
    answers = [read_answer(record) for record in records(page)]
    assert json.loads(files[".json"]) == records(page)
    assert files[".md"].decode() == to_markdown(answers)
    assert files[".docx"] == to_word(answers, page=seeds_url)
    assert files[".csv"].decode() == to_csv(answers)
    assert json.loads(files[".jsonld"]) == json.loads(json.dumps(to_annotations(answers, page=seeds_url)))


def test_a_conversation_of_any_length_is_shown_again_and_exported(visit: Visit, seeds_url: str) -> None:
    page = visit(seeds_url)
    ask(page, KIRBY)
    page.evaluate("""() => {
      const [name, text] = Object.entries(localStorage).find(([name]) => name.startsWith('articles-qa:'));
      const kept = JSON.parse(text), [turn] = kept.conversations[0].turns;
      turn.record.padding = 'x'.repeat(40_000); // As large as an answer with long quotes.
      kept.conversations[0].turns = Array.from({length: 30}, (_, i) => ({...turn, id: `turn${i}`}));
      localStorage.setItem(name, JSON.stringify(kept));
    }""")
    assert len(json.dumps(records(page))) > 1_000_000  # More than the server takes at once.
    page.reload()
    expect(page.locator(".turn:last-child .quote").first).to_be_visible()
    assert words_shown(page) == words_recorded(records(page))
    page.get_by_text("Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Markdown, to read").click()
    assert Path(download.value.path()).read_text("utf-8") == to_markdown([read_answer(record) for record in records(page)])


def test_earlier_conversations_are_recalled_and_forgotten(visit: Visit, seeds_url: str) -> None:
    page = visit(seeds_url)
    new, menu = page.get_by_role("button", name="New conversation"), page.get_by_text("Earlier conversations")
    expect(menu).to_be_hidden()
    for question in (CASUALTIES, KIRBY):
        ask(page, question)
        new.click()
        expect(page.locator(".turn")).to_have_count(0)
        expect(page.locator(".examples")).to_be_visible()
    menu.click()
    page.get_by_role("button", name=CASUALTIES).click()
    expect(page.locator(".question")).to_have_text([CASUALTIES])
    expect(page.locator(".turn .quote").first).to_be_visible()
    assert words_shown(page) == words_recorded(records(page))
    menu.click()
    page.get_by_role("button", name="Forget this conversation").click()
    expect(menu).to_be_hidden()
    page.reload()
    expect(page.locator(".question")).to_have_text([CASUALTIES])
    assert len(conversations(page)) == 1


def test_two_windows_keep_each_other_s_conversations(visit: Visit, seeds_url: str) -> None:
    one, other = visit(seeds_url), visit(seeds_url)
    ask(one, CASUALTIES)
    other.get_by_role("button", name="New conversation").click()
    ask(other, KIRBY)
    expect(one.get_by_text("Earlier conversations")).to_be_visible()
    asked = [turn["question"] for conversation in conversations(one) for turn in conversation["turns"]]
    assert sorted(asked) == sorted([CASUALTIES, KIRBY])


def test_what_is_chosen_limits_what_is_asked_and_the_answer_says_so(visit: Visit, seeds_url: str) -> None:
    page = visit(seeds_url)
    page.get_by_text("Ask all articles").click()
    page.get_by_role("textbox", name="Files").fill("001*, 004*")
    expect(page.locator(".chosen")).to_have_text("001*, 004*")
    turn = ask(page, CASUALTIES)
    record = records(page)[0]
    assert record["within"]["sources"] == ["001*", "004*"] and record["within"]["articles"] == 2
    assert {quote["source"][:3] for quote in [*record["quotes"], *record["closest"]]} <= {"001", "004"}
    turn.get_by_text("How this was found").click()
    expect(turn.get_by_text("2 articles chosen by 001*, 004*")).to_be_visible()
    expect(turn.locator(".within")).to_have_text("Asked: 2 of 5 articles, 001*, 004*")
    page.get_by_role("button", name="001*, take off").click()
    expect(page.get_by_role("button", name="004*, take off")).to_be_focused()
    page.locator(".choosing summary").click()
    page.get_by_role("button", name="All articles").click()
    expect(page.locator(".chosen")).to_have_text("all articles")
    expect(page.locator(".chips li")).to_have_count(0)
    ask(page, CASUALTIES)
    assert records(page)[1]["within"] is None


def test_a_link_opens_the_article_with_the_quote_lit_up(visit: Visit, seeds_url: str) -> None:
    page = visit(seeds_url)
    ask(page, CASUALTIES)
    expect(page.locator("mark.current")).to_have_count(1)
    page.get_by_role("button", name="Copy link").click()
    link = page.evaluate("document.querySelector('.quote a.open').href")
    assert clipboard(page) == page.url == link
    linked = visit(link)
    quote = records(page)[0]["quotes"][0]
    expect(linked.locator("mark.current")).to_have_text(quote["text"])
    expect(linked.locator("mark.current")).to_be_in_viewport()
    assert linked.locator(".sheet").get_attribute("data-source") == quote["source"]


def test_what_stands_around_a_quote_holds_the_quote(visit: Visit, seeds_url: str, seeds: Path) -> None:
    page = visit(seeds_url)
    turn = ask(page, CASUALTIES)
    around = turn.locator(".around").first
    around.locator("summary").click()
    quote = records(page)[0]["quotes"][0]
    expect(around.locator(".context .quoted")).to_have_text(quote["text"])
    text = around.locator(".context").evaluate("context => context.textContent")
    assert text in (seeds / quote["source"]).read_bytes().decode() and len(text) > len(quote["text"])


def test_the_page_is_worked_with_the_keys_alone(visit: Visit, seeds_url: str) -> None:
    page = visit(seeds_url)
    box = page.locator("#question textarea")
    expect(box).to_be_focused()
    page.keyboard.type(KIRBY + " j k /")  # While one types, the keys are letters.
    expect(box).to_have_value(KIRBY + " j k /")
    page.keyboard.press("Enter")
    quotes = page.locator(".turn .quote")
    expect(quotes.first).to_have_class("quote current")
    assert quotes.count() > 1
    page.keyboard.press("Escape")
    expect(box).not_to_be_focused()
    for key, lit in (("j", 1), ("k", 0), ("k", 0), ("j", 1)):
        page.keyboard.press(key)
        expect(quotes.nth(lit)).to_have_class("quote current")
    page.keyboard.press("Escape")
    expect(page.locator(".sheet")).to_have_count(0)
    expect(quotes.nth(1).get_by_role("link")).to_be_focused()
    page.keyboard.press("/")
    expect(box).to_be_focused()
    expect(box).to_have_value("")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("next quote")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    for tab, field in (("Articles", "Find articles"), ("Check a draft", "The draft")):
        page.get_by_role("tab", name=tab).click()
        page.keyboard.press("/")
        expect(page.get_by_label(field)).to_be_focused()


def test_tab_reaches_each_quote_and_enter_opens_it(visit: Visit, seeds_url: str) -> None:
    page = visit(seeds_url)
    ask(page, KIRBY)
    expect(page.locator("mark.current").first).to_be_visible()
    quotes = page.locator(".turn .quote")
    page.get_by_role("button", name="New conversation").focus()
    for number in range(quotes.count()):
        for _ in range(8):
            page.keyboard.press("Tab")
            if quotes.nth(number).get_by_role("link").evaluate("link => link === document.activeElement"):
                break
        page.keyboard.press("Enter")
        expect(quotes.nth(number)).to_have_class("quote current")
        expect(page.locator(".reading .body")).to_be_focused()
        quotes.nth(number).get_by_role("link").focus()
