"""The project's own cases, and what they ask for."""

import json
from collections import Counter
from pathlib import Path

import pytest

from eval.cases import check_spans, load_cases
from eval.quality import Result, run, share_refused, share_right
from index import InputError
from index.article import read_article
from qa import Retriever

SEEDS = Path(__file__).parents[1] / "seeds"
ARTICLES = [read_article(path, path.name) for path in sorted(SEEDS.glob("*.txt"))]


@pytest.fixture(scope="module")
def results(seeds_index: Path) -> list[Result]:
    return run(load_cases(), Retriever.open(seeds_index))


def test_the_cases_are_sixty_answerable_and_more_that_are_not() -> None:
    cases = load_cases()
    assert sum(case.answerable is True for case in cases) >= 60
    assert Counter(case.kind for case in cases)["off-topic"] >= 20
    assert len({case.id for case in cases}) == len(cases)


def test_every_span_lies_on_whole_words_of_its_article() -> None:
    check_spans(load_cases(), ARTICLES)


@pytest.mark.parametrize(
    ("spans", "kind", "wrong"),
    [
        ([{"source": "none.txt", "start": 0, "end": 5}], "who", "no article"),
        ([{"source": ARTICLES[0].source, "start": 1, "end": 5}], "who", "no whole stretch"),
        ([{"source": ARTICLES[0].source, "start": 0, "end": 99999}], "who", "no whole stretch"),
        ([], "who", "0 spans"),
        ([{"source": ARTICLES[0].source, "start": 0, "end": 5}], "off-topic", "1 spans"),
        ([{"source": ARTICLES[0].source}], "who", "not a case"),
    ],
)
def test_a_wrong_case_is_refused(spans: list[object], kind: str, wrong: str, tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text(json.dumps({"id": "x", "kind": kind, "question": "who?", "spans": spans}) + "\n", "utf-8")
    with pytest.raises(InputError, match=wrong):
        check_spans(load_cases(path), ARTICLES)


def test_the_right_sentence_comes_first_and_other_subjects_are_refused(results: list[Result]) -> None:
    first, first_3 = share_right(results, 1), share_right(results, 3)
    off_topic = share_refused([result for result in results if result.case.kind == "off-topic"])
    assert first is not None and first >= 0.80
    # .950 where the README's table was made; int8 sums round otherwise on other processors, which may move one case.
    assert first_3 is not None and first_3 >= 0.93
    assert off_topic is not None and off_topic >= 0.95


def test_every_quote_equals_its_slice_of_the_file(results: list[Result]) -> None:
    assert [result.case.id for result in results if not result.exact] == []


def test_a_share_of_nothing_is_none() -> None:
    assert share_right([], 1) is None
    assert share_refused([]) is None
