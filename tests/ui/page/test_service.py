"""What the page asks for: what comes back, and one line for whatever cannot be."""

import json
import os
import re
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from articles_qa.index import Index, InputError, build
from articles_qa.index.files.printable import printable
from articles_qa.qa import Retriever
from articles_qa.qa.example_questions import examples
from articles_qa.ui.page import service as judgements
from articles_qa.ui.page.first_screen import bars
from articles_qa.ui.page.live_index import LiveIndex
from articles_qa.ui.page.requests import ScopeRequest, read_request
from articles_qa.ui.page.service import FILE, MAX_BESIDE, SENTENCES_AROUND, Service, reported
from articles_qa.ui.server.quota import VISITOR, Quota

Parse = Callable[[str], Element]
Record = dict[str, Any]

NIS = "how many casualties did NIS report?"
SHOWN = ("quotes", "beside", "closest")  # The parts of a record that are quotes.
QUESTIONS = """
how many casualties did NIS report?
and what about Zelensky?
Who painted the Mona Lisa?
when did the soldier die?
what did Seoul announce?
""".strip().splitlines()


@pytest.fixture(scope="module")
def service(seeds_index: Path) -> Service:
    return Service(LiveIndex(seeds_index))


@pytest.fixture(scope="module")
def record(service: Service) -> Record:
    return dict(service.turn({"question": NIS})["record"])


@pytest.fixture
def own(seeds_index: Path, tmp_path: Path) -> Service:
    """A service whose index folder is the test's own."""
    shutil.copytree(seeds_index, tmp_path / "own")
    return Service(LiveIndex(tmp_path / "own"))


def timeless(record: Record) -> Record:
    return {**record, "took_ms": 0.0}


def words(fragment: Element) -> str:
    return "".join(fragment.itertext())


def classed(fragment: Element, name: str) -> list[Element]:
    return [inner for inner in fragment.iter() if name in inner.get("class", "").split()]


def test_a_turn_is_the_retrievers_record_and_its_quotes_as_html(service: Service, retriever: Retriever, parsed: Parse) -> None:
    for question in QUESTIONS:
        for history in ([], [{"role": "user", "content": NIS}]):
            reply = service.turn({"question": question, "history": history, "top_k": 3})
            expected = retriever.ask(question, history, 3).to_dict()
            assert timeless(reply["record"]) == timeless(expected)
            shown = [words(quote) for quote in classed(parsed(reply["html"]), "words")]
            assert sorted(shown) == sorted(quote["text"] for part in SHOWN for quote in expected[part])


def test_a_turn_is_searched_as_it_was_edited(service: Service, retriever: Retriever, parsed: Parse) -> None:
    history = [{"role": "user", "content": "Who painted the Mona Lisa?"}]
    reply = service.turn({"question": "and then?", "history": history, "searched": NIS})
    expected = retriever.ask("and then?", history, searched=NIS).to_dict()
    assert timeless(reply["record"]) == timeless(expected) and reply["record"]["question"] == "and then?"
    alone = retriever.ask(NIS)
    assert [quote["text"] for quote in reply["record"]["quotes"]] == [quote.text for quote in alone.quotes]
    (line,) = classed(parsed(reply["html"]), "wording")
    assert NIS in words(line)
    told = service.ask("and then?", history, 5, None, searched=NIS)
    assert timeless(told) == timeless(expected)


def test_a_turn_takes_what_the_page_remembers_of_earlier_ones(service: Service) -> None:
    record = service.turn({"question": NIS})["record"]
    names = ("text", "said_by", "title", "start", "marks")
    quotes = [{name: quote[name] for name in names} for quote in record["quotes"][:3]]
    earlier = {name: record[name] for name in ("question", "searched", "answered")} | {"quotes": quotes}
    assert service.turn({"question": "and how many were injured?", "history": [earlier]})["record"]["searched"]
    both = service.turn({"question": "Who is Yang Uk, and when did the soldier die?"})["record"]
    parts = [{"question": part["question"], "ranks": part["ranks"][:3]} for part in both["parts"]]
    sent = {**{name: both[name] for name in ("question", "searched", "answered", "quotes")}, "parts": parts}
    replies = [service.turn({"question": "where did he die?", "history": [one]})["record"] for one in (both, sent)]
    assert timeless(replies[0]) == timeless(replies[1]) and replies[0]["answered"]


