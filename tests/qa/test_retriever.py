"""The retriever: bounds, threads, files that change, and that asking writes nothing."""

import os
import shutil
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import pytest

from articles_qa import qa
from articles_qa.index.articles.span import Span
from articles_qa.qa import Answer, IndexDamagedError, InputError, Retriever
from articles_qa.qa.questions.question import MAX_TOP_K
from articles_qa.qa.ranking.scoring import PASSAGES_SCORED

RetrieverOf = Callable[[Mapping[str, str | bytes]], Retriever]

NIS = "how many casualties did NIS report?"
QUESTIONS = [
    NIS,
    "who is Yang Uk?",
    "Why is the sky blue?",
    "when did he die?",
    "drones",
    "where was it?",
    "what did Seoul say?",
]


def same(answer: Answer) -> Answer:
    """The answer without the time that it took."""
    return replace(answer, took_ms=0.0)


@pytest.mark.parametrize("top_k", [0, -1, MAX_TOP_K + 1, 10**30, 2.0, "5", None, True])
def test_a_number_of_quotes_out_of_range_is_refused(top_k: Any, retriever: Retriever) -> None:
    for ask in (retriever.ask, retriever.search):
        with pytest.raises(InputError, match=r"^top_k: .*1 to 100"):
            ask(NIS, top_k=top_k)


def test_at_most_so_many_quotes_come_back(generous: Retriever) -> None:
    best = generous.ask("what do North Korean soldiers do?", top_k=PASSAGES_SCORED).quotes
    assert len(best) == PASSAGES_SCORED
    for top_k in (1, 2, 5):
        assert generous.ask("what do North Korean soldiers do?", top_k=top_k).quotes == best[:top_k]


def test_an_answer_counts_the_quotes_that_were_left_out(generous: Retriever, retriever: Retriever) -> None:
    for asked in (generous, retriever):
        for question in QUESTIONS:
            everything = asked.ask(question, top_k=MAX_TOP_K)
            for top_k in (1, 3):
                answer = asked.ask(question, top_k=top_k)
                assert answer.more == len(everything.quotes) - len(answer.quotes) == answer.to_dict()["more"]


def test_passages_come_best_first_with_scores_from_0_to_1(retriever: Retriever) -> None:
    passages = retriever.search(NIS, top_k=MAX_TOP_K)
    scores = [passage.score for passage in passages]
    assert scores == sorted(scores, reverse=True) and scores[-1] >= 0 and scores[0] <= 1
    assert retriever.search(NIS, top_k=3) == passages[:3]
    assert len(passages) <= retriever.info.passages


def test_a_passage_is_its_slice_of_the_article(retriever: Retriever, seeds: Path) -> None:
    for passage in retriever.search("Kursk", top_k=MAX_TOP_K):
        text = (seeds / passage.source).read_bytes().decode()
        assert passage.text == text[passage.start : passage.end]
        assert passage.first_line == text[: passage.start].count("\n") + 1
        assert passage.last_line == text[: passage.end].count("\n") + 1


def test_asking_twice_gives_the_same_answer(retriever: Retriever, seeds_index: Path) -> None:
    again = Retriever.open(seeds_index)
    assert [same(retriever.ask(question)) for question in QUESTIONS] == [same(again.ask(question)) for question in QUESTIONS]


def test_eight_threads_get_the_same_answers_as_one(seeds_index: Path) -> None:
    retriever = Retriever.open(seeds_index)
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(retriever.ask, QUESTIONS * 8))
    assert [same(answer) for answer in together] == [same(retriever.ask(question)) for question in QUESTIONS] * 8


def test_answers_cannot_be_changed(retriever: Retriever) -> None:
    answer = retriever.ask(NIS)
    for noun, field in ((answer, "answered"), (answer.quotes[0], "rank"), (retriever.search(NIS)[0], "score")):
        with pytest.raises(FrozenInstanceError):
            setattr(noun, field, 1)


ARTICLE = "The ferry sank near Linz on Monday and forty people were rescued."


def leave(path: Path) -> None:
    path.touch()


