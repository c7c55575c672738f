"""Features: computed by hand for some sentences, and finite for any question and any text."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles_qa.index import Index, build
from articles_qa.index.articles.span import Span
from articles_qa.index.entries.entry import StoredSentence
from articles_qa.index.models.embedder import EmbeddedQuestion
from articles_qa.index.models.token_vectors import TOKEN_DIM, Projection
from articles_qa.qa import Retriever
from articles_qa.qa.questions.conversation import variants
from articles_qa.qa.questions.question import read_question
from articles_qa.qa.ranking.candidates import CandidatePassages, SearchedQuestion, find_candidates
from articles_qa.qa.ranking.coverage import COVERAGE, CandidateSentence, coverage
from articles_qa.qa.ranking.features import FEATURES, SPEAKER, Features, features
from articles_qa.qa.ranking.scoring import PASSAGES_SCORED, score_sentences
from articles_qa.qa.ranking.token_match import MATCHES, matches
from articles_qa.qa.ranking.weights import packaged_weights
from articles_qa.qa.speakers.name_match import organisations
from articles_qa.qa.values.units import asked_units

FERRY = (
    "The ferry sank near Linz on Monday. It carried 40 passengers, and none was hurt.\n\n"
    "Ferries are old. The mayor of Linz said that a bridge would be built."
)
MARKET = "The market opened at nine."


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Two passages, of four sentences and of one."""
    folder = tmp_path_factory.mktemp("features")
    (folder / "ferry.txt").write_text(FERRY, "utf-8")
    (folder / "market.txt").write_text(MARKET, "utf-8")
    build([folder / "ferry.txt", folder / "market.txt"], folder / "index")
    return Index.open(folder / "index")


@pytest.fixture(scope="module")
def seeds_opened(seeds_index: Path) -> Index:
    return Index.open(seeds_index)


def found_for(index: Index, question: str) -> CandidatePassages:
    return find_candidates(index, variants(question, ()), organisations(index.abbreviations)).best(PASSAGES_SCORED)


def rows_of(index: Index, question: str) -> Features:
    """The features of all candidate sentences, in number order."""
    found = found_for(index, question)
    sentences = index.store.sentences([passage.id for passage in found.passages])
    return features(index, found.judged[-1], found, organisations(index.abbreviations), sentences)


def column(rows: Features, name: str) -> list[float]:
    return [round(value, 6) for value in rows[:, FEATURES.index(name)].tolist()]


def test_each_feature_has_one_name() -> None:
    assert len(set(FEATURES)) == len(FEATURES) and set(MATCHES) | set(COVERAGE) | set(SPEAKER) < set(FEATURES)


def covered(index: Index, question: str) -> dict[str, list[float]]:
    """The columns of COVERAGE, of every sentence of an index."""
    passages = {passage.id: passage for passage in index.store.passages(range(index.info.passages))}
    candidates = [CandidateSentence(s, passages[s.passage], None) for s in index.store.sentences(list(passages))]
    columns = coverage(index, read_question(question), (), candidates).columns
    assert columns.shape == (len(candidates), len(COVERAGE))
    return {name: columns[:, place].tolist() for place, name in enumerate(COVERAGE)}


# Of "Did the ferry reach Linz?": "ferry" and "linz" stand in the first passage and weigh the same, "reach" nowhere and more.
IDF, IDF_ABSENT = np.log(1 + 2.5 / 1.5), np.log(1 + 2.5 / 0.5)
TOLD = 2 * IDF + IDF_ABSENT
COVERED = [
    ("coverage", [2 * IDF, 0, IDF, IDF, 0]),
    ("exact_coverage", [2 * IDF, 0, IDF, IDF, 0]),
    ("coverage_before", [2 * IDF, 2 * IDF, IDF, 2 * IDF, 0]),
    ("near_coverage", [2 * IDF, 2 * IDF, 2 * IDF, 2 * IDF, 0]),
    ("passage_coverage", [2 * IDF, 2 * IDF, 2 * IDF, 2 * IDF, 0]),
]