def test_a_turn_keeps_to_its_scope(service: Service) -> None:
    asked = {"question": NIS, "sources": ["000*"], "outlets": [], "since": None, "until": ""}
    record = service.turn(asked)["record"]
    assert record["within"] == {"sources": ["000*"], "outlets": [], "since": None, "until": None, "articles": 1, "named": None}
    assert {quote["source"][:3] for quote in record["quotes"]} == {"000"}
    dated = service.turn({**asked, "since": "2020-01-01", "until": "2030-01-01"})["record"]  # None of the seeds is.
    assert (dated["within"]["since"], dated["within"]["articles"], dated["answered"]) == ("2020-01-01", 0, False)
    assert service.turn({"question": NIS, "sources": [], "since": ""})["record"]["within"] is None


def test_an_answer_for_a_program_is_the_same_record(service: Service, retriever: Retriever) -> None:
    assert timeless(service.ask(NIS, (), 5, None)) == timeless(retriever.ask(NIS).to_dict())
    assert service.search(NIS, (), 3, None) == [passage.to_dict() for passage in retriever.search(NIS, top_k=3)]


def test_records_that_the_page_kept_are_shown_again(service: Service, record: Record) -> None:
    kept = json.loads(json.dumps(record))
    first, changed, last = service.render({"records": [kept, {**kept, "confidence": 7}, kept]})["answers"]
    assert first == last == service.render({"records": [record]})["answers"][0]
    assert set(changed) == {"error"} and "confidence" in changed["error"]


def test_the_sentences_beside_a_quote_are_shown_at_first_and_again(
    service: Service, seeds_index: Path, record: Record, parsed: Parse
) -> None:
    index = Index.open(seeds_index)
    spans = {}
    for quote in (quote for part in SHOWN for quote in record[part]):
        article = index.article_named(quote["source"])
        assert article is not None
        found = [quote[name] for name in ("before", "after") if quote[name]]
        spans[str(quote["rank"])] = [article.text[span["start"] : span["end"]] for span in found]
    kept, asked = service.render({"records": [record]})["answers"][0], service.turn({"question": NIS})["html"]
    for html in (kept, asked):
        shown = classed(parsed(html), "quote")
        assert {quote.get("data-rank"): [words(one) for one in classed(quote, "neighbour")] for quote in shown} == spans


def test_an_article_is_shown_with_its_quotes_marked(service: Service, record: Record, parsed: Parse) -> None:
    for quote in record["quotes"]:
        spans = [[quote["start"], quote["end"], quote["rank"]]]
        wanted = {"source": quote["source"], "at": quote["start"], "spans": spans, "sha256": quote["sha256"]}
        reply = service.article(wanted)
        assert reply["sha256"] == quote["sha256"]
        marks = classed(parsed(reply["html"]), "quoted")
        assert "".join(map(words, marks)) == quote["text"]
        assert {mark.get("data-rank") for mark in marks} == {str(quote["rank"])}
        assert service.article({**wanted, "sha256": quote["sha256"][:16]}) == reply


def test_a_quote_from_another_version_is_not_marked(service: Service, record: Record, parsed: Parse) -> None:
    quote = record["quotes"][0]
    wanted = {"source": quote["source"], "spans": [[quote["start"], quote["end"], 1]], "sha256": "0" * 16}
    reply = service.article(wanted)
    assert classed(parsed(reply["html"]), "quoted") == [] and "another version" in reply["html"]
    assert reply["sha256"] == quote["sha256"]
    assert classed(parsed(service.article({**wanted, "sha256": ""})["html"]), "quoted") != []


@pytest.mark.parametrize("spans", [[[0, 0, 1]], [[9, 3, 1]], [[10**6, 10**7, 1]], [[0, 10**9, 1]], [[0, 5, 0]] * 100])
def test_odd_places_break_nothing(spans: list[list[int]], service: Service, record: Record, parsed: Parse) -> None:
    for at in (0, 10**9):
        reply = service.article({"source": record["quotes"][0]["source"], "at": at, "spans": spans})
        (sheet,) = classed(parsed(reply["html"]), "sheet")
        assert sheet.get("data-start") == "0"


