"""Reading: the reader's logits and the scorer's join, the best sentences are read in order and no more than needed."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from articles_qa.index import Index, InputError, Span
from articles_qa.index.arrays import Logits
from articles_qa.index.entries.entry import StoredAlias
from articles_qa.index.models.embedder import PassageText
from articles_qa.index.models.reader import UNREAD, Reader
from articles_qa.index.models.reader_graph import open_reader, reader_graph
from articles_qa.index.models.reader_weights import READER_WEIGHTS
from articles_qa.index.speakers.abbreviations import Alias, AliasKind
from articles_qa.qa import AskSettings, Retriever
from articles_qa.qa.questions.conversation import variants
from articles_qa.qa.ranking.candidates import Ranks, find_candidates
from articles_qa.qa.ranking.reading import (
    AT_ONCE,
    BESIDE,
    NEAREST,
    SENTENCES_READ,
    Judge,
    asked_whether,
    logit,
    read,
    snippets,
    softmax,
    to_read,
    wordings,
)
from articles_qa.qa.ranking.scoring import PASSAGES_SCORED, ScoredSentence, SentenceScores
from articles_qa.qa.ranking.weights import ReadingWeights, packaged_reading_weights
from articles_qa.qa.speakers.known_names import known_names

ROOT = Path(__file__).parents[3]
NIS = "how many casualties did NIS report?"
PLAIN = ReadingWeights((1.0, 0.0), (0.0, 0.0), (0.0, 0.0, 0.0, 1.0), (0.0, 1.0))


class Prefers(Reader):
    """Gives `high` to sentences with one of the words, and -6 to others. It keeps the passages."""

    def __init__(self, *words: str, high: float = 6.0) -> None:
        self.words, self.high = words, high
        self.passages: list[PassageText] = []

    def read(self, question: str, passages: Sequence[PassageText]) -> list[Logits]:
        self.passages += passages
        return [np.array([self.high if any(w in text for w in self.words) else -6.0 for text in p.sentences]) for p in passages]


@pytest.fixture
def index(seeds_index: Path) -> Index:
    return Index.open(seeds_index)


@pytest.fixture
def scored(index: Index) -> SentenceScores:
    """The sentences of the first ten passages, as a scorer found them, the surest and nearest of the last passage."""
    passages = index.store.passages(range(10))
    sentences = index.store.sentences([passage.id for passage in passages])
    by_number = {passage.id: passage for passage in passages}
    found = [
        ScoredSentence(each, by_number[each.passage], 0.01 * (1 + each.passage), cosine=-each.id + 99.0 * each.passage)
        for each in sentences
    ]
    return SentenceScores(sorted(found, key=lambda one: (-one.probability, one.sentence.id)), 0.5)


def text_of(index: Index, one: ScoredSentence) -> str:
    return one.sentence.span.cut(index.store.article(one.passage.article).text)


def first_quote(index: Index, reader: Reader) -> str:
    answer = Retriever(index, reader=reader).ask(NIS)
    return (answer.quotes or answer.closest)[0].text


def test_the_order_is_what_the_reader_says(index: Index) -> None:
    assert "unfamiliar battlefield" in first_quote(index, Prefers("unfamiliar"))
    assert "over 100 North Korean" in first_quote(index, Prefers("over 100"))


def test_the_reader_says_whether_anything_answers(index: Index) -> None:
    refused, answered = (Retriever(index, reader=Prefers(*words)).ask(NIS) for words in ((), ("North Korean",)))
    assert not refused.answered and refused.closest and answered.answered and answered.confidence > refused.confidence


def test_without_the_reader_the_scorer_alone_judges(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(Reader, "read")
    assert Retriever(index, AskSettings(reader=False)).ask(NIS).answered


def test_what_is_read_comes_in_the_scorers_order_with_its_title(index: Index, scored: SentenceScores) -> None:
    reader = Prefers()
    read(Judge(index, [NIS], reader, PLAIN, 0.5), scored)
    assert len(reader.passages) == len(snippets(scored))
    article = index.store.article(scored.sentences[0].passage.article)
    assert reader.passages[0].title == (article.title or "") and reader.passages[0].sentences[0] in article.text


def test_the_best_sentences_are_read_with_those_beside_them(index: Index, scored: SentenceScores) -> None:
    best = scored.sentences[:SENTENCES_READ]
    wanted = {(one.passage.id, one.sentence.id + step) for one in best for step in range(-BESIDE, BESIDE + 1)}
    found = snippets(scored)
    assert [part[0].passage.id for part in found] == list(dict.fromkeys(one.passage.id for one in best))
    assert {(one.passage.id, one.sentence.id) for part in found for one in part} == {
        place for place in wanted if place in {(one.passage.id, one.sentence.id) for one in scored.sentences}
    }
    assert all(part == sorted(part, key=lambda one: one.sentence.id) for part in found)


def test_a_sentence_that_is_near_by_meaning_alone_is_read(index: Index, scored: SentenceScores) -> None:
    last = scored.sentences[-1]
    assert all(last not in part for part in snippets(scored))
    near = SentenceScores([*scored.sentences[:-1], replace(last, cosine=1e4)], scored.confidence)
    assert any(one.sentence.id == last.sentence.id for part in snippets(near) for one in part)


def test_passages_near_by_meaning_alone_are_scored_for_reading(index: Index) -> None:
    found = find_candidates(index, variants("Who died?", ()), ())
    least = len(found.passages) - 1
    assert least >= PASSAGES_SCORED, "or this test tells nothing"
    for rank, is_read in ((NEAREST, True), (NEAREST + 1, False), (None, False)):
        ranks = [Ranks(None, 1)] * least + [Ranks(rank, None)]
        read_of = to_read(replace(found, ranks=tuple(ranks)))
        assert (found.passages[least] in read_of.passages) == is_read and len(read_of.passages) == PASSAGES_SCORED + is_read


def test_reading_stops_where_a_sentence_is_sure_and_the_rest_follow(index: Index, scored: SentenceScores) -> None:
    word = text_of(index, scored.sentences[0])[:40]
    reader = Prefers(word, high=12.0)
    found = read(Judge(index, [NIS], reader, PLAIN, 0.5), scored)
    assert len(reader.passages) == AT_ONCE and text_of(index, found.sentences[0]).startswith(word)
    assert {one.sentence.id for one in found.sentences} == {one.sentence.id for one in scored.sentences}
    probabilities = [one.probability for one in found.sentences]
    assert probabilities == sorted(probabilities, reverse=True) and found.confidence > 0.99


@pytest.mark.parametrize(
    ("question", "other"),
    [
        ("What did NIS say?", "What did National Intelligence Service say?"),
        ("What did the National Intelligence Service say?", "What did the NIS say?"),
        ("What did UNIS say?", None),
        ("What did PA say?", None),
    ],
)
def test_a_body_that_is_abbreviated_in_one_way_is_read_by_both_names(question: str, other: str | None) -> None:
    known = [
        StoredAlias(0, Alias(AliasKind.ABBREVIATION, short, long, "", Span(0, 1)))
        for short, long in (
            ("NIS", "National Intelligence Service"),
            ("PA", "Press Association"),
            ("PA", "Palestinian Authority"),
        )
    ]
    assert wordings(question, known_names(known).other) == ((question, other) if other else (question,))


def test_of_two_wordings_the_surer_one_counts(index: Index, scored: SentenceScores) -> None:
    class Knows(Prefers):
        """Knows the answer to one wording."""

        def read(self, question: str, passages: Sequence[PassageText]) -> list[Logits]:
            found = super().read(question, passages)
            return found if question == NIS else [np.full_like(each, -9.0) for each in found]

    word = text_of(index, scored.sentences[3])[:40]
    one, two = (read(Judge(index, asked, Knows(word), PLAIN, 0.5), scored) for asked in ([NIS], ["Who?", NIS]))
    assert one == two and text_of(index, one.sentences[0]).startswith(word)


def test_nothing_is_read_for_nothing(index: Index) -> None:
    assert read(Judge(index, [NIS], Prefers(), PLAIN, 0.5), SentenceScores([], 0.0)) == SentenceScores([], 0.0)


@pytest.mark.parametrize("probability", [0.0, 1.0])
def test_a_scorer_that_is_certain_can_be_read_too(index: Index, scored: SentenceScores, probability: float) -> None:
    certain = SentenceScores([replace(one, probability=probability) for one in scored.sentences], probability)
    found = read(Judge(index, [NIS], Prefers("North"), packaged_reading_weights(), probability), certain)
    assert all(0 <= one.probability <= 1 for one in found.sentences) and 0 <= found.confidence <= 1


def test_nothing_competes_with_all_sentences() -> None:
    assert np.allclose(softmax([0.0, 0.0, 0.0]), 0.25) and np.allclose(softmax([1e4]), [0, 1])
    assert logit(0.5) == 0 and logit(1.0) > 20 > -20 > logit(0.0)


def test_the_packaged_weights_are_sure_of_better_sentences() -> None:
    weights = packaged_reading_weights()
    assert all(np.isfinite(getattr(weights, field.name)).all() for field in fields(weights))
    assert weights.sentence(3.0, 0.0) > weights.sentence(0.0, 0.0) and weights.answerable(2.0) > weights.answerable(-2.0)
    assert weights.right(4.0, 0.0, 3.0) > weights.right(0.0, -4.0, -3.0)


def test_a_sentence_beyond_the_window_is_not_read() -> None:
    long = PassageText("", ("word " * 300, "Anna Lind has run the ferry since 1998."))
    (found,) = open_reader().read("Who runs the ferry?", [long])
    assert found[1] == UNREAD < found[0]


def test_the_same_passage_has_the_same_logits_whatever_is_read_beside_it() -> None:
    one, other = PassageText("Ferry", ("Anna Lind runs it.", "Nobody asked.")), PassageText("", ("It rained.",) * 9)
    reader = open_reader()
    assert np.array_equal(reader.read("Who runs the ferry?", [one])[0], reader.read("Who runs the ferry?", [other, one])[1])


@pytest.mark.parametrize(
    ("question", "whether"),
    [
        ("How many people were killed in Tolva?", "Were any people killed in Tolva?"),
        ("How many miners died in the fire?", "Have any miners died in the fire?"),
        ("Who was killed in Tolva?", ""),
    ],
)
def test_how_many_is_asked_as_whether_any(question: str, whether: str) -> None:
    assert asked_whether(question) == whether


def test_nobody_answers_how_many(retriever_of: Callable[[Mapping[str, str]], Retriever]) -> None:
    retriever = retriever_of(
        {
            "a.txt": "A mill in Tolva burnt. Nobody was killed in the fire, the mayor said. Four firemen were hurt.\n",
            "b.txt": "One person was killed in the fire at the mill in Tolva, police said.\n",
        }
    )
    answer = retriever.ask("How many people were killed in the fire in Tolva?")
    assert "Nobody was killed" in answer.quotes[0].text
    assert [claim["value"] for value in answer.to_dict()["claims"][0]["values"] for claim in value["claims"]] == [
        "Nobody",
        "One",
    ]


@pytest.mark.parametrize("damage", [b"", b"\xff" * 100])
def test_weights_that_are_damaged_are_one_line(tmp_path: Path, damage: bytes) -> None:
    """The graph's own sha256 tells of weights that are others but whole."""
    path = tmp_path / "reader.safetensors"
    path.write_bytes(damage)
    with pytest.raises(InputError, match=r"reader\.safetensors: .* install the program again$"):
        open_reader(path)
    with pytest.raises(InputError, match=r"reader\.safetensors: .* install the program again$"):
        reader_graph(path)
    shutil.copyfile(READER_WEIGHTS, path)
    assert len(reader_graph(path)) > 20_000_000
    with pytest.MonkeyPatch.context() as patch, pytest.raises(InputError, match="reader's files are damaged"):
        patch.setattr("articles_qa.index.models.reader_graph.read_reader_layers", lambda _: {})
        reader_graph()