@pytest.mark.parametrize(("name", "shares"), COVERED)
def test_coverage_is_the_share_of_a_question_by_idf(index: Index, name: str, shares: list[float]) -> None:
    assert read_question("Did the ferry reach Linz?").terms == ("ferri", "reach", "linz")
    found = covered(index, "Did the ferry reach Linz?")[name]
    assert np.allclose(found, np.array(shares) / TOLD)


# A question, a column, and its values over the five sentences.
COUNTED: list[tuple[str, str, list[float]]] = [
    ("Did the ferry reach Linz?", "terms_missing", [1, 1, 1, 1, 3]),
    ("Did the ferry reach Linz?", "names_missing", [0, 0, 0, 0, 1]),
    ("Did the ferry reach Linz?", "names_held", [1, 0, 0, 1, 0]),
    ("Did the ferry reach Linz?", "names_in_passage", [1, 1, 1, 1, 0]),
    ("did it sink?", "names_held", [1, 1, 1, 1, 1]),  # Nothing is asked for by name: all of that is there.
    ("How many passengers did it carry?", "counted_held", [0, 1, 0, 0, 0]),
    ("Who was there?", "counted_held", [0, 0, 0, 0, 0]),
    ("How many passengers did it carry?", "exact_coverage", [0, 1, 0, 0, 0]),
    ("Were forty of them hurt?", "exact_coverage", [0, 1, 0, 0, 0]),  # "40" is "forty".
    ("Who is at the marketplace?", "coverage", [0, 0, 0, 0, 0.5]),  # A related form of "market" counts half.
    ("Who is at the marketplace?", "exact_coverage", [0, 0, 0, 0, 0]),
]


@pytest.mark.parametrize(("question", "name", "values"), COUNTED)
def test_what_stands_in_a_sentence_is_counted(index: Index, question: str, name: str, values: list[float]) -> None:
    assert np.allclose(covered(index, question)[name], values)


PLACES = [
    ("has_kind", "How many passengers did it carry?", [0, 1, 0, 0, 1]),  # "Nine" is a figure too.
    ("lacks_kind", "How many passengers did it carry?", [1, 0, 1, 1, 0]),
    ("lacks_kind", "Did the ferry sink?", [0, 0, 0, 0, 0]),
    ("has_unit", "How old is the ferry?", [0, 0, 0, 0, 0]),
    ("lacks_unit", "How old is the ferry?", [1, 1, 1, 1, 1]),
    ("negated", "Who was hurt?", [0, 1, 0, 0, 0]),
    ("negation_differs", "Who was not hurt?", [1, 0, 1, 1, 1]),
    ("asked_negated", "Who was not hurt?", [1, 1, 1, 1, 1]),
    ("asked_negated", "Who was without power?", [0, 0, 0, 0, 0]),  # That is what is asked for.
    ("first_sentence", "Who was hurt?", [1, 0, 0, 0, 1]),
    ("position", "Who was hurt?", [0, 0.25, 0.5, 0.75, 0]),
    ("refers_back", "Who was hurt?", [0, 1, 0, 0, 0]),
    ("short", "Who was hurt?", [0, 0, 1, 0, 0]),
    ("asked_terms", "Did the ferry reach Linz?", [3, 3, 3, 3, 3]),
    ("asked_names", "Did the ferry reach Linz?", [1, 1, 1, 1, 1]),
    ("said_by_asked", "Who was hurt?", [0, 0, 0, 0, 0]),
]


@pytest.mark.parametrize(("name", "question", "values"), PLACES, ids=[f"{name}: {asked}" for name, asked, _ in PLACES])
def test_a_sentence_is_told_by_its_form_and_its_place(index: Index, name: str, question: str, values: list[float]) -> None:
    assert column(rows_of(index, question), name) == values


def test_the_score_is_that_of_the_passage(index: Index) -> None:
    first, second = found_for(index, "When did the ferry sink?").scores.tolist()
    assert column(rows_of(index, "When did the ferry sink?"), "passage_score") == [first] * 4 + [second] and first > second