def change(path: Path) -> None:
    path.write_text(ARTICLE + " It rained.", "utf-8")


def change_unseen(path: Path) -> None:
    """Another text of the same size, with the time of the one before."""
    before = path.stat()
    path.write_text(ARTICLE.replace("forty", "fifty"), "utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


STATES: list[tuple[Callable[[Path], None], set[str]]] = [
    (leave, {"unchanged"}),
    (change, {"changed"}),
    (change_unseen, {"changed"}),
    (Path.unlink, {"missing"}),
    (replace_by_folder, {"changed", "missing"}),
]


@pytest.mark.parametrize(("act", "states"), STATES)
def test_a_quote_says_what_became_of_its_file(
    act: Callable[[Path], None], states: set[str], retriever_of: RetrieverOf, tmp_path: Path
) -> None:
    retriever = retriever_of({"a.txt": ARTICLE})
    assert retriever.ask("how many people were rescued?").quotes[0].source_state.value == "unchanged"
    act(tmp_path / "articles" / "a.txt")
    quote = retriever.ask("how many people were rescued?").quotes[0]
    assert quote.to_dict()["source_state"] in states
    assert quote.text == ARTICLE  # As it was indexed.


def files(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    return {
        str(path): (path.stat().st_mtime_ns, path.stat().st_mode, path.read_bytes() if path.is_file() else b"")
        for path in (folder, *folder.rglob("*"))
    }


def test_opening_and_asking_write_nothing(seeds_index: Path, tmp_path: Path) -> None:
    shutil.copytree(seeds_index, tmp_path / "index")
    before = files(tmp_path)
    retriever = Retriever.open(tmp_path / "index")
    for question in QUESTIONS:
        retriever.ask(question)
        retriever.search(question)
    del retriever
    assert files(tmp_path) == before


def test_an_opened_index_answers_after_its_articles_and_the_current_folder_are_gone(
    retriever_of: RetrieverOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    retriever = retriever_of({"a.txt": ARTICLE})
    shutil.rmtree(tmp_path / "articles")
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert retriever.ask("how many people were rescued?").quotes[0].text == ARTICLE


def test_no_index_is_an_error_and_not_an_answer(tmp_path: Path) -> None:
    with pytest.raises(IndexDamagedError, match="there is no index here; run qa index"):
        Retriever.open(tmp_path / "nothing")


def test_a_file_in_place_of_the_index_is_refused(tmp_path: Path) -> None:
    (tmp_path / "index").touch()
    with pytest.raises(InputError, match="not a folder"):
        Retriever.open(tmp_path / "index")


def test_the_public_names_are_there_and_sorted() -> None:
    assert qa.__all__ == sorted(qa.__all__)
    assert all(hasattr(qa, name) for name in qa.__all__)


RECORD = {"schema", "question", "searched", "answered", "confidence", "reason", "quotes", "closest", "index", "took_ms"} | {
    "more",
    "parts",
}
QUOTE = {"rank", "source", "sha256", "start", "end", "byte_start", "byte_end", "first_line", "last_line", "text"} | {
    "probability",
    "said_by",
    "passage",
    "source_state",
}


def test_the_record_holds_what_is_promised(retriever: Retriever) -> None:
    record = retriever.ask(NIS).to_dict()
    assert record["schema"] == "answer/1" and record.keys() >= RECORD
    assert record["index"] == {"generation": 1, "model": "all-MiniLM-L6-v2", "articles": 5}
    for quote in record["quotes"]:
        assert quote.keys() >= QUOTE
        assert Span(**quote["passage"]).holds(Span(quote["start"], quote["end"]))


def test_a_question_keeps_faiss_to_one_thread_from_whatever_thread_it_is_asked(retriever: Retriever) -> None:
    import faiss

    threads: list[int] = []

    def ask() -> None:
        retriever.ask("who was captured?")
        threads.append(faiss.omp_get_max_threads())

    asking = threading.Thread(target=ask)
    asking.start()
    asking.join()
    assert threads == [1]