def test_two_sentences_stand_around_a_quote(service: Service, seeds_index: Path, parsed: Parse) -> None:
    """Of every sentence of every article; fewer only at its ends."""
    index = Index.open(seeds_index)
    for summary in index.articles().articles:
        article = index.article_named(summary.source)
        assert article is not None
        spans = sorted(sentence.span for sentence in index.store.sentences(_passages_of(index, summary.source)))
        for number, span in enumerate(spans):
            asked = {"source": summary.source, "sha256": article.sha256, "start": span.start, "end": span.end}
            shown = parsed(service.around(asked)["html"])
            beside = spans[max(0, number - SENTENCES_AROUND) : number + SENTENCES_AROUND + 1]
            assert words(shown) == article.text[beside[0].start : beside[-1].end]
            assert [words(quoted) for quoted in classed(shown, "quoted")] == [span.cut(article.text)]


def test_no_more_stands_around_a_quote_than_is_read(tmp_path: Path) -> None:
    far = "\n" * 200_000
    text = f"The ferry sank near Linz.{far}Two people died on Monday.{far}The police were told at once.\n"
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.txt").write_text(text, "utf-8")
    build([tmp_path / "articles"], tmp_path / "index")
    service = Service(LiveIndex(tmp_path / "index"))
    start = text.index("Two")
    asked = {"source": "a.txt", "sha256": "", "start": start, "end": start + len("Two people died on Monday.")}
    assert len(service.around(asked)["html"]) < 3 * MAX_BESIDE
    assert "no quote" in reported(service.around)(asked | {"start": 0, "end": len(text)})["error"]


def _passages_of(index: Index, source: str) -> list[int]:
    numbers = list(range(index.info.passages))
    return [p.id for p in index.store.passages(numbers) if index.store.article(p.article).source == source]


def test_what_stands_around_another_version_is_not_told(service: Service, record: Record) -> None:
    quote = {name: record["quotes"][0][name] for name in ("source", "sha256", "start", "end")}
    for changed in ({"sha256": "0" * 64}, {"end": 10**9}, {"start": 10, "end": 10}, {"start": 20, "end": 10}):
        assert "ask again" in reported(service.around)(quote | changed)["error"]


def test_answers_are_cited_as_text(service: Service, record: Record) -> None:
    text = service.cite({"records": [record, record]})["text"]
    assert text.count(f"## {NIS[:-1]}") == 2 and text.count("\n> — ") == 2 * len(record["quotes"] + record["beside"])
    assert "confidence" in reported(service.cite)({"records": [record, {**record, "confidence": 7}]})["error"]


def test_a_judgement_is_a_line_in_the_index_folder(own: Service, record: Record, tmp_path: Path) -> None:
    later = {**record, "added_later": {"é": ["\u2028", None]}}
    for verdict, judged in (("right", record), ("wrong", later), ("none", record)):
        assert own.judge({"record": judged, "verdict": verdict}) == {}
    data = (tmp_path / "own" / FILE).read_bytes()
    lines = [json.loads(line) for line in data.split(b"\n")[:-1]]
    assert [(line["verdict"], line["answer"]) for line in lines] == [("right", record), ("wrong", later), ("none", record)]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", line["at"]) for line in lines)
    assert Index.open(tmp_path / "own").info.articles == 5  # The folder is still an index.


def test_judgements_from_many_threads_are_whole_lines(own: Service, record: Record, tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: own.judge({"record": record, "verdict": "right"}), range(200)))
    lines = (tmp_path / "own" / FILE).read_bytes().split(b"\n")
    assert replies == [{}] * 200 and len(lines) == 201 and {json.loads(line)["verdict"] for line in lines[:-1]} == {"right"}


# What a later version may add is not looked into, so that it may hold what a line of JSON in UTF-8 does not.
UNWRITABLE: list[Any] = ["half a character \ud800", {"\udfff": 1}, float("nan"), float("inf"), object()]


@pytest.mark.parametrize("value", UNWRITABLE, ids=range(len(UNWRITABLE)))
def test_what_cannot_be_kept_is_one_line(value: Any, own: Service, record: Record, tmp_path: Path) -> None:
    error_of(reported(own.judge)({"record": {**record, "added_later": value}, "verdict": "right"}), "not kept")
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    error_of(reported(own.judge)({"record": {**record, "added_later": deep}, "verdict": "right"}), "not kept")
    assert not (tmp_path / "own" / FILE).exists()


