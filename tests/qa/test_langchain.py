"""LangChain's retriever finds what `Retriever` does; `k` counts as LangChain's standard tests of retrievers want it."""

import asyncio
from datetime import date
from pathlib import Path

import pytest

from articles_qa.qa import IndexUnusableError, Retriever, Scope
from articles_qa.qa.langchain import ArticlesRetriever

NIS = "how many casualties did NIS report?"


@pytest.fixture(scope="module")
def articles(seeds_index: Path) -> ArticlesRetriever:
    return ArticlesRetriever(index=seeds_index)


def test_documents_are_the_quotes_of_an_answer(articles: ArticlesRetriever, retriever: Retriever) -> None:
    found, quotes = articles.invoke(NIS), retriever.ask(NIS).quotes
    assert [document.page_content for document in found] == [quote.text for quote in quotes] and len(quotes) > 1
    for document, quote in zip(found, quotes, strict=True):
        said = document.metadata
        assert (said["source"], said["start_index"], said["end_index"]) == (quote.source, quote.start, quote.end)
        assert (said["said_by"], said["probability"]) == (quote.said_by, quote.probability)
        assert document.id == f"{quote.source}#{quote.start}-{quote.end}" and said["first_line"] == quote.first_line
    assert asyncio.run(articles.ainvoke(NIS)) == found
    assert articles.invoke("What is the capital of Peru?") == []


def test_the_number_of_documents_is_given_to_the_constructor_or_to_a_call(seeds_index: Path) -> None:
    for k in (1, 3):
        assert len(ArticlesRetriever(index=seeds_index, k=k, mode="passages").invoke(NIS)) == k
        assert len(ArticlesRetriever(index=seeds_index, mode="passages").invoke(NIS, k=k)) == k
    assert len(ArticlesRetriever(index=seeds_index, k=1).invoke(NIS)) == 1


def test_a_scope_a_probability_and_a_history_are_heeded(seeds_index: Path, retriever: Retriever) -> None:
    one = ArticlesRetriever(index=seeds_index, sources=("00[14]*",), until=date(2030, 1, 1))
    history = [{"role": "user", "content": NIS}]
    wanted = retriever.ask("and Zelensky?", history, within=Scope(("00[14]*",), (), None, date(2030, 1, 1))).quotes
    assert [document.page_content for document in one.invoke("and Zelensky?", history=history)] == [q.text for q in wanted]
    likely = max(quote.probability for quote in retriever.ask(NIS).quotes)
    assert len(ArticlesRetriever(index=seeds_index, min_probability=likely).invoke(NIS)) == 1


def test_without_an_index_there_is_no_retriever(tmp_path: Path) -> None:
    with pytest.raises(IndexUnusableError, match="no index"):
        ArticlesRetriever(index=tmp_path)
