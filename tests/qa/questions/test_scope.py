"""Scope: a question to some articles is answered as if there were no others, except for the weights of words."""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import combinations, cycle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from articles_qa.index import Index, InputError
from articles_qa.index.search.bm25_index import MAX_RANGES, WordIndex, in_ranges, key_ranges, passage_key, write_words
from articles_qa.qa import Answer, AskSettings, Retriever, Scope
from articles_qa.qa.questions.conversation import variants
from articles_qa.qa.questions.question import MAX_TOP_K, read_question
from articles_qa.qa.questions.scope import MAX_NAME_CHARS, MAX_NAMES, MAX_PATTERN_CHARS, MAX_PATTERNS, select
from articles_qa.qa.ranking.candidates import BY_MEANING, BY_WORDS, find_candidates

RetrieverOf = Callable[[Mapping[str, str | bytes]], Retriever]

QUESTIONS = """
how many casualties did NIS report?
what did Zelensky say?
when did the soldier die?
Who painted the Mona Lisa?
Kursk
what did Seoul announce?
""".strip().splitlines()


@pytest.fixture(scope="module")
def index(seeds_index: Path) -> Index:
    return Index.open(seeds_index)


@pytest.fixture(scope="module")
def names(index: Index) -> list[str]:
    return [article.source for article in index.articles().articles]


def same(answer: Answer) -> Answer:
    """The answer without its scope and the time that it took."""
    return replace(answer, took_ms=0.0, within=None)


def matched(retriever: Retriever, scope: Scope, question: str = "ferry") -> set[str]:
    """The articles that a scope chooses, as search reaches them."""
    return {passage.source for passage in retriever.search(question, top_k=MAX_TOP_K, within=scope)}


def some_of_each(names: Sequence[str], sizes: Sequence[int]) -> Iterator[tuple[tuple[str, ...], str]]:
    """All choices of so many articles, each with two of the questions in turn."""
    chosen = [articles for size in sizes for articles in combinations(names, size)]
    return zip([articles for articles in chosen for _ in range(2)], cycle(QUESTIONS), strict=False)


def test_only_passages_and_quotes_of_the_scope_come_back(retriever: Retriever, names: list[str]) -> None:
    for chosen, question in some_of_each(names, (1, 2, 4)):
        scope = Scope(sources=chosen)
        answer = retriever.ask(question, top_k=20, within=scope)
        assert {quote.source for quote in (*answer.quotes, *answer.closest)} <= set(chosen)
        assert {passage.source for passage in retriever.search(question, within=scope)} <= set(chosen)


def test_every_article_of_a_scope_is_reached(retriever: Retriever, index: Index, names: list[str]) -> None:
    for source in names:
        for question in QUESTIONS:
            assert matched(retriever, Scope(sources=(source,)), question) == {source}


def test_candidates_are_the_best_of_the_scope_and_not_the_scope_of_the_best(index: Index, names: list[str]) -> None:
    """Against all sentences and all passages of the scope, ranked one by one."""
    for chosen, question in some_of_each(names, (1, 2, 3)):
        selection = select(index, Scope(sources=chosen))
        allowed = [p for p in range(index.info.passages) if in_ranges(selection.passages, np.array([passage_key(1, p)]))[0]]
        assert {index.store.article(p.article).source for p in index.store.passages(allowed)} == set(chosen)
        found = find_candidates(index, variants(question, ()), (), among=selection)
        stored = index.sentence_vectors(allowed)
        cosines = stored.vectors @ index.embed(question).vector[0]
        order = np.argsort(-cosines, kind="stable")[:BY_MEANING]
        by_meaning = dict.fromkeys(allowed[place] for place in stored.passage_of[order].tolist())
        groups = [(term,) for term in read_question(question).terms]
        hits = index.passages_by_words(groups, top_k=index.info.passages)
        by_words = [hit.passage for hit in hits if hit.passage in set(allowed)][:BY_WORDS]
        assert {passage.id for passage in found.passages} == {*by_meaning, *by_words}
        ranks = {p.id: rank.by_words for p, rank in zip(found.passages, found.ranks, strict=True) if rank.by_words}
        assert sorted(ranks, key=lambda passage: ranks[passage] or 0) == by_words