def test_a_judgement_that_cannot_be_written_is_one_line(own: Service, record: Record, tmp_path: Path) -> None:
    judged = {"record": record, "verdict": "right"}
    (tmp_path / "own" / FILE).mkdir()  # The tests may run as root, whom no right stops.
    error_of(reported(own.judge)(judged), "your judgement was not kept")
    shutil.rmtree(tmp_path / "own")
    error_of(reported(own.judge)(judged), "your judgement was not kept")


def test_judgements_go_to_no_other_file(own: Service, record: Record, tmp_path: Path) -> None:
    path, profile = tmp_path / "own" / FILE, tmp_path / "profile"
    profile.touch()
    path.symlink_to(profile)
    error_of(reported(own.judge)({"record": record, "verdict": "right"}), "symbolic links")
    assert profile.read_bytes() == b""
    path.unlink()
    os.mkfifo(path)
    error_of(reported(own.judge)({"record": record, "verdict": "right"}), "your judgement was not kept")
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    error_of(reported(own.judge)({"record": record, "verdict": "right"}), "not a regular file")
    os.close(reader)


def test_one_visitor_s_judgements_take_a_share_of_the_file(
    own: Service, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own, "_judged", Quota(1))
    judged = {"record": record, "verdict": "right"}

    def twice(visitor: str) -> list[dict[str, Any]]:
        VISITOR.set(visitor)
        return [reported(own.judge)(judged), reported(own.judge)(judged)]

    for visitor, refused in (("ann", True), ("bob", True), ("", False)):
        first, second = copy_context().run(twice, visitor)
        assert first == {} and ("error" in second) is refused


@pytest.mark.parametrize("patterns", [["*a"] * 21, ["*" + "a" * 200], ["[" * 201]])
def test_few_and_short_patterns_are_compared_with_the_articles(patterns: list[str]) -> None:
    with pytest.raises(InputError, match="at most 20 patterns of 200 characters"):
        _ = read_request(ScopeRequest, {"sources": patterns}).scope
    names = ["a" * 400] * 80  # Names are looked up.
    assert read_request(ScopeRequest, {"sources": [*names, *["*a"] * 20]}).scope.sources[:80] == tuple(names)


