"""What all tests share: the seeds, and one index of them; a browser, and pages served to it."""

import copy
import json
import os
import re
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, TreeBuilder

import pytest

from index import Article, QaError, SourceState, Span, build
from index.articles.article import decode_article
from index.models.model_card import cache_folder
from index.speakers.attribution import Attribution
from qa import AskSettings, Quote, Retriever
from qa.speakers.speaker import Link, ResolvedAttribution, Speaker

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Request

SEEDS = Path(__file__).parents[1] / "seeds"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Without what a browser does by itself over the network, and without a sandbox, which needs rights that containers lack.
BROWSER_ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync --no-first-run"
)
MAX_CASE_S, HANG_S = 2.0, 20.0  # A case of a campaign may take so much of the processor, and is stopped after so long.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"  # Of a report's page.
PATIENCE_MS = 60_000  # For a machine that does much else; what is waited for mostly takes a hundredth of a second.


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--soak` runs the campaigns at full length."""
    parser.addoption("--soak", action="store_true", help="run the campaigns (-m soak) at full length: hours, not minutes")


@pytest.fixture(scope="session")
def campaign(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """How many runs a campaign has: the first number in every test run, the second with `--soak`."""
    full = bool(request.config.getoption("--soak"))
    return lambda quick, long: long if full else quick


@pytest.fixture(scope="session")
def survives() -> Callable[[Callable[[], object], object], bool]:
    """Runs a case of a campaign: whether it was done, and not refused in one line.

    Anything else that is raised fails the test, as do more than MAX_CASE_S, and shows the case.
    """

    def stop(*_: object) -> None:
        pytest.fail(f"not done after {HANG_S} s")  # No exception that the program could take for its own.

    def run(act: Callable[[], object], case: object) -> bool:
        before, began = signal.signal(signal.SIGALRM, stop), time.process_time()
        signal.setitimer(signal.ITIMER_REAL, HANG_S)
        try:
            act()
            done = True
        except QaError as refusal:
            assert "\n" not in str(refusal) and len(str(refusal)) < 1000, repr(case)[:2000]
            done = False
        except Exception as error:
            pytest.fail(f"{type(error).__name__}: {error} from {case!r:.2000}")
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        took = time.process_time() - began
        assert took <= MAX_CASE_S, f"{took:.1f} s for {case!r:.2000}"
        return done

    return run


# Written into JSON as they stand: what no writer writes and a reader may take.
ODD_TOKENS = (
    "NaN",
    "-Infinity",
    "1e999",
    "-1",
    "9" * 5000,
    "[" * 3_000,
    "[" * 100_000,
    '{"a":' * 2000,
    '"\\ud800"',
    "01",
    "",
    "\x00",
    "'x'",
)
ODD_VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        1,
        2**53,
        2**63,
        10**400,
        0.5,
        -0.0,
        1e308,
        "",
        " ",
        "0",
        "1",
        "\0",
        "\n",
        "\u202e",
        "x" * 20_000,
    ),
    *(
        "../../../../etc/passwd",
        "/etc/passwd",
        "/dev/zero",
        "..",
        ".",
        "a/../../b",
        "C:\\x",
        "é",
        [],
        {},
        [[]],
        [None],
        {"": ""},
    ),
)


@pytest.fixture(scope="session")
def mutated_json() -> Callable[[Any, Random], str]:
    """A record as JSON with a few things changed: values, keys, types, and now and then the text itself."""

    def change(record: Any, random: Random) -> Any:
        places = [(record, key) for key in _keys(record)]
        for holder, key in places:
            places += [(holder[key], inner) for inner in _keys(holder[key])]
        if not places:
            return random.choice(ODD_VALUES)
        holder, key = random.choice(places)
        act = random.randrange(6)
        if act == 0:
            del holder[key]
        elif act == 1 and isinstance(holder, dict):
            holder[random.choice(("", "x", "..", "schema", "../x", "role"))] = holder.pop(key)
        elif act == 2:
            holder[key] = [holder[key]]
        elif act == 3:
            holder[key] = {"x": holder[key]}
        elif act == 4:
            other, place = random.choice(places)
            holder[key] = copy.deepcopy(other[place]) if place in _keys(other) else None
        else:
            holder[key] = random.choice(ODD_VALUES)
        return record

    def mutate(record: Any, random: Random) -> str:
        changed = copy.deepcopy(record)
        for _ in range(random.randint(1, 3)):
            changed = change(changed, random)
        text = json.dumps(changed)
        act, at = random.randrange(8), random.randrange(len(text) + 1)
        if act == 0:  # A value becomes a token of another kind.
            text = re.sub(
                r'(?<=: )("[^"]*"|[\d.]+|null)', lambda m: random.choice((random.choice(ODD_TOKENS), m[0])), text, count=3
            )
        elif act == 1:
            text = text[:at]
        elif act == 2:
            text = text[:at] + random.choice(ODD_TOKENS) + text[at:]
        elif act == 3:  # Keys twice.
            text = text.replace("{", text[: text.find(",")].strip() + ", " if text.startswith("{") and "," in text else "{", 1)
        return text

    return mutate


def _keys(holder: Any) -> list[Any]:
    """By what the parts of a JSON value are reached."""
    if isinstance(holder, dict):
        return list(holder)
    return list(range(len(holder))) if isinstance(holder, list) else []


@pytest.fixture(scope="session")
def seeds() -> Path:
    """The folder of the five real articles."""
    return SEEDS


@pytest.fixture(scope="session")
def seeds_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the seeds, built once; tests that change an index change a copy."""
    directory = tmp_path_factory.mktemp("seeds") / "index"
    build([SEEDS], directory)
    return directory


@pytest.fixture(scope="session")
def retriever(seeds_index: Path) -> Retriever:
    """The seeds, opened once."""
    return Retriever.open(seeds_index)


@pytest.fixture(scope="session")
def generous(seeds_index: Path) -> Retriever:
    """Over the five articles; quotes whatever it finds, so that a test of quotes hangs on no probability."""
    return Retriever.open(seeds_index, settings=AskSettings(min_answer=0.0, min_quote=0.0, min_quote_share=0.0))


@dataclass(frozen=True, slots=True)
class Said:
    """What a seed says of casualties, by how it begins and ends; who says it, and by which words of the first who that is."""

    file: str
    first: str
    last: str
    by: str | None
    citing: str | None = None
    meant: str | None = None
    link: str | None = None


NIS_LINK, ZELENSKY = "South Korea’s National Intelligence Service (NIS)", "Ukrainian President Volodymyr Zelensky"
CASUALTIES = (
    Said("000", "The NIS claims", "more injured.", "NIS", None, "National Intelligence Service", NIS_LINK),
    Said("000", "Zelensky has suggested", "killed and wounded.", "Zelensky", None, "Volodymyr Zelensky", ZELENSKY),
    Said("003", "South Korea's intelligence service had", "drone attacks.", "South Korea's intelligence service"),
    Said("001", "On Monday,", "Russian armed forces.", ZELENSKY),
    Said("001", "On the same day,", "dead or injured.", "Seoul"),
    Said("002", "Ukrainian estimates", "in Kursk.", "Ukrainian estimates"),
    Said("002", "A South Korean lawmaker", "to the region.", "A South Korean lawmaker", "intelligence reports"),
    Said("003", "News of the soldier", "into combat.", ZELENSKY),
    Said("004", "The White House has", "region of Russia.", "The White House"),
    Said("004", "The casualty count", "region of Russia.", None),
)
# Of each table: what it is about, and of each value low, high, sense, reports, and who claims it: quote and words.
TABLES: list[tuple[str, list[tuple[int, int, str, int, list[tuple[int, str]]]]]] = [
    ("killed", [(100, 100, "more than", 1, [(1, "over 100")]), (100, 100, "about", 1, [(7, "around 100")])]),
    ("injured", [(1000, 1000, "exact", 1, [(1, "a thousand")]), (1000, 1000, "less than", 1, [(7, "nearly 1,000")])]),
    (
        "killed or injured",
        [
            (1000, 1000, "exact", 1, [(3, "1,000")]),
            (3000, 3000, "at most", 1, [(2, "as high as 3,000")]),
            (3000, 3000, "less than", 2, [(4, "nearly 3,000"), (8, "nearly 3,000")]),
            (1100, 1100, "exact", 1, [(5, "1,100")]),
            (3000, 3000, "more than", 2, [(6, "more than 3,000"), (10, "more than 3,000")]),
            (1000, 1000, "about", 1, [(9, "approximately 1,000")]),
        ],
    ),
]


@pytest.fixture(scope="session")
def casualties() -> tuple[Quote, ...]:
    """What the seeds say of casualties, with who says it and who that is."""
    return tuple(_casualties(rank, said) for rank, said in enumerate(CASUALTIES, 1))


@pytest.fixture
def compared(casualties: tuple[Quote, ...]) -> dict[str, Any]:
    """The record of an answer whose tables compare what the seeds say of casualties; NIS was asked for."""
    quotes = [quote.to_dict() for quote in casualties]
    tables = [
        {"about": about, "kind": "figure", "unit": "", "differ": True, "values": [_value(one, quotes) for one in values]}
        for about, values in TABLES
    ]
    index = {"generation": 1, "model": "all-MiniLM-L6-v2", "reranker": None, "articles": 5}
    question = "how many casualties did NIS report?"
    head = {"schema": "answer/1", "question": question, "searched": [question], "within": None, "answered": True}
    told = {"confidence": 0.9, "reason": None, "quotes": quotes[:3], "closest": [], "beside": quotes[3:], "claims": tables}
    made: dict[str, Any] = json.loads(json.dumps({**head, **told, "index": index, "took_ms": 3.5}))
    return made


def _casualties(rank: int, said: Said) -> Quote:
    """One of the quotes that are compared."""
    article = _seed(said.file)
    start = article.text.index(said.first)
    span = Span(start, _at(article, said.last, start).end)
    told = None
    if said.by is not None:
        name, first = _at(article, said.by, start), _seed("000")
        links = (Link(first, _at(first, said.link)),) if said.link else ()
        cited = _at(article, said.citing, start) if said.citing else None
        speaker = Speaker(said.meant or said.by, links)
        told = ResolvedAttribution(Attribution(name, name, cited, span), speaker, Speaker(said.citing) if said.citing else None)
    return Quote(rank, article, span, 0.5, told, span, (), (), None, SourceState.UNCHANGED)


def _seed(beginning: str) -> Article:
    """The seed whose name begins so."""
    (path,) = SEEDS.glob(f"{beginning}*")
    return decode_article(path.read_bytes(), path.name)


def _at(article: Article, words: str, after: int = 0) -> Span:
    """Where words stand in an article."""
    start = article.text.index(words, after)
    return Span(start, start + len(words))


def _value(value: tuple[int, int, str, int, list[tuple[int, str]]], quotes: list[dict[str, Any]]) -> dict[str, Any]:
    """A value of a table, as a record; the quotes 1 and 3 are NIS's."""
    low, high, sense, reports, claimed = value
    claims = []
    for rank, words in claimed:
        quote = quotes[rank - 1]
        start = quote["start"] + quote["text"].index(words)
        same = {name: quote[name] for name in ("said_by", "said_by_span", "citing", "citing_span", "published")}
        told = {"rank": rank, "value": words, "start": start, "end": start + len(words), "counted": None, "events": []}
        speaker = quote["speaker"]["name"] if quote["speaker"] else None
        claims.append({**told, "period": None, **same, "speaker": speaker, "same_as": None})
    return {"low": low, "high": high, "sense": sense, "reports": reports, "asked": claimed[0][0] in (1, 3), "claims": claims}


@pytest.fixture
def retriever_of(tmp_path: Path) -> Callable[[Mapping[str, str | bytes]], Retriever]:
    """Builds an index of the articles given by name, and opens it; they stand in tmp_path / "articles"."""

    def build_and_open(articles: Mapping[str, str | bytes]) -> Retriever:
        folder = tmp_path / "articles"
        for name, text in articles.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        build([folder], tmp_path / "index")
        return Retriever.open(tmp_path / "index")

    return build_and_open


@pytest.fixture
def cross_encoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Makes a small cross-encoder: of random weights, or one that scores 4 where a word stands and -4 elsewhere.

    Its exports are kept apart.
    """
    apart = tmp_path / "cache" / "models"
    apart.mkdir(parents=True)
    for export in (cache_folder() / "models").glob("*"):
        (apart / export.name).symlink_to(export)  # The embedding model's need not be made again.
    monkeypatch.setenv("QA_CACHE", str(apart.parent))

    def make(name: str, *, prefers: str = "", labels: int = 1, seed: int = 0) -> Path:
        import torch
        from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

        folder = tmp_path / name
        folder.mkdir()
        letters = [*"abcdefghijklmnopqrstuvwxyz.,:?'1234567890"]
        marks = "[PAD] [UNK] [CLS] [SEP] [MASK]".split()
        vocab = [*marks, *letters, *(f"##{letter}" for letter in letters), prefers or "the"]
        (folder / "vocab.txt").write_text("\n".join(vocab))
        sizes: Any = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
        sizes |= {"max_position_embeddings": 512, "num_labels": labels, "initializer_range": 0.3}
        torch.manual_seed(seed)
        model = BertForSequenceClassification(BertConfig(vocab_size=len(vocab), **sizes))
        if prefers:
            _prefer(model, token=len(vocab) - 1)
        model.save_pretrained(folder)
        BertTokenizer(vocab=str(folder / "vocab.txt"), model_max_length=512).save_pretrained(folder)
        return folder

    return make


def _prefer(model: Any, *, token: int) -> None:
    """Set a model's weights so that attention carries one token's sign to the first place, and nothing else counts."""
    import torch

    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "LayerNorm.weight" not in name:
                weight.zero_()
            if name.endswith(("value.weight", "attention.output.dense.weight", "pooler.dense.weight")):
                weight.copy_(torch.eye(len(weight)))
        model.bert.embeddings.word_embeddings.weight[token, :2] = torch.tensor([1.0, -1.0])
        model.classifier.weight[0, 0], model.classifier.bias[0] = 8.0, -4.0


@pytest.fixture(scope="session")
def keep() -> "Callable[[Page, list[dict[str, Any]]], None]":
    """Puts a conversation of these records in a page's memory, and shows it."""
    script = """(records) => {
      const name = "articles-qa:" + document.querySelector(".chat").dataset.index;
      const turns = records.map((record, i) => ({id: `kept${i}`, question: record.question, record, within: {}}));
      const conversations = [{id: "kept", began: "2025-01-01T00:00:00.000Z", turns}];
      localStorage.setItem(name, JSON.stringify({conversations}));
    }"""

    def keep_and_show(page: "Page", records: list[dict[str, Any]]) -> None:
        page.evaluate(script, records)
        page.reload()
        page.wait_for_selector(".turn:last-child .found")

    return keep_and_show


@pytest.fixture(scope="session")
def parsed() -> Callable[[str], Element]:
    """Reads a fragment of HTML as a tree below one <div>; its tags must close in order."""

    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.open: list[str] = []
            self.tree = TreeBuilder()

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.tree.start(tag, {name: value or "" for name, value in attrs})
            if tag == "meta":  # Which never closes.
                self.tree.end(tag)
            else:
                self.open.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert self.open.pop() == tag
            self.tree.end(tag)

        def handle_data(self, data: str) -> None:
            self.tree.data(data)

    def parse(fragment: str) -> Element:
        reader = Reader()
        reader.feed(f"<div>{fragment}</div>")
        reader.close()
        assert not reader.open
        return reader.tree.close()

    return parse


@pytest.fixture(scope="session")
def check_whole() -> Callable[[Sequence[tuple[str, Mapping[str, str | None]]]], None]:
    """Checks by a page's elements that it reads without the network, runs nothing and sends nothing."""

    def check(found: Sequence[tuple[str, Mapping[str, str | None]]]) -> None:
        policy = [attributes.get("content") for _, attributes in found if attributes.get("http-equiv")]
        assert len(policy) == 1 and policy[0] is not None and policy[0].startswith(POLICY)
        assert {"script", "link", "img", "iframe", "object", "embed", "base", "form", "use", "image"}.isdisjoint(
            tag for tag, _ in found
        )
        for _, attributes in found:
            assert not [name for name in attributes if name.startswith("on") or name in ("src", "srcset", "style", "action")]
            assert (attributes.get("href") or "#").startswith("#")
        ids = [attributes["id"] for _, attributes in found if "id" in attributes]
        named = [name for _, attributes in found for name in (attributes.get("aria-labelledby") or "").split()]
        assert len(set(ids)) == len(ids) and set(named) <= set(ids)

    return check


@pytest.fixture(scope="session")
def make_page() -> Callable[[], Any]:
    """Makes a small page to serve: one event that is private and queued, an upload, and two public endpoints."""
    from ui.server.server import Page

    def ask(question: str, top_k: int = 5) -> dict[str, Any]:
        """Ask the articles.

        Args:
            question: In plain words.
            top_k: At most so many quotes.
        """
        return {"question": question, "quotes": [], "top_k": top_k}

    def search(query: str) -> list[str]:
        """Find passages."""
        return [query]

    def make() -> Page:
        import gradio as gr
        from gradio.events import api

        with gr.Blocks(title="small", analytics_enabled=False) as blocks:
            box = gr.Textbox(elem_id="question")
            button = gr.Button("Ask", elem_id="ask")
            shown = gr.HTML("<p>nothing yet</p>", elem_id="shown", js_on_load="element.dataset.loaded = 'yes'")
            file = gr.File(elem_id="file")
            button.click(lambda text: f"<p>{len(text)} characters</p>", box, shown, api_visibility="private")
            file.upload(lambda path: Path(path).name, file, box, api_visibility="private")
            gr.Dropdown(["secret choice"], elem_id="choice").change(str, box, box, api_name="choose", queue=False)
            api(ask, api_name="ask", queue=False)
            api(search, api_name="search", queue=False)
        return Page(blocks.queue(max_size=16))

    return make


@pytest.fixture(scope="session")
def browser_path() -> str:
    """Where a browser is. Where there is none the tests that need it skip; where CI is set that is a failure."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    path = next((found for name in BROWSERS if (found := shutil.which(name))), str(own) if own.is_file() else None)
    if path is None:
        missing = f"no browser: none of {', '.join(BROWSERS)} is installed, nor Playwright's own (playwright install chromium)"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return path


@pytest.fixture(scope="module")
def chromium(browser_path: str) -> "Iterator[Browser]":
    """A real browser without a window."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=BROWSER_ARGUMENTS.split())
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def visitor(chromium: "Browser") -> "Iterator[BrowserContext]":
    """One visitor a module, so that the page's files are fetched once; other hosts cannot be reached."""
    context = chromium.new_context(viewport={"width": 1400, "height": 900}, accept_downloads=True)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.set_default_timeout(PATIENCE_MS)
    context.route(re.compile(r"^(?!(https?|wss?)://127\.0\.0\.1[:/])"), lambda route: route.abort())
    yield context
    context.close()


@pytest.fixture
def visit(visitor: "BrowserContext") -> "Iterator[Callable[[str], Page]]":
    """Opens an address as a test's own visitor, who begins without a memory of the page.

    In the end nothing asked other hosts, no script failed, no dialog opened, and no page moved away.
    """
    wrong: list[str] = []
    pages: list[Page] = []

    def went_to(url: str) -> None:
        if not url.startswith(("http://127.0.0.1:", "data:", "blob:", "about:blank", "chrome-error:")):
            wrong.append(f"asked for {url}")

    def dismiss(dialog: "Dialog") -> None:
        wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def watch(page: "Page") -> None:
        page.on("pageerror", lambda error: wrong.append(f"failed: {error}"))
        page.on("dialog", dismiss)
        page.on("popup", lambda popup: wrong.append(f"opened {popup.url}"))
        page.on("framenavigated", lambda frame: went_to(frame.url))

    def open_page(url: str) -> "Page":
        page = visitor.new_page()
        watch(page)
        pages.append(page)
        page.goto(url)
        page.wait_for_selector(".welcome p, .turn", state="attached")
        return page

    def asked(request: "Request") -> None:
        went_to(request.url)

    visitor.on("request", asked)
    yield open_page
    for page in pages:
        page.evaluate("localStorage.clear()")
        page.close()
    visitor.remove_listener("request", asked)
    assert not wrong


@pytest.fixture(scope="session")
def serving() -> Callable[..., AbstractContextManager[str]]:
    """Serves the page over an index for a while; gives its address."""
    from ui.page.live_index import Live
    from ui.page.page import make_page as page_over
    from ui.server.server import ServeSettings, running

    @contextmanager
    def serve_page(directory: Path, *, editable: bool = True, port: int = 0) -> Iterator[str]:
        live = Live(directory)
        with ExitStack() as served, ThreadPoolExecutor(1) as aside:
            # Playwright's event loop runs in this thread, and starting needs one of its own.
            page = running(lambda: page_over(live, editable=editable), ServeSettings(port=port))
            yield aside.submit(served.enter_context, page).result()

    return serve_page


@pytest.fixture(scope="module")
def serve(serving: Callable[..., AbstractContextManager[str]]) -> Iterator[Callable[..., str]]:
    """Serves the page over an index until the module's tests are done; gives its address."""
    with ExitStack() as served:
        yield lambda directory, **how: served.enter_context(serving(directory, **how))