def test_a_scope_of_all_articles_changes_nothing(retriever: Retriever, names: list[str]) -> None:
    history = [{"role": "user", "content": "what did NIS say?"}]
    scopes = Scope(sources=tuple(names)), Scope(sources=("*",)), Scope(), Scope(sources=("*.TXT", "nothing"))
    for question in QUESTIONS:
        plain, passages = retriever.ask(question, history), retriever.search(question)
        for scope in scopes:
            scoped = retriever.ask(question, history, within=scope)
            if plain.answered or scope == Scope():
                assert same(scoped) == same(plain)
            else:
                assert same(replace(scoped, reason=plain.reason)) == same(plain)
            assert retriever.search(question, within=scope) == passages


def test_an_answer_left_out_of_the_best_of_all_is_found_in_its_article(retriever_of: RetrieverOf) -> None:
    """Sixty better matches elsewhere take all places; those of the article asked must not depend on them."""
    best = "How many people were rescued from the ferry near Linz: forty people were rescued from the ferry near Linz."
    articles = {f"many/{number:02}.txt": best for number in range(60)}
    retriever = retriever_of({**articles, "one/a.txt": "A boat went down by Linz and a dozen were saved by firemen."})
    question = "how many people were rescued from the ferry near Linz?"
    assert "one/a.txt" not in {passage.source for passage in retriever.search(question, top_k=MAX_TOP_K)}
    found = retriever.search(question, top_k=MAX_TOP_K, within=Scope(sources=("one/",)))
    assert [passage.source for passage in found] == ["one/a.txt"] and found[0].by_words == found[0].by_meaning == 1


ARTICLES = {
    "2023/Ferry.txt": "Linz Post\n\nFerry sinks\n\nDecember 1, 2023\n\nThe ferry sank on Monday and forty people were rescued.",
    "2024/ferry.txt": "Linz  Post\n\nFerry rises\n\nDecember 1, 2024\n\nThe ferry was raised on Monday by forty people.",
    "2024/12/kursk.txt": "The Times\n\nFerry in Kursk\n\nDecember 31, 2024\n\nThe ferry is no more on Monday, said the people.",
    "2024 late.txt": "The ferry was not seen again, forty people said on Monday in Linz, and nobody knew why.",
    "odd [1].txt": "The ferry was seen again, forty people said on Monday in Linz, and all of them knew why.",
    "ÜBER/fähre.txt": "The ferry is called Fähre in Linz, forty people said on Monday, and it was raised again.",
}
A, B, C, LATE, ODD, UEBER = ARTICLES