def test_a_full_file_of_judgements_is_one_line(
    own: Service, record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged = {"record": record, "verdict": "right"}
    own.judge(judged)
    kept = (tmp_path / "own" / FILE).read_bytes()
    monkeypatch.setattr(judgements, "MAX_BYTES", len(kept) * 3 // 2)
    error_of(reported(own.judge)(judged), "full")
    assert (tmp_path / "own" / FILE).read_bytes() == kept


def test_it_begins_with_questions_that_the_articles_answer(service: Service, retriever: Retriever, parsed: Parse) -> None:
    reply = service.begin({})
    welcome = parsed(reply["welcome"])
    assert "5 articles" in words(welcome)
    asked = [words(button) for button in welcome.iter("button") if button.get("data-do") == "example"]
    assert 1 <= len(asked) <= 4 and len(set(asked)) == len(asked)
    assert all(retriever.ask(question).answered for question in asked)
    assert service.begin(None) == reply == service.begin({"what": "ever"})


def test_questions_to_start_with_are_made_of_names_in_the_articles(seeds_index: Path, retriever: Retriever) -> None:
    index = Index.open(seeds_index)
    texts = [" ".join(index.store.article(number).text.split()) for number in range(index.info.articles)]
    for number in (1, 2, 4, 10):
        asked = examples(index, retriever, number=number)
        assert 1 <= len(asked) <= number and examples(index, retriever, number=number) == asked
        for question in asked:
            said = (
                r"What did (.+) say\?|How many (.+?) (?:have been|had been|were|are) .+|When was (.+) \w+\?|Who said “(.+)”\?"
            )
            made = re.fullmatch(said, question)
            assert made and any(text.casefold().count(made[made.lastindex].casefold()) for text in texts if made.lastindex)


def test_where_nobody_speaks_there_are_no_questions_to_start_with(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The ferry sank near Linz. Two people died in the water.", "utf-8")
    build([tmp_path / "a.txt"], tmp_path / "index")
    reply = Service(LiveIndex(tmp_path / "index")).begin({})
    assert "1 article" in reply["welcome"] and 'data-do="example"' not in reply["welcome"]
    assert "None of the articles shows a date." in reply["limits"]


def test_outlets_and_dates_are_offered_to_choose_from(tmp_path: Path, parsed: Parse) -> None:
    (tmp_path / "articles").mkdir()
    for number, outlet in enumerate(["The Linz Gazette", "<b>Bold</b> News"], 1):
        text = f"{outlet}\n\nFerry sinks again\n\nDecember {number}, 2024\n\nThe ferry sank near Linz, the police said.\n"
        (tmp_path / "articles" / f"{number}.txt").write_text(text, "utf-8")
    build([tmp_path / "articles"], tmp_path / "index")
    begun = Service(LiveIndex(tmp_path / "index")).begin({})
    limits = begun["limits"]
    assert re.findall(r'min="(.*?)" max="(.*?)"', limits) == [("2024-12-01", "2024-12-02")] * 2
    offered = re.findall("<label><input type=.checkbox.*?</label>", limits)
    named = [words(parsed(re.sub("<input[^>]*>", "", option))) for option in offered]
    assert [" ".join(name.split()) for name in named] == ["<b>Bold</b> News 1", "The Linz Gazette 1"]
    welcome = parsed(begun["welcome"])
    assert "2 articles · 2 outlets · 1 Dec to 2 Dec 2024" in words(welcome)
    days = [
        (button.get("data-since"), button.get("aria-label")) for button in welcome.iter("button") if button.get("data-since")
    ]
    assert days == [("2024-12-01", "Ask 1 Dec 2024: 1 article"), ("2024-12-02", "Ask 2 Dec 2024: 1 article")]
    newest = [" ".join(words(item).split()) for item in welcome.iter("li") if item.get("data-source")]
    assert newest == ["Ferry sinks again <b>Bold</b> News · 2 Dec 2024", "Ferry sinks again The Linz Gazette · 1 Dec 2024"]


BARS = [
    (["2024-03-01"], []),
    (["2024-03-01", "2024-03-03"], ["1 Mar 2024 1", "2 Mar 2024 0", "3 Mar 2024 1"]),
    (["2023-12-31", "2024-02-29", "2024-02-01"], ["Dec 2023 1", "Jan 2024 0", "Feb 2024 2"]),
    (["2019-05-05", "2023-12-31"], [f"{year} {int(year in (2019, 2023))}" for year in range(2019, 2024)]),
]


@pytest.mark.parametrize(("days", "told"), BARS)
def test_articles_are_counted_by_day_month_or_year(days: list[str], told: list[str]) -> None:
    made = bars([date.fromisoformat(one) for one in days])
    assert [f"{bar.words} {bar.articles}" for bar in made] == told
    assert all(bar.since <= bar.until for bar in made) and all(
        any(bar.since <= one <= bar.until for bar in made) for one in days if made
    )


def test_words_are_found_in_a_whole_article(service: Service, seeds: Path) -> None:
    source = "000_752357c04fcf2a77.txt"
    text = (seeds / source).read_bytes().decode()
    places = service.find({"source": source, "words": " north  KOREAN "})["places"]
    assert len(places) > 5 and {text[start:end] for start, end in places} == {"North Korean"}
    assert service.find({"source": source, "words": "(.*"})["places"] == []
    assert service.find({"source": source, "words": " "})["places"] == []
    error_of(reported(service.find)({"source": "nowhere", "words": "x"}), "no such article")


def error_of(reply: dict[str, Any], part: str = "") -> None:
    """The reply is one line for people, which can be sent as JSON."""
    assert set(reply) == {"error"}
    line = reply["error"]
    assert isinstance(line, str) and line == printable(line) and 10 < len(line) < 500 and part in line
    json.dumps(reply, ensure_ascii=False).encode()


ODD: list[Any] = [
    None,
    5,
    True,
    1.5,
    float("nan"),
    -1,
    10**30,
    "text",
    "\ud800",
    "\x00\n",
    [],
    [{}],
    [[]],
    [None],
    {},
    {"x": 1},
]

# Which handler, a request that it takes, and for each field what it takes beside, so that the others are refused.
REQUESTS: list[tuple[str, str, tuple[Any, ...]]] = [
    ("turn", "question", ("text",)),
    ("turn", "history", ([],)),
    ("turn", "top_k", (5,)),
    ("turn", "searched", (None, "text")),
    ("turn", "sources", ([],)),
    ("turn", "outlets", ([],)),
    ("turn", "since", (None,)),
    ("turn", "until", (None,)),
    ("article", "source", ()),
    ("article", "at", (5,)),
    ("article", "spans", ([],)),
    ("article", "sha256", ()),
    ("around", "source", ()),
    ("around", "sha256", ()),
    ("around", "start", (5,)),
    ("around", "end", ()),
    ("picture", "source", ()),
    ("picture", "sha256", ()),
    ("picture", "start", (5,)),
    ("picture", "end", ()),
    ("render", "records", ([], [{}])),
    ("cite", "records", ([],)),
    ("cite", "form", ()),
    ("find", "source", ()),
    ("judge", "record", ()),
    ("judge", "verdict", ()),
]


@pytest.fixture
def good(record: Record) -> dict[str, dict[str, Any]]:
    """A request that each handler takes, with all its fields."""
    quote = {name: record["quotes"][0][name] for name in ("source", "sha256", "start", "end")}
    within = {"sources": ["0*"], "outlets": [], "since": "2020-01-01", "until": "2030-01-01"}
    return {
        "turn": {"question": NIS, "history": [], "top_k": 2, "searched": None, **within},
        "article": {"source": quote["source"], "sha256": "", "at": 0, "spans": [[0, 5, 1]]},
        "around": quote,
        "picture": quote,
        "render": {"records": [record]},
        "cite": {"records": [record]},
        "find": {"source": quote["source"], "words": "NIS"},
        "judge": {"record": record, "verdict": "right"},
    }


@pytest.mark.parametrize(("name", "field", "fine"), REQUESTS, ids=[f"{name}-{field}" for name, field, _ in REQUESTS])
def test_a_field_of_another_kind_is_one_line(
    name: str, field: str, fine: tuple[Any, ...], own: Service, good: dict[str, dict[str, Any]]
) -> None:
    handler, request = reported(getattr(own, name)), good[name]
    assert "error" not in handler(request)
    for value in ODD:
        if any(type(value) is type(taken) and value == taken for taken in fine):
            continue
        error_of(handler(request | {field: value}))


@pytest.mark.parametrize("name", ["turn", "article", "around", "picture", "render", "cite", "find", "judge"])
def test_a_request_of_another_shape_is_one_line(name: str, own: Service, good: dict[str, dict[str, Any]]) -> None:
    handler, request = reported(getattr(own, name)), good[name]
    for value in [*ODD, (), b"{}", {1: 2}, {"\ud800": 1}]:
        error_of(handler(value))
    for key in ("extra", "__proto__", "two\nlines", "\udfff", "k" * 10_000, ""):
        error_of(handler(request | {key: 1}))
    for field in {"turn": ["question"], "article": ["source"], "around": [*good["around"]], "picture": [*good["picture"]]}.get(
        name, [*request]
    ):
        error_of(handler({kept: value for kept, value in request.items() if kept != field}))


# What is asked of which handler, beside what it takes, and a part of the line.
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("turn", {"question": ""}, "question: empty"),
    ("turn", {"question": "?!"}, "no word"),
    ("turn", {"question": "why? " * 1_000}, "5,000 characters"),
    ("turn", {"question": "why \ud800?"}, "surrogate"),
    ("turn", {"top_k": 0}, "1 to 100"),
    ("turn", {"top_k": 101}, "1 to 100"),
    ("turn", {"top_k": True}, "top_k"),
    ("turn", {"top_k": "5"}, "top_k"),
    ("turn", {"history": [{"role": "system", "content": "x"}]}, "history"),
    ("turn", {"history": [{"question": 5}]}, "history"),
    ("turn", {"history": [{"role": ["user"], "content": "x"}]}, "history"),
    ("turn", {"history": [{"question": "why?"}] * 101}, "history"),
    ("turn", {"since": "yesterday"}, "is no day"),
    ("turn", {"since": "2024-02-30"}, "is no day"),
    ("turn", {"until": "2024-12-3\n"}, "is no day"),
    ("turn", {"searched": ""}, "question: empty"),
    ("turn", {"searched": "x" * 2_001}, "2,001 characters"),
    ("turn", {"until": "\x1b[31m" * 20}, "is no day"),
    ("turn", {"since": "2025-01-02", "until": "2025-01-01"}, "since"),
    ("turn", {"sources": [""]}, "sources: one is empty"),
    ("turn", {"sources": ["/"]}, "sources: one is empty"),
    ("turn", {"sources": ["a" * 501]}, "501 characters"),
    ("turn", {"sources": ["a"] * 101}, "sources"),
    ("turn", {"sources": ["\ud800"]}, "sources.0"),
    ("turn", {"outlets": [" "]}, "outlets: one is empty"),
    ("turn", {"outlets": [5]}, "outlets.0"),
    ("article", {"source": "nowhere.txt"}, "nowhere.txt: the index has no such article"),
    ("article", {"source": "../README"}, "no such article"),
    ("article", {"source": "../../../../etc/passwd"}, "no such article"),
    ("article", {"source": "/etc/passwd"}, "no such article"),
    ("article", {"source": "./000_752357c04fcf2a77.txt"}, "no such article"),
    ("article", {"source": "x/../000_752357c04fcf2a77.txt"}, "no such article"),
    ("article", {"source": "000_752357c04fcf2a77.txt\x00"}, "no such article"),
    ("article", {"source": "000_752357c04fcf2a77.TXT"}, "no such article"),
    ("article", {"source": "%"}, "no such article"),
    ("article", {"source": "' OR 1=1 --"}, "no such article"),
    ("article", {"source": "two\nlines\r\x1b[31m\u202e"}, "two␊lines␍␛[31m"),
    ("article", {"source": "n" * 5_000}, "no such article"),
    ("article", {"source": ""}, "source"),
    ("article", {"at": -1}, "at"),
    ("article", {"at": True}, "at"),
    ("article", {"at": 1.0}, "at"),
    ("article", {"spans": [[1, 2]]}, "spans.0"),
    ("article", {"spans": [[1, 2, 3, 4]]}, "spans.0"),
    ("article", {"spans": [[1, -2, 3]]}, "spans.0.1"),
    ("article", {"spans": [[1, 2, True]]}, "spans.0.2"),
    ("article", {"spans": [[1, 2, 10**5_000]]}, "spans.0.2"),
    ("article", {"spans": [[1, 2, 3]] * 101}, "spans"),
    ("article", {"spans": {"0": [1, 2, 3]}}, "spans"),
    ("article", {"sha256": "A" * 64}, "sha256"),
    ("article", {"sha256": "a" * 65}, "sha256"),
    ("article", {"sha256": "a\n"}, "sha256"),
    ("around", {"source": "../README"}, "no such article"),
    ("around", {"start": -5}, "start"),
    ("around", {"end": 10**30}, "end"),
    ("picture", {"source": "../README"}, "no such article"),
    ("picture", {"end": 10**9}, "ask again"),
    ("picture", {"sha256": "0" * 64}, "ask again"),
    ("render", {"records": [{}] * 1_001}, "records"),
    ("cite", {"records": [{}]}, "not a record"),
    ("judge", {"verdict": "perhaps"}, "verdict"),
    ("judge", {"verdict": "right\n"}, "verdict"),
    ("judge", {"record": {"schema": "answer/1"}}, "question"),
]


@pytest.mark.parametrize(("name", "changed", "part"), REFUSED, ids=[f"{name}-{i}" for i, (name, *_) in enumerate(REFUSED)])
def test_what_cannot_be_used_is_one_line(
    name: str, changed: dict[str, Any], part: str, service: Service, good: dict[str, dict[str, Any]]
) -> None:
    error_of(reported(getattr(service, name))(good[name] | changed), part)


def test_a_record_that_was_changed_is_an_error_in_its_place(service: Service, record: Record) -> None:
    (reply,) = service.render({"records": [{**record, "quotes": [{}]}]})["answers"]
    error_of(reply, "quotes.0")


def test_threads_get_the_answers_that_one_would(seeds_index: Path) -> None:
    asked = [QUESTIONS[i % len(QUESTIONS)] for i in range(6)]
    alone = [timeless(Service(LiveIndex(seeds_index)).ask(question, (), 5, None)) for question in dict.fromkeys(asked)]
    expected = dict(zip(dict.fromkeys(asked), alone, strict=True))
    service, started = Service(LiveIndex(seeds_index)), threading.Barrier(16)

    def ask_all(shift: int) -> list[tuple[str, Record]]:
        started.wait(20)
        order = asked[shift:] + asked[:shift]
        return [(question, timeless(service.turn({"question": question})["record"])) for question in order]

    with ThreadPoolExecutor(16) as pool:
        for answers in pool.map(ask_all, range(16)):
            assert len(answers) == 6 and all(expected[question] == record for question, record in answers)