def test_cosines_know_their_neighbours_inside_a_passage_only(index: Index) -> None:
    rows = rows_of(index, "When did the ferry sink?")
    cosines = column(rows, "cosine")
    assert column(rows, "cosine_before") == [0, *cosines[:3], 0]
    assert column(rows, "cosine_after") == [*cosines[1:4], 0, 0]
    assert column(rows, "passage_cosine") == [max(cosines[:4])] * 4 + cosines[4:]
    assert max(column(rows, "cosine_behind")) == 0


def test_who_is_asked_and_who_speaks_are_compared(index: Index) -> None:
    rows = rows_of(index, "What did the mayor of Linz say about a bridge?")
    assert column(rows, "said_by_asked") == [0, 0, 0, 1, 0]
    assert column(rows, "asked_absent") == [1, 1, 1, 0, 1]
    other = rows_of(index, "What did the governor say about a bridge?")
    assert column(other, "said_by_other") == [0, 0, 0, 1, 0] and column(other, "said_by_asked") == [0] * 5


QUESTIONS = [
    "how many casualties did NIS report?",
    "What did Zelensky say?",
    "Сколько солдат погибло?",
    "有多少士兵被打死？",
    "몇 명이 죽었습니까?",
    "كم عدد القتلى؟",
    "12,000",
    "é̂ 👩\u200d🚒 ok",
    "the of and",
    "why " * 400,
    "a" * 2000,
]


@pytest.mark.parametrize("question", QUESTIONS, ids=range(len(QUESTIONS)))
def test_every_number_is_finite_whatever_is_asked(question: str, seeds_opened: Index) -> None:
    found = found_for(seeds_opened, question)
    sentences = seeds_opened.store.sentences([passage.id for passage in found.passages])
    rows = rows_of(seeds_opened, question)
    assert rows.shape == (len(sentences), len(FEATURES)) and rows.dtype == np.float64 and np.isfinite(rows).all()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_every_number_is_finite_for_any_text(seeds_opened: Index, text: str) -> None:
    rows = rows_of(seeds_opened, f"x {text}")
    assert rows.shape[1] == len(FEATURES) and np.isfinite(rows).all()


def test_nobody_s_word_leaves_a_follow_up_words_to_look_for(retriever: Retriever) -> None:
    before = [{"role": "user", "content": "What did NIS say?"}]
    assert 0 <= retriever.ask("and what about It?", history=before).confidence <= 1  # "It" is a name here, and no word.


def test_without_candidates_nothing_is_scored(seeds_opened: Index) -> None:
    nothing = found_for(seeds_opened, "who?").best(0)
    scores = score_sentences(seeds_opened, nothing, (), packaged_weights(tokens=True))
    assert (scores.sentences, scores.confidence) == ([], 0.0)


EYE = Projection(np.eye(TOKEN_DIM, dtype=np.float32))


def kept(number: int, passage: int, *directions: int) -> StoredSentence:
    """A sentence of tokens that each lie along one direction; the direction is the word piece too."""
    ids = np.array(directions, np.int64)
    tokens = EYE.packed(ids, np.eye(TOKEN_DIM, dtype=np.float32)[ids]) if directions else b""
    return StoredSentence(number, passage, Span(0, 1), 0, (), (), ("x",), tokens)


def asking(text: str, *directions: int) -> SearchedQuestion:
    """A question of so many one-token words, in the special directions 0 and 1."""
    starts = [-1, *(match.start() for match in re.finditer(r"\w+", text)), -1]
    ids = np.array([0, *directions, 1], np.uint16)
    rows = np.eye(TOKEN_DIM, dtype=np.float32)[ids.astype(np.int64)]
    embedded = EmbeddedQuestion(np.zeros((1, 4), np.float32), ids, rows, np.array(starts, np.int64))
    return SearchedQuestion(read_question(text), embedded, {})


def matched(wording: SearchedQuestion, sentences: list[StoredSentence], names: list[bool]) -> dict[str, list[float]]:
    """The columns of MATCHES, where every term weighs the same."""
    idf: npt.NDArray[np.float64] = np.ones(len(wording.question.terms))
    columns = matches(wording, sentences, idf, np.array(names))
    assert columns.shape == (len(sentences), len(MATCHES))
    return {name: [round(value, 3) for value in columns[:, place].tolist()] for place, name in enumerate(MATCHES)}


