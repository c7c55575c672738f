"""Saved answers: records of the program are read back, and changed records are refused in one line."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles_qa.index import InputError
from articles_qa.qa import Retriever, Scope
from articles_qa.qa.proof.saved_answer import SavedAnswer, SavedQuote, read_answer
from articles_qa.qa.questions.parts import MOST_PARTS
from articles_qa.qa.questions.question import MAX_TOP_K

RetrieverOf = Callable[[Mapping[str, str | bytes]], Retriever]
Record = dict[str, Any]

QUESTIONS = """
how many casualties did NIS report?
what did Zelensky say?
when did the soldier die?
why did he have to die?
What was confirmed through real-time information sharing, said NIS?
Who painted the Mona Lisa?
how meny casulties were reportd?
Who is Yang Uk, and how many casualties did NIS report?
Who is Yang Uk, and who painted the Mona Lisa?
""".strip().splitlines()

SCOPES = [
    None,
    Scope(sources=("*0*",)),
    Scope(outlets=("no such outlet",)),
    Scope(sources=("000*",), since=date(2020, 1, 1), until=date(2030, 1, 1)),
]


@pytest.fixture(scope="module")
def records(retriever: Retriever, generous: Retriever) -> list[Record]:
    asked = [(door, question, within) for door in (retriever, generous) for question in QUESTIONS for within in SCOPES]
    return [door.ask(question, top_k=20, within=within).to_dict() for door, question, within in asked]


@pytest.fixture(scope="module")
def record(records: list[Record]) -> str:
    """An answer with at least two quotes, as JSON."""
    return json.dumps(next(record for record in records if len(record["quotes"]) > 1))


def holds(whole: Any, part: Any) -> bool:
    """Return whether every field of a saved answer is in the record."""
    if isinstance(part, dict):
        return all(name in whole and holds(whole[name], value) for name, value in part.items())
    if isinstance(part, list):
        return len(whole) == len(part) and all(map(holds, whole, part))
    return bool(whole == part)


def changed(record: str, path: str, value: object) -> Record:
    """Return the record with one field replaced; "gone" removes the field."""
    whole: Any = json.loads(record)
    *places, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    place = whole
    for part in places:
        place = place[part]
    if value is GONE:
        del place[last]
    else:
        place[last] = value
    return dict(whole)


GONE = object()


def test_every_record_reads_back(records: list[Record]) -> None:
    kinds = {(record["answered"], record["within"] is not None, bool(record["closest"])) for record in records}
    assert len(kinds) >= 5  # Answered and not, of all articles, of some and of none.
    for record in records:
        assert holds(record, read_answer(record).model_dump())


def test_a_browser_keeps_a_record_in_its_own_way(records: list[Record]) -> None:
    def kept(value: Any) -> Any:
        """Numbers as JavaScript writes them: 4.0 is 4."""
        return int(value) if isinstance(value, float) and value.is_integer() else value

    for record in records:
        as_kept = json.loads(json.dumps(record), parse_float=lambda text: kept(float(text)))
        assert read_answer(as_kept) == read_answer(record)


@pytest.mark.parametrize("name", [None, "ms-marco"])
def test_the_reranker_of_an_earlier_record_is_left_out(record: str, name: str | None) -> None:
    assert read_answer(changed(record, "index.reranker", name)) == read_answer(json.loads(record))


def test_what_later_versions_add_is_left_out(record: str) -> None:
    later = changed(record, "quotes.0.mood", "grim") | {"translations": {"de": ["…"]}}
    assert read_answer(later) == read_answer(json.loads(record))


def test_what_earlier_versions_did_not_say_is_not_missed(record: str) -> None:
    early = json.loads(record)
    for name in ("within", "searched", "closest", "more", "parts"):
        early.pop(name)
    for quote in early["quotes"]:
        for name in ("title", "outlet", "published", "said_by", "marks", "gaps", "ranks", "same_as"):
            quote.pop(name)
        for name in ("encoding", "byte_start", "byte_end", "said_by_span", "passage"):
            quote.pop(name)
    assert [quote.text for quote in read_answer(early).quotes] == [quote["text"] for quote in early["quotes"]]


def test_all_that_a_quote_says_is_read(record: str) -> None:
    for quote in json.loads(record)["quotes"]:
        assert set(quote) == set(SavedQuote.model_fields)


def test_all_that_a_record_with_tables_says_is_read(compared: Record) -> None:
    assert holds(compared, read_answer(compared).model_dump())


def test_who_checks_a_record_may_read_a_text_of_another_length(record: str) -> None:
    longer = changed(record, "quotes.0.text", "something else, and much longer")
    assert read_answer(longer, any_length=True).quotes[0].text == "something else, and much longer"
    assert read_answer(json.loads(record), any_length=True) == read_answer(json.loads(record))
    for path, value in (("quotes.0.text", None), ("quotes.0.start", -1), ("quotes.0.rank", 2), ("answered", False)):
        with pytest.raises(InputError):
            read_answer(changed(record, path, value), any_length=True)


def test_the_longest_quotes_with_the_most_marks_read_back(retriever_of: RetrieverOf) -> None:
    figures = "They counted " + ", ".join("7 8 9 1 2 3".split() * 30) + " of them"
    articles = {
        "figures.txt": f"Title: {'word ' * 5_000}\n\n{figures}; {figures}.",
        f"{'deep/' * 40}{'n' * 200}.txt": f"{'H' * 30_000}\n\nThe ferry sank near Linz, said {'the Minister ' * 60}.",
    }
    retriever = retriever_of(articles)
    for question in ("how many were counted?", "who said that the ferry sank?", figures[:1_900]):
        record = retriever.ask(question, top_k=100).to_dict()
        assert holds(record, read_answer(record).model_dump())


# What is changed, into what, and where the one line says that it is.
CHANGED: list[tuple[str, object, str]] = [
    ("schema", GONE, "schema"),
    ("schema", "answer/2", "schema"),
    ("schema", ["answer/1"], "schema"),
    ("schema", None, "schema"),
    ("question", GONE, "question"),
    ("question", None, "question"),
    ("question", 7, "question"),
    ("question", "why? " * 2_000, "question"),
    ("question", "why \ud800?", "question"),
    ("searched", "why?", "searched"),
    ("searched", ["why?"] * 21, "searched"),
    ("searched", [None], "searched.0"),
    ("within", [], "within"),
    ("within", {"sources": ["a"] * 101, "articles": 1}, "within.sources"),
    ("within", {"sources": ["\ud800"], "articles": 1}, "within.sources.0"),
    ("within", {"articles": -1}, "within.articles"),
    ("answered", GONE, "answered"),
    ("answered", 1, "answered"),
    ("answered", "true", "answered"),
    ("answered", False, "record"),  # With quotes all the same.
    ("confidence", 1.5, "confidence"),
    ("confidence", -0.1, "confidence"),
    ("confidence", float("nan"), "confidence"),
    ("confidence", "0.5", "confidence"),
    ("reason", 5, "reason"),
    ("quotes", GONE, "quotes"),
    ("quotes", None, "quotes"),
    ("quotes", {}, "quotes"),
    ("quotes", "text", "quotes"),
    ("quotes", [], "record"),  # Nothing, and answered all the same.
    ("quotes", [{}] * 101, "quotes"),
    ("quotes", [[]], "quotes.0"),
    ("quotes", [None], "quotes.0"),
    ("closest", [{}], "closest.0"),
    ("index", GONE, "index"),
    ("index", [], "index"),
    ("index.generation", "1", "index.generation"),
    ("index.generation", 10**5_000, "index.generation"),  # Python does not write a number so long.
    ("index.model", None, "index.model"),
    ("index.articles", -5, "index.articles"),
    ("index.articles", True, "index.articles"),
    ("more", -1, "more"),
    ("more", 1.0, "more"),
    ("more", None, "more"),
    ("parts", None, "parts"),
    ("parts", [None], "parts.0"),
    ("took_ms", GONE, "took_ms"),
    ("took_ms", -1.0, "took_ms"),
    ("took_ms", float("inf"), "took_ms"),
    ("took_ms", 10**400, "took_ms"),
    ("took_ms", False, "took_ms"),
    ("quotes.0.rank", 0, "quotes.0.rank"),
    ("quotes.0.rank", 1.0, "quotes.0.rank"),
    ("quotes.0.rank", True, "quotes.0.rank"),
    ("quotes.0.rank", 10**5_000, "quotes.0.rank"),
    ("quotes.0.rank", 2, "record"),  # Two of the same rank.
    ("quotes.0.source", GONE, "quotes.0.source"),
    ("quotes.0.source", "s" * 5_001, "quotes.0.source"),
    ("quotes.0.source", ["a.txt"], "quotes.0.source"),
    ("quotes.0.source", "\udce9.txt", "quotes.0.source"),
    ("quotes.0.sha256", "abc", "quotes.0.sha256"),
    ("quotes.0.sha256", "A" * 64, "quotes.0.sha256"),
    ("quotes.0.sha256", "a" * 64 + "\n", "quotes.0.sha256"),
    ("quotes.0.sha256", "a" * 65, "quotes.0.sha256"),
    ("quotes.0.published", "24 December 2024", "quotes.0.published"),
    ("quotes.0.start", GONE, "quotes.0.start"),
    ("quotes.0.start", -1, "quotes.0.start"),
    ("quotes.0.start", 2.0, "quotes.0.start"),
    ("quotes.0.start", 0, "quotes.0"),  # The text is not so long.
    ("quotes.0.end", -1, "quotes.0.end"),
    ("quotes.0.end", 10**30, "quotes.0.end"),
    ("quotes.0.end", 1, "quotes.0"),
    ("quotes.0.encoding", 8, "quotes.0.encoding"),
    ("quotes.0.encoding", "u" * 101, "quotes.0.encoding"),
    ("quotes.0.byte_start", -1, "quotes.0.byte_start"),
    ("quotes.0.byte_end", 1.0, "quotes.0.byte_end"),
    ("quotes.0.byte_end", 10**30, "quotes.0.byte_end"),
    ("quotes.0.first_line", 0, "quotes.0.first_line"),
    ("quotes.0.last_line", -1, "quotes.0.last_line"),
    ("quotes.0.text", GONE, "quotes.0.text"),
    ("quotes.0.text", "", "quotes.0"),
    ("quotes.0.text", "something else", "quotes.0"),
    ("quotes.0.text", "x" * 100_001, "quotes.0.text"),
    ("quotes.0.text", None, "quotes.0.text"),
    ("quotes.0.probability", float("nan"), "quotes.0.probability"),
    ("quotes.0.probability", 1.0001, "quotes.0.probability"),
    ("quotes.0.probability", None, "quotes.0.probability"),
    ("quotes.0.said_by", 3, "quotes.0.said_by"),
    ("quotes.0.said_by_span", [1, 2], "quotes.0.said_by_span"),
    ("quotes.0.said_by_span", {"start": 1}, "quotes.0.said_by_span.end"),
    ("quotes.0.passage", {"start": "1", "end": 2}, "quotes.0.passage.start"),
    ("quotes.0.before", [1, 2], "quotes.0.before"),
    ("quotes.0.after", {"start": -1, "end": 2}, "quotes.0.after.start"),
    ("quotes.0.marks", {}, "quotes.0.marks"),
    ("quotes.0.marks", [{"start": 1, "end": 2}] * 1_001, "quotes.0.marks"),
    ("quotes.0.marks", [[1, 2]], "quotes.0.marks.0"),
    ("quotes.0.marks", [{"start": -1, "end": 2}], "quotes.0.marks.0.start"),
    ("quotes.0.gaps", [{"start": 1}], "quotes.0.gaps.0.end"),
    ("quotes.0.ranks", None, "quotes.0.ranks"),
    ("quotes.0.ranks", {"by_words": 0}, "quotes.0.ranks.by_words"),
    ("quotes.0.same_as", 0, "quotes.0.same_as"),
    ("quotes.0.same_as", 1, "record"),  # Itself: it would not be shown at all.
    ("quotes.0.same_as", 2, "record"),
    ("quotes.1.same_as", 99, "record"),
    ("quotes.0.source_state", "fine", "quotes.0.source_state"),
    ("quotes.0.source_state", "unchanged\n", "quotes.0.source_state"),
    ("quotes.0.source_state", None, "quotes.0.source_state"),
]


@pytest.mark.parametrize(("path", "value", "where"), CHANGED, ids=[f"{path}-{i}" for i, (path, _, _) in enumerate(CHANGED)])
def test_a_changed_record_is_refused_in_one_line(path: str, value: object, where: str, record: str) -> None:
    with pytest.raises(InputError) as refused:
        read_answer(changed(record, path, value))
    line = str(refused.value)
    assert line.startswith("answer: ") and where in line and line.isprintable() and len(line) < 300


ODD_PARTS: list[tuple[str, object, str]] = [
    ("parts", {}, "parts"),
    ("parts.0", GONE, "record"),  # Its quotes would not be shown.
    ("parts.0.question", None, "parts.0.question"),
    ("parts.0.question", "why? " * 2_000, "parts.0.question"),
    ("parts.0.question", "why \ud800?", "parts.0.question"),
    ("parts.0.answered", GONE, "parts.0.answered"),
    ("parts.0.answered", False, "record"),
    ("parts.1.answered", True, "record"),
    ("parts.0.confidence", 1.5, "parts.0.confidence"),
    ("parts.1.reason", 7, "parts.1.reason"),
    ("parts.0.ranks", GONE, "parts.0.ranks"),
    ("parts.0.ranks", [], "record"),
    ("parts.0.ranks", [0], "parts.0.ranks.0"),
    ("parts.0.ranks", [2], "record"),
    ("parts.0.ranks", [1] * 101, "parts.0.ranks"),
    ("parts.1.ranks", [1], "record"),  # A quote of two parts.
    ("parts.0.more", -1, "parts.0.more"),
]


@pytest.mark.parametrize(("path", "value", "where"), ODD_PARTS, ids=[str(i) for i in range(len(ODD_PARTS))])
def test_a_record_with_changed_parts_is_refused_in_one_line(path: str, value: object, where: str, retriever: Retriever) -> None:
    record = retriever.ask(QUESTIONS[-1], top_k=1).to_dict()
    assert [part.ranks for part in read_answer(record).parts] == [[1], []]
    with pytest.raises(InputError) as refused:
        read_answer(changed(json.dumps(record), path, value))
    line = str(refused.value)
    assert line.startswith("answer: ") and where in line and line.isprintable() and len(line) < 300


def test_each_part_may_have_the_most_quotes(record: str) -> None:
    whole = json.loads(record) | {"claims": [], "beside": []}
    quotes = [{**whole["quotes"][0], "rank": rank} for rank in range(1, MAX_TOP_K * MOST_PARTS + 1)]
    parts = [
        {"question": "why?", "answered": True, "confidence": 0.5, "ranks": list(range(start, start + MAX_TOP_K))}
        for start in range(1, len(quotes), MAX_TOP_K)
    ]
    assert len(read_answer({**whole, "quotes": quotes, "parts": parts}).quotes) == len(quotes)


CLAIM = "claims.0.values.0.claims.0"
ODD_TABLES: list[tuple[str, object, str]] = [
    ("beside", "text", "beside"),
    ("beside", [], "record"),  # Claims of quotes that are not there.
    ("beside.0.rank", 9, "record"),
    ("beside.0.same_as", 9, "record"),
    ("claims", {}, "claims"),
    ("claims.0", None, "claims.0"),
    ("claims.0.about", 1, "claims.0.about"),
    ("claims.0.kind", "place", "claims.0.kind"),
    ("claims.0.kind", "date", "claims.0"),
    ("claims.0.kind", "name", "claims.0"),
    ("claims.0.unit", None, "claims.0.unit"),
    ("claims.0.differ", 1, "claims.0.differ"),
    ("claims.0.values", [], "claims.0.values"),
    ("claims.0.values.0.low", "100", "claims.0.values.0"),
    ("claims.0.values.0.low", 101, "claims.0.values.0"),
    ("claims.0.values.0.low", True, "claims.0.values.0.low"),
    ("claims.0.values.0.low", None, "claims.0.values.0.low"),
    ("claims.0.values.0.high", 10**5_000, "claims.0.values.0"),
    ("claims.0.values.0.high", float("inf"), "claims.0.values.0.high"),
    ("claims.0.values.0.high", float("nan"), "claims.0.values.0.high"),
    ("claims.0.values.0.sense", "roughly", "claims.0.values.0.sense"),
    ("claims.0.values.0.reports", 0, "claims.0.values.0.reports"),
    ("claims.0.values.0.reports", 2, "claims.0.values.0"),
    ("claims.0.values.0.asked", "true", "claims.0.values.0.asked"),
    ("claims.0.values.0.claims", [], "claims.0.values.0.claims"),
    (f"{CLAIM}.rank", 0, f"{CLAIM}.rank"),
    (f"{CLAIM}.rank", 11, "record"),
    (f"{CLAIM}.rank", 2, "record"),
    (f"{CLAIM}.start", 2547, "record"),
    (f"{CLAIM}.start", -1, f"{CLAIM}.start"),
    (f"{CLAIM}.end", 10**6, "record"),
    (f"{CLAIM}.value", 100, f"{CLAIM}.value"),
    (f"{CLAIM}.same_as", 11, "record"),
    (f"{CLAIM}.same_as", 1, "record"),
    (f"{CLAIM}.same_as", 0, f"{CLAIM}.same_as"),
    (f"{CLAIM}.said_by_span", [1, 2], f"{CLAIM}.said_by_span"),
    (f"{CLAIM}.events", ["killed"] * 21, f"{CLAIM}.events"),
    ("quotes.0.said_at", {"start": 1}, "quotes.0.said_at.end"),
    ("quotes.0.speaker", "NIS", "quotes.0.speaker"),
    ("quotes.0.speaker.links.0.sha256", "abc", "quotes.0.speaker.links.0.sha256"),
    ("quotes.0.speaker.links.0.text", None, "quotes.0.speaker.links.0.text"),
]


@pytest.mark.parametrize(("path", "value", "where"), ODD_TABLES, ids=[str(i) for i in range(len(ODD_TABLES))])
def test_a_record_with_changed_tables_is_refused_in_one_line(path: str, value: object, where: str, compared: Record) -> None:
    read_answer(compared)
    with pytest.raises(InputError) as refused:
        read_answer(changed(json.dumps(compared), path, value))
    line = str(refused.value)
    assert line.startswith("answer: ") and where in line and line.isprintable() and len(line) < 300


def test_what_does_not_answer_has_no_tables(compared: Record) -> None:
    missed = {**compared, "answered": False, "quotes": []}
    for odd in ({**missed, "claims": []}, {**missed, "beside": []}):
        with pytest.raises(InputError):
            read_answer(odd)
    read_answer({**missed, "claims": [], "beside": []})


def test_days_and_names_are_compared_as_text(compared: Record) -> None:
    for kind, value in (("date", "2024-12-26"), ("name", "yang uk")):
        table = {**compared["claims"][0], "kind": kind}
        table["values"] = [{**one, "low": value, "high": value} for one in table["values"]]
        assert read_answer({**compared, "claims": [table]}).claims[0].values[0].low == value


def test_a_record_of_more_claims_than_a_screen_shows_is_refused(compared: Record) -> None:
    value = compared["claims"][0]["values"][0]
    many = {**value, "claims": value["claims"] * 100}
    table = {**compared["claims"][0], "values": [many] * 10}
    read_answer({**compared, "claims": [table]})
    with pytest.raises(InputError, match="more than 1,000 claims"):
        read_answer({**compared, "claims": [table, table]})


def nested(depth: int) -> list[Any]:
    inner: list[Any] = []
    for _ in range(depth):
        inner = [inner]
    return inner


NO_RECORDS: list[object] = [None, 1, "text", [], [{}], b"{}", nested(100_000), {"schema": nested(100_000)}]


@pytest.mark.parametrize("value", NO_RECORDS, ids=range(len(NO_RECORDS)))
def test_what_is_no_record_is_refused(value: object) -> None:
    with pytest.raises(InputError, match="not a record"):
        read_answer(value)


@pytest.mark.parametrize("path", ["quotes", "index", "within", "question", "quotes.0.text", "quotes.0.marks", "added_later"])
def test_deep_nesting_breaks_nothing(path: str, record: str) -> None:
    deep = changed(record, path, nested(100_000))
    if path == "added_later":
        assert read_answer(deep) == read_answer(json.loads(record))
    else:
        with pytest.raises(InputError):
            read_answer(deep)


def test_a_copy_of_a_copy_is_refused_since_it_would_not_be_shown(generous: Retriever) -> None:
    record = json.dumps(generous.ask(QUESTIONS[0], top_k=20).to_dict())
    copy = changed(record, "quotes.1.same_as", 1)
    copy["quotes"][2]["same_as"] = None
    read_answer(copy)
    copy["quotes"][2]["same_as"] = 2
    with pytest.raises(InputError):
        read_answer(copy)


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.text(alphabet="\ud800\udfff\x00\n", max_size=3)
    | st.sampled_from(["answer/1", "a" * 64, "unchanged", 10**20]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from("schema question answered confidence quotes index took_ms rank source start end text".split())
            | st.text(max_size=4),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(ANYTHING)
def test_random_json_is_read_or_refused(value: object) -> None:
    read_or_refused(value)
    read_or_refused({"schema": "answer/1", **(value if isinstance(value, dict) else {"quotes": value})})


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.data(), ANYTHING)
def test_a_record_with_random_parts_is_read_or_refused(record: str, data: st.DataObject, value: object) -> None:
    whole: Any = json.loads(record)
    place: Any = whole
    while True:
        last = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if not isinstance(place[last], dict | list) or not place[last] or data.draw(st.booleans()):
            break
        place = place[last]
    place[last] = value
    read_or_refused(whole)


def read_or_refused(value: object) -> None:
    try:
        assert isinstance(read_answer(value), SavedAnswer)
    except InputError as error:
        assert str(error).isprintable()
