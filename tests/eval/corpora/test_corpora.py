"""The invented corpora: the same for the same seed, and each claim where and what it is said to be."""

import re
from collections import Counter
from itertools import combinations

import pytest

from articles_qa.eval.corpora.read_corpora import read_templates
from articles_qa.eval.corpora.value_words import read_value
from articles_qa.eval.corpora.write_corpus import NOBODY, EventCorpus, KnownClaim, data_set, event_corpora, write_corpus
from articles_qa.index import InputError
from articles_qa.index.articles.article import Article, decode_article
from articles_qa.index.articles.sentences import sentences

SEEDS = (1, 2, 3, 4, 5)
TOLD = [corpus for seed in SEEDS for corpus in event_corpora(seed)]
FIRST = TOLD[: len(TOLD) // len(SEEDS)]

# A second reading of the words, by nothing of eval.value_words: qualifiers as patterns, numbers as a table.
QUALIFIED = (
    (r"^between .* and |^\S*\d\S*( \w+)? to \S*\d|^from ", "range"),
    (r"^(more than|over|just over)\b", "more than"),
    (r"^(at least|no fewer than)\b|or more$|dozens|hundreds", "at least"),
    (r"^(less than|fewer than|nearly|almost|under)\b", "less than"),
    (r"^(up to|as many as|as high as|no more than)\b", "at most"),
    (r"^(about|around|roughly|approximately|some|closer to)\b|or so$", "about"),
)
WORDS = {
    "a dozen": 12, "dozens": 24, "two dozen": 24, "hundreds": 200, "half a million": 500_000, "a million": 1_000_000,
    "eleven": 11, "seventeen": 17,
}  # fmt: skip
TIMES = {"million": 10**6, "billion": 10**9}


def article(corpus: EventCorpus, source: str) -> Article:
    return next(decode_article(each.text.encode(), source) for each in corpus.documents if each.source == source)


def read_again(words: str) -> tuple[float, float, str]:
    plain = words.lower()
    sense = next((name for pattern, name in QUALIFIED if re.search(pattern, plain)), "exact")
    figures = re.findall(r"(\d[\d,]*(?:\.\d+)?)(?: (million|billion))?", plain)
    numbers = [float(number.replace(",", "")) * TIMES.get(scale, 1) for number, scale in figures]
    numbers = numbers or [max((len(word), number) for word, number in WORDS.items() if word in plain)[1]]
    return numbers[0], numbers[-1], sense


def figures_of(corpus: EventCorpus) -> list[KnownClaim]:
    return [claim for claim in corpus.claims if claim.kind == "figure"]


def test_there_are_twenty_of_several_articles_and_claims() -> None:
    assert len(FIRST) == len({corpus.name for corpus in FIRST}) == 20
    assert all(3 <= len(corpus.documents) <= 8 and 4 <= len(corpus.claims) <= 10 for corpus in FIRST)
    kinds = Counter(claim.kind for corpus in FIRST for claim in corpus.claims)
    assert kinds["figure"] > 100 and min(kinds["date"], kinds["name"]) >= 3


def test_all_senses_and_all_ways_to_name_a_speaker_are_there() -> None:
    claims = [claim for corpus in FIRST for claim in corpus.claims]
    senses = Counter(sense for claim in claims for sense in claim.senses)
    assert (
        set(senses) == {"exact", "about", "more than", "at least", "less than", "at most", "range"} and min(senses.values()) > 4
    )
    assert sum(NOBODY in claim.speakers for claim in claims) >= 10
    assert sum(bool(claim.citing) for claim in claims) >= 5 and sum(bool(claim.copy_of) for claim in claims) >= 4
    assert sum(bool(claim.resolved) for claim in claims) >= 40
    assert len({claim.unit for claim in claims}) >= 7
    assert all(corpus.never for corpus in FIRST)


def test_a_seed_makes_the_same_texts_and_another_others() -> None:
    assert event_corpora(1) == event_corpora(1)
    texts = [{document.text for document in corpus.documents} for corpus in TOLD]
    assert all(not one & other for one, other in combinations(texts, 2))


def test_one_corpus_is_the_same_alone() -> None:
    assert event_corpora(3, ["mine"]) == tuple(corpus for corpus in event_corpora(3) if corpus.name == "mine")
    with pytest.raises(InputError, match="volcano: no such corpus; there are flood"):
        event_corpora(3, ["volcano"])


@pytest.mark.parametrize("corpus", TOLD, ids=lambda corpus: corpus.name)
def test_each_figure_stands_in_its_article_once_and_reads_as_it_is_said_to(corpus: EventCorpus) -> None:
    for claim in figures_of(corpus):
        text = article(corpus, claim.source).text
        assert claim.span.cut(text) == claim.words
        marked = [each.span for each in corpus.claims if each.source == claim.source and each != claim]
        marked += [span for source, span in corpus.never if source == claim.source]
        places = [match.start() for match in re.finditer(rf"(?<![\w,.$€]){re.escape(claim.words)}(?!\w)", text)]
        assert [at for at in places if not any(span.start <= at < span.end for span in marked)] == [claim.span.start], claim
        low, high, sense = read_again(claim.words)
        assert [float(claim.low), float(claim.high)] == pytest.approx([low, high]) and sense in claim.senses, claim


@pytest.mark.parametrize("corpus", TOLD, ids=lambda corpus: corpus.name)
def test_each_claim_lies_in_one_sentence_of_a_dated_article(corpus: EventCorpus) -> None:
    for claim in corpus.claims:
        told = article(corpus, claim.source)
        assert (told.masthead.published and told.outlet) or corpus.name == "protest", claim.source
        inside = [
            each for each in sentences(told.text) if each.span.start <= claim.span.start < claim.span.end <= each.span.end
        ]
        assert len(inside) == 1, claim


@pytest.mark.parametrize("corpus", FIRST, ids=lambda corpus: corpus.name)
def test_whoever_says_it_is_named_in_the_article_or_by_a_pronoun(corpus: EventCorpus) -> None:
    for claim in corpus.claims:
        text = article(corpus, claim.source).text.casefold()
        assert any(not name or name.casefold() in text for name in claim.speakers), claim
        assert not claim.citing or any(name.casefold() in text for name in claim.citing), claim


@pytest.mark.parametrize("corpus", FIRST, ids=lambda corpus: corpus.name)
def test_questions_ask_for_claims_that_are_there_and_a_copy_repeats_its_words(corpus: EventCorpus) -> None:
    by_id = {claim.id: claim for claim in corpus.claims}
    for question in corpus.questions:
        assert len(question.wanted) >= 3 and {*question.wanted, *question.asked, *question.unsure} <= set(by_id)
        assert not any(by_id[claim].free for claim in question.wanted)
    for claim in corpus.claims:
        if claim.copy_of:
            assert (claim.words, claim.speakers) == (by_id[claim.copy_of].words, by_id[claim.copy_of].speakers)


@pytest.mark.parametrize("corpus", TOLD, ids=lambda corpus: corpus.name)
def test_what_must_not_be_shown_is_no_claim(corpus: EventCorpus) -> None:
    for source, span in corpus.never:
        text = article(corpus, source).text
        assert re.search(r"\d|four|three|six|five|nine|eight|eleven|third|million", span.cut(text), re.IGNORECASE)
        beside = [claim.span for claim in corpus.claims if claim.source == source]
        assert not any(each.start < span.end and span.start < each.end for each in beside)


def test_no_gap_and_no_mark_is_left() -> None:
    for corpus in TOLD:
        texts = [document.text for document in corpus.documents] + [question.text for question in corpus.questions]
        assert not re.search(r"[{}\[\]|*]", "".join(texts)), corpus.name


def test_corpora_are_not_told_in_the_same_words() -> None:
    """Of the runs of six words around claims hardly any stands in two corpora."""
    runs: dict[str, set[tuple[str, ...]]] = {}
    for corpus in FIRST:
        runs[corpus.name] = set()
        for claim in corpus.claims:
            told = article(corpus, claim.source)
            cut = next(each for each in sentences(told.text) if each.span.start <= claim.span.start < each.span.end)
            words = [re.sub(r"\d[\d,.]*", "0", word.strip('“”",.').lower()) for word in cut.words(told.text).split()]
            runs[corpus.name] |= {tuple(words[at : at + 6]) for at in range(len(words) - 5)}
    shared = [run for one, other in combinations(runs.values(), 2) for run in one & other]
    assert len(shared) <= 3, shared


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("more than 40", (40, 40, "more than", "")),
        ("no more than 25,000", (25_000, 25_000, "at most", "")),  # Not "more than".
        ("just over 52 percent", (52, 52, "more than", "%")),
        ("between $5 billion and $5.5 billion", (5e9, 5.5e9, "range", "$")),
        ("1,300 to 1,500", (1300, 1500, "range", "")),
        ("up to 30", (30, 30, "at most", "")),
        ("Half a million", (500_000, 500_000, "exact", "")),
        ("about two dozen", (24, 24, "about", "")),
        ("thirty-five", (35, 35, "exact", "")),
        ("Dozens", (24, 24, "at least", "")),
        ("5,000 or more", (5000, 5000, "at least", "")),
        ("around 3 million euros", (3e6, 3e6, "about", "€")),
    ],
)
def test_words_are_read_as_values(words: str, value: tuple[float, float, str, str]) -> None:
    found = read_value(words)
    assert (found.low, found.high, found.sense, found.unit) == value


def test_words_without_a_number_are_refused() -> None:
    with pytest.raises(ValueError, match="'many' holds no number"):
        read_value("many")


TEMPLATE = (
    "=== a\nman boss Mayor\n? how many? | x\n--- a-1\nTitle\n\nMayor {boss} saw [x: 40] boats.\n* x | seen | boats | {boss*}\n"
)


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("{boss} saw", "{chief} saw", "nothing is drawn for {chief}"),
        ("[x: 40]", "40", "claim x stands 0 times"),
        ("[x: 40]", "[x: 40] or [x: 50]", "claim x stands 2 times"),
        ("| seen | boats | {boss*}", "| seen", "has 2 parts"),
        ("man boss", "dog boss", "names nothing to draw"),
    ],
)
def test_a_wrong_template_is_refused(old: str, new: str, wrong: str) -> None:
    assert write_corpus(read_templates(TEMPLATE)[0], 1).claims[0].low == 40
    with pytest.raises(InputError, match=wrong):
        write_corpus(read_templates(TEMPLATE.replace(old, new))[0], 1)


def test_a_corpus_is_a_data_set_of_its_articles() -> None:
    assert data_set(FIRST[0]).documents == FIRST[0].documents