# "who saw Linz": the question word is direction 2, "saw" 3, "Linz" 4. Three sentences: with both terms,
# with the name only, and in another passage with the question word and the last special one.
SENTENCES = [kept(0, 0, 3, 4), kept(1, 0, 4, 9), kept(2, 1, 2, 1)]
MATCHED = [
    ("terms_met", [1, 0.5, 0]),
    ("terms_met_near", [1, 1, 0]),
    ("terms_met_passage", [1, 1, 0]),
    ("small_met", [0, 0, 1]),
    ("all_met", [0.667, 0.333, 0.333]),
    ("names_met", [1, 1, 0]),
    ("rest_met", [1, 0, 0]),
    ("rest_met_passage", [1, 1, 0]),
    ("weakest_met", [1, 0, 0]),
    ("weak_met", [1, 0.5, 0]),
    ("asking_met", [0, 0, 1]),
    ("whole_met", [0, 0, 0]),
    ("end_met", [0, 0, 1]),
    ("same_word_met", [1, 0.5, 0]),
    ("terms_met_behind", [0, -0.5, -1]),
    ("names_met_behind", [0, 0, -1]),
]


@pytest.mark.parametrize(("name", "values"), MATCHED)
def test_each_word_is_met_by_the_nearest_of_a_sentence(name: str, values: list[float]) -> None:
    found = matched(asking("who saw Linz", 2, 3, 4), SENTENCES, [False, True])
    assert found[name] == values


def test_a_sentence_without_tokens_matches_nothing_and_harms_no_other() -> None:
    question = asking("who saw Linz", 2, 3, 4)
    with_empty = matched(question, [SENTENCES[0], kept(1, 0), SENTENCES[2]], [False, True])
    without = matched(question, [SENTENCES[0], SENTENCES[2]], [False, True])
    assert all(column[1] == 0 and [column[0], column[2]] == without[name] for name, column in with_empty.items())


def test_an_index_without_tokens_has_matches_of_zero(seeds_opened: Index) -> None:
    found = found_for(seeds_opened, QUESTIONS[0])
    stored = seeds_opened.store.sentences([passage.id for passage in found.passages])
    sentences = [replace(sentence, tokens=b"") for sentence in stored]
    rows = features(seeds_opened, found.judged[-1], found, (), sentences)
    assert not rows[:, [FEATURES.index(name) for name in MATCHES]].any() and rows.any()


UNITS = [
    ("How old is the mayor?", "He is 60 years old.", True),
    ("How old is the mayor?", "Anna Berg, 61, runs the bakery.", True),
    ("How old is the mayor?", "He won 60 votes.", False),
    ("How much money was raised?", "They raised $5 million.", True),
    ("How much did the bridge cost?", "It cost 5 million euros.", True),
    ("How much did the bridge cost?", "It took five years.", False),
    ("What percentage voted?", "Some 60 per cent did.", True),
    ("What percentage voted?", "Sixty did.", False),
    ("How long did it last?", "It lasted three weeks.", True),
    ("How long did it last?", "It lasted.", False),
    ("How far is Linz?", "It is 20 km away.", True),
    ("How far is Linz?", "It is away.", False),
    ("How often does it run?", "It runs twice a day.", True),
    ("What year was it built?", "It was built in 1950.", True),
    ("What year was it built?", "It was built in May.", False),
    ("Which century was it built in?", "It is of the 12th century.", True),
    ("What month was it?", "It was in May.", True),
    ("Which day was it?", "It was on Tuesday.", True),
    ("Which day was it?", "It was late.", False),
]


@pytest.mark.parametrize(("question", "text", "holds"), UNITS)
def test_what_an_answer_is_counted_in_is_told(question: str, text: str, holds: bool) -> None:
    units = asked_units(question)
    assert units and all(unit.search(text) for unit in units) == holds


@pytest.mark.parametrize("question", ["Who sank the ferry?", "How many passengers were there?", "How did it go?", "why?"])
def test_most_questions_ask_for_no_unit(question: str) -> None:
    assert asked_units(question) == ()