SCOPES = [
    (Scope(sources=("2023/Ferry.txt",)), {A}, "a file"),
    (Scope(sources=("2023/FERRY.TXT",)), {A}, "in other letters"),
    (Scope(sources=("2024/",)), {B, C}, "a folder"),
    (Scope(sources=("2024",)), {B, C}, "the same, and no file that begins so"),
    (Scope(sources=("2024/12",)), {C}, "a folder in a folder"),
    (Scope(sources=("12",)), set(), "a folder inside alone is none"),
    (Scope(sources=("ferry.txt",)), set(), "a name without its folder is none"),
    (Scope(sources=("*ferry*",)), {A, B}, "a pattern"),
    (Scope(sources=("*KURSK*",)), {C}, ""),
    (Scope(sources=("202?/*.txt",)), {A, B, C}, "a star stands for folders too"),
    (Scope(sources=("202[34]",)), {A, B, C}, "a pattern for folders"),
    (Scope(sources=("202?/",)), {A, B, C}, ""),
    (Scope(sources=("odd [1].txt",)), {ODD}, "the name is no pattern first"),
    (Scope(sources=("über/FA\u0308HRE.txt",)), {UEBER}, "composed otherwise"),
    (Scope(sources=("2023/", "*kursk*")), {A, C}, "any of them"),
    (Scope(sources=("20(23)+", ".*", "2023\\")), set(), "no regular expression"),
    (Scope(outlets=("linz post",)), {A, B}, "blanks and case do not count"),
    (Scope(outlets=("LINZ\n POST ", "the times")), {A, B, C}, ""),
    (Scope(outlets=("Linz",)), set(), "the whole name"),
    (Scope(since=date(2024, 12, 1)), {B, C}, "the day itself is in, the undated are out"),
    (Scope(until=date(2024, 12, 1)), {A, B}, ""),
    (Scope(since=date(2024, 12, 1), until=date(2024, 12, 1)), {B}, "one day"),
    (Scope(since=date.min, until=date.max), {A, B, C}, ""),
    (Scope(sources=("2024",), outlets=("linz post",)), {B}, "all that is said must hold"),
    (Scope(sources=("2023",), since=date(2024, 1, 1)), set(), ""),
    (Scope(sources=("\ud800", "\0")), set(), "half a character, and none at all"),
]


def test_a_scope_chooses_what_it_says(retriever_of: RetrieverOf) -> None:
    retriever = retriever_of(ARTICLES)
    for scope, wanted, why in SCOPES:
        assert matched(retriever, scope) == wanted, (scope, why)
        record = retriever.ask("who painted the Mona Lisa?", within=scope).to_dict()
        assert record["within"]["articles"] == len(wanted), (scope, why)


def test_the_record_says_what_was_asked(retriever: Retriever, names: list[str]) -> None:
    question = QUESTIONS[0]
    assert retriever.ask(question).to_dict()["within"] is None
    assert retriever.ask(question, within=Scope()).to_dict()["within"] is None
    scope = Scope(sources=(names[0], "*nothing*"), outlets=(), until=date(2030, 1, 31))
    record = json.loads(json.dumps(retriever.ask(question, within=scope).to_dict()))["within"]
    assert record.pop("articles") in (0, 1)
    assert record == {"sources": list(scope.sources), "outlets": [], "since": None, "until": "2030-01-31", "named": None}


def test_a_refusal_says_of_how_many_articles(retriever: Retriever, names: list[str]) -> None:
    reasons = [
        ((names[0],), "The one article chosen does not answer this."),
        (tuple(names[:3]), "None of the 3 articles chosen answers this."),
        (("nothing",), "No article matches what was chosen."),
    ]
    for sources, reason in reasons:
        answer = retriever.ask("Who painted the Mona Lisa?", within=Scope(sources=sources))
        assert not answer.answered and answer.reason == reason


def test_a_scope_without_articles_answers_nothing_however_little_is_asked_for(seeds_index: Path) -> None:
    generous = Retriever.open(seeds_index, settings=AskSettings(min_answer=0.0, min_quote=0.0))
    answer = generous.ask(QUESTIONS[0], within=Scope(sources=("nothing",)))
    assert (answer.answered, answer.confidence, answer.quotes, answer.closest) == (False, 0.0, (), ())
    assert generous.search(QUESTIONS[0], within=Scope(sources=("nothing",))) == ()


def test_a_chosen_article_without_a_passage_answers_nothing(retriever_of: RetrieverOf) -> None:
    retriever = retriever_of({**ARTICLES, "furniture.txt": "COMMENTS\n\nLeave a Reply\n\n3 min read\n"})
    answer = retriever.ask("ferry", within=Scope(sources=("furniture.txt",)))
    assert answer.reason == "The one article chosen does not answer this." and answer.closest == ()
    assert matched(retriever, Scope(sources=("2024/ferry.txt",))) == {B}  # The articles after it keep their passages.


