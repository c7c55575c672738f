"""Tables of claims compared with what is known, on records made by hand and on those that a perfect program would make."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from articles_qa.eval import claims
from articles_qa.eval.corpora.read_corpora import AskedQuestion
from articles_qa.eval.corpora.write_corpus import EventCorpus, KnownClaim, event_corpora
from articles_qa.eval.datasets.cases import Document
from articles_qa.eval.judging.claim_scores import ClaimAttribute
from articles_qa.eval.judging.judge_claims import JudgedAnswer, judge_answer
from articles_qa.eval.judging.name_match import NameMatch, match_name
from articles_qa.index.articles.span import Span

Record = dict[str, Any]


def perfect(corpus: EventCorpus, question: AskedQuestion) -> Record:
    """The record of a program that makes no mistake: a table a group, a value for each that is different."""
    known = [claim for claim in corpus.claims if claim.id in question.wanted]
    quotes = [{"rank": rank, "source": claim.source, "start": 0, "end": 9999} for rank, claim in enumerate(known, 1)]
    tables: dict[tuple[str, str], Record] = {}
    for rank, claim in enumerate(known, 1):
        key = (claim.group, claim.kind)
        table = tables.setdefault(key, {"about": claim.group, "kind": claim.kind, "unit": claim.unit, "values": []})
        put(claim, rank, table, asked=claim.id in question.asked)
    for table in tables.values():
        for value in table["values"]:
            value["reports"] = len({(claim.source, claim.speakers[:1]) for claim in value["of"] if not claim.copy_of})
            del value["of"]
    return {"answered": True, "quotes": quotes, "claims": list(tables.values())}


def put(claim: KnownClaim, rank: int, table: Record, *, asked: bool) -> None:
    value = {"low": claim.low, "high": claim.high, "sense": claim.senses[0], "asked": asked}
    found = next((each for each in table["values"] if value.items() <= each.items()), None)
    if found is None:
        found = {**value, "claims": [], "of": []}
        table["values"].append(found)
    found["of"].append(claim)
    found["claims"].append(
        {
            "rank": rank,
            "value": claim.words,
            "start": claim.span.start,
            "end": claim.span.end,
            "counted": claim.counted,
            "said_by": claim.speakers[0] or None,
            "speaker": (claim.resolved or claim.speakers)[0] or None,
            "citing": claim.citing[0] if claim.citing else None,
        }
    )


@pytest.mark.parametrize("corpus", event_corpora(), ids=lambda corpus: corpus.name)
def test_a_perfect_record_has_no_mistake(corpus: EventCorpus) -> None:
    for question in corpus.questions:
        found = judge_answer(perfect(corpus, question), corpus, question)
        assert found.mistakes == ()
        assert found.wanted == found.found == found.right == found.shown == found.shown_right == len(question.wanted)


def test_a_record_without_tables_finds_nothing() -> None:
    (corpus,) = event_corpora(names=["flood"])
    found = judge_answer({"answered": True, "quotes": []}, corpus, corpus.questions[0])
    assert (found.wanted, found.found, found.shown) == (6, 0, 0)
    assert {mistake.what for mistake in found.mistakes} == {"missing, not quoted"}


def judged(name: str, change: Callable[[Record], object], question: int = 0) -> JudgedAnswer:
    """Judge a perfect record after a change."""
    (corpus,) = event_corpora(names=[name])
    record = deepcopy(perfect(corpus, corpus.questions[question]))
    change(record)
    return judge_answer(record, corpus, corpus.questions[question])


def first(record: Record) -> Record:
    value: Record = record["claims"][0]["values"][0]
    return value


WRONG: tuple[tuple[str, str, Callable[[Record], object]], ...] = (
    ("flood", "value", lambda record: first(record).update(high=10)),
    ("flood", "value", lambda record: first(record).update(low="9", high="9")),
    ("flood", "sense", lambda record: first(record).update(sense="exact")),
    ("wildfire", "unit", lambda record: record["claims"][0].update(unit="km")),
    ("stadium", "unit", lambda record: record["claims"][0].update(unit="")),
    ("flood", "speaker", lambda record: first(record)["claims"][0].update(said_by=None, speaker=None)),
    ("flood", "speaker", lambda record: first(record)["claims"][0].update(said_by="police", speaker=None)),
    ("flood", "full name", lambda record: record["claims"][0]["values"][2]["claims"][0].update(said_by="CPA", speaker="CPA")),
    ("protest", "citing", lambda record: record["claims"][0]["values"][5]["claims"][0].update(citing=None)),
    ("protest", "citing", lambda record: first(record)["claims"][0].update(citing="Oriel")),
    ("flood", "words", lambda record: first(record)["claims"][0].update(value="9")),
    ("flood", "reports", lambda record: record["claims"][0]["values"][2].update(reports=2)),
    ("flood", "asked", lambda record: first(record).update(asked=True)),
    ("flood", "missing, though quoted", lambda record: record["claims"][0]["values"].pop(0)),
    ("flood", "shown twice", lambda record: record["claims"].append(deepcopy(record["claims"][0]))),
    ("mine", "table", lambda record: record["claims"].append(one_of(record["claims"][0]))),
)


def one_of(table: Record) -> Record:
    return {**table, "values": [table["values"].pop()]}


@pytest.mark.parametrize(("name", "what", "change"), WRONG)
def test_each_kind_of_mistake_is_found_and_no_other(name: str, what: str, change: Callable[[Record], object]) -> None:
    found = judged(name, change)
    assert {mistake.what for mistake in found.mistakes} == {what}
    if what in {"value", "sense", "unit", "speaker"}:
        assert found.right < found.found == found.wanted
    if what == "shown twice":
        assert (found.extra, found.shown_right) == (found.wanted, found.right)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        (
            "flood",
            lambda record: first(record)["claims"][0].update(said_by="he", speaker=first(record)["claims"][0]["speaker"]),
        ),
        ("flood", lambda record: first(record)["claims"][0].update(start=first(record)["claims"][0]["end"] - 1)),
        ("wildfire", lambda record: record["claims"][0].update(unit="")),  # A count of hectares.
        ("earthquake", lambda record: record["claims"][0].update(unit="magnitude")),
        ("walk", lambda record: record["claims"][0].update(unit="kilometers")),
        ("ransom", lambda record: record["claims"][0].update(unit="EUR")),
        ("mine", lambda record: record["claims"][0].update(about="anything")),
    ],
)
def test_what_a_reader_would_take_is_right(name: str, change: Callable[[Record], object]) -> None:
    found = judged(name, change)
    assert found.right == found.wanted and not found.mistakes


def test_a_figure_that_is_no_claim_is_extra() -> None:
    (corpus,) = event_corpora(names=["flood"])
    record = perfect(corpus, corpus.questions[0])
    source, span = corpus.never[0]
    record["quotes"].append({"rank": 9, "source": source, "start": 0, "end": 9999})
    wrong = {"rank": 9, "value": "1997", "start": span.start, "end": span.end, "said_by": None, "speaker": None, "citing": None}
    record["claims"][0]["values"].append({"low": 1997, "high": 1997, "sense": "exact", "claims": [wrong]})
    found = judge_answer(record, corpus, corpus.questions[0])
    assert [mistake.what for mistake in found.mistakes] == ["never to be shown"]
    assert (found.extra, found.shown, found.shown_right) == (1, 7, 6)


def test_exact_and_about_may_stand_under_one_value_but_not_alone() -> None:
    (corpus,) = event_corpora(names=["blackout"])
    one, other = (replace(corpus.claims[at], senses=(sense,)) for at, sense in ((0, "exact"), (5, "about")))
    known = replace(corpus, claims=(one, other))
    question = AskedQuestion("how many homes?", (one.id, other.id), (), ())
    record = perfect(known, question)
    values = record["claims"][0]["values"]
    assert judge_answer(record, known, question).right == 2
    record["claims"][0]["values"] = [{**values[0], "claims": values[0]["claims"] + values[1]["claims"], "reports": 2}]
    assert judge_answer(record, known, question).right == 2
    record["claims"][0]["values"] = [{**values[0], "sense": "about"}]
    assert judge_answer(record, known, question).right == 0


def test_what_is_known_but_not_asked_for_is_judged_where_it_is_shown() -> None:
    (corpus,) = event_corpora(names=["flood"])
    died, missing = corpus.questions
    record = perfect(corpus, died)
    for question, wanted in ((died, 6), (missing, 0)):
        found = judge_answer(record, corpus, question)
        assert (found.found, found.shown, found.shown_right, found.extra) == (wanted, 6, 6, 0)


@pytest.mark.parametrize(
    ("came", "wanted", "match"),
    [
        ("The  Agency", ("agency",), NameMatch.SAME),
        ("South Korea's NIS", ("South Korea’s NIS",), NameMatch.SAME),
        (None, (), NameMatch.SAME),
        (None, ("", "police"), NameMatch.SAME),
        ("police", (), NameMatch.OTHER),
        (None, ("police",), NameMatch.OTHER),
        ("Mayor Brandt", ("Brandt",), NameMatch.NEARLY),
        ("Brandt", ("Ines Brandt",), NameMatch.NEARLY),
        ("Brand", ("Brandt",), NameMatch.OTHER),
        ("police", ("polices",), NameMatch.OTHER),
    ],
)
def test_names_are_compared_as_readers_do(came: str | None, wanted: tuple[str, ...], match: NameMatch) -> None:
    assert match_name(came, wanted) is match


@pytest.mark.parametrize(
    ("came", "right"),
    [
        ("the city auditor, {name}", True),
        ("{name}, the auditor", True),
        ("{last}", True),
        ("lawyer of {name}", False),
        ("{name}'s office", False),
        ("{name} and police", False),
        ("Tribune, citing {name}", False),
        ("old {last}", False),  # Of a surname alone nobody can say.
    ],
)
def test_a_name_may_have_a_description_around_it(came: str, right: bool) -> None:
    (corpus,) = event_corpora(names=["stadium"])
    auditor = corpus.claims[1].resolved[0]

    def change(record: Record) -> None:
        said = came.format(name=auditor, last=auditor.split()[-1])
        record["claims"][0]["values"][1]["claims"][0].update(said_by=said, speaker=None)

    assert judged("stadium", change).right == 5 - (not right)


def test_the_table_tells_shares_attributes_and_mistakes() -> None:
    found = judged("flood", lambda record: first(record).update(sense="exact"))
    told = list(claims.claim_lines([found]))
    assert told[1].split() == ["flood", "1", "1", "6", "6", "5", "6", "0", ".833", ".833"]
    assert told[2].split()[0] == "all" and [line.split()[:3] for line in told if line.startswith("sense")] == [
        ["sense*", "5", "6"]
    ]
    assert told[-1].startswith("flood: sense: flood-1.txt 'at least 9': wanted at least, came exact (how many")
    assert found.scores[ClaimAttribute.SENSE] == (5, 6)


def test_the_articles_can_be_written_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert claims.main(["--write", str(tmp_path), "--only", "mine", "bank"]) == 0
    assert len(list(tmp_path.glob("mine/*.txt"))) == 6 and "how much did Corvin Bank lose?" in capsys.readouterr().out
    assert claims.main(["--only", "volcano"]) == 2


def test_the_program_is_asked_and_a_share_below_what_is_wanted_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (corpus,) = event_corpora(names=["mine"])
    assert claims.main(["--only", "mine"]) == 0
    assert "mine" in capsys.readouterr().out
    monkeypatch.setattr(
        claims,
        "measure",
        lambda chosen, among: [judge_answer(perfect(corpus, corpus.questions[0]), corpus, corpus.questions[0])],
    )
    assert claims.main(["--only", "mine", "--fail-under", "1"]) == 0
    monkeypatch.setattr(claims, "measure", lambda chosen, among: [judge_answer({}, corpus, corpus.questions[0])])
    assert claims.main(["--only", "mine", "--fail-under", "0.1"]) == 1


def test_corpora_in_one_index_are_judged_by_their_own_articles() -> None:
    mine, bank = event_corpora(names=["mine", "bank"])
    other = Document("other.txt", bank.documents[0].text)
    asked = replace(mine, questions=mine.questions[:1])
    (judged,) = claims.measure([asked], [other])
    assert judged.answered and judged.shown and not judged.extra


def test_spans_of_shown_claims_pair_with_what_they_overlap_only() -> None:
    (corpus,) = event_corpora(names=["protest"])
    organisers = corpus.claims[1]
    assert organisers.source == corpus.claims[0].source  # Two claims of one sentence.
    beside = replace(corpus, claims=(replace(organisers, span=Span(0, 3)),))
    record = perfect(corpus, replace(corpus.questions[0], wanted=(organisers.id,)))
    assert judge_answer(record, beside, replace(corpus.questions[0], wanted=(organisers.id,))).extra == 1