LONG = "x" * (MAX_NAME_CHARS + 1)
INVALID: list[tuple[dict[str, Any], str]] = [
    ({"since": date(2025, 1, 2), "until": date(2025, 1, 1)}, "since"),
    ({"since": "2025-01-01"}, "since"),
    ({"until": datetime(2025, 1, 1)}, "until"),
    ({"since": 20250101}, "since"),
    *(({field: value}, field) for field in ("sources", "outlets") for value in (("",), (" ",), ("a", "\t\n"), (LONG,))),
    *(({field: value}, field) for field in ("sources", "outlets") for value in ("a.txt", ["a.txt"], None, (1,), (None,))),
    *(({field: ("a",) * (MAX_NAMES + 1)}, field) for field in ("sources", "outlets")),
    ({"sources": ("/",)}, "sources"),
    ({"sources": ("*a",) * (MAX_PATTERNS + 1)}, "sources"),
    ({"sources": ("[" * (MAX_PATTERN_CHARS + 1),)}, "sources"),
]


@pytest.mark.parametrize(("fields", "field"), INVALID)
def test_an_unusable_scope_is_refused_in_one_line(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError, match=rf"^{field}: [^\n]+; [^\n]+$"):
        Scope(**fields)


def test_fewer_patterns_are_compared_with_more_articles(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("articles_qa.qa.questions.scope.MAX_COMPARED", 10)
    assert select(index, Scope(sources=("*a*", "*b*"))).articles
    with pytest.raises(InputError, match=r"^sources: too many patterns for 5 articles; give at most 2, or folders$"):
        select(index, Scope(sources=("*a*", "*b*", "*c*")))


def test_the_dearest_patterns_take_no_second_and_are_not_kept(index: Index) -> None:
    dearest = [(unit * 99)[: MAX_PATTERN_CHARS - 2] for unit in ("*a*b*c?", "*[!q]", "[", "*?", "*a")]
    select(index, Scope(sources=("*a",)))
    began = time.process_time()
    for unit in dearest:
        select(index, Scope(sources=tuple(f"{unit}{number}" for number in range(MAX_PATTERNS))))
    assert time.process_time() - began < 5
    assert not any(len(pattern) > 2_000 for _, pattern, _ in re._cache)  # type: ignore[attr-defined]


@pytest.mark.parametrize("within", [{"sources": ["a.txt"]}, "a.txt", ("a.txt",), 1])
def test_something_else_than_a_scope_is_refused(within: Any, retriever: Retriever) -> None:
    for ask in (retriever.ask, retriever.search):
        with pytest.raises(InputError, match=r"^within: [^\n]+$"):
            ask(QUESTIONS[0], within=within)


def test_words_among_any_passages_are_found_as_if_all_were_read(tmp_path: Path) -> None:
    """Both ways to search: few runs of passages, and many; with many passages of one score."""
    write_words(tmp_path / "words", (f"ferry {'linz ' * (n % 7)} {'boat' if n % 3 else 'ship'}" for n in range(3000)), serial=1)
    words = WordIndex([tmp_path / "words"])
    groups = [("ferri",), ("linz",), ("ship",)]
    every = words.search(groups, top_k=3000)
    rng = np.random.default_rng(0)
    number = np.arange(3000)
    some = [number == 7, number < 50, number % 1000 < 3, rng.random(3000) < 0.3, rng.random(3000) < 0.9, number % 7 == 0]
    some += [number > 3000, number >= 0, (number % 20 == 1) & (number % 7 == 0)]
    runs = [int(np.diff(among, prepend=False).sum()) for among in some]
    assert min(runs) < MAX_RANGES < max(runs)
    for among in some:
        for top_k in (1, 30, 2000):
            wanted = [hit for hit in every if among[hit.key - passage_key(1, 0)]][:top_k]
            hits = words.search(groups, top_k=top_k, among=key_ranges(among, 1))
            assert [hit.key for hit in hits] == [hit.key for hit in wanted]
            assert [hit.score for hit in hits] == pytest.approx([hit.score for hit in wanted])
