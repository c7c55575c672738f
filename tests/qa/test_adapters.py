"""LlamaIndex's retriever and Haystack's component give the quotes of `Retriever.ask`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from articles_qa.qa import IndexUnusableError, Retriever, Scope

NIS = "how many casualties did NIS report?"
NOWHERE = "What is the capital of Peru?"
# These packages take 2 and 5 s to import, and warn of what others do in them.
pytestmark = [pytest.mark.tier("check"), pytest.mark.filterwarnings("default")]


@pytest.fixture(scope="module", autouse=True)
def _silent() -> Iterator[None]:
    """Haystack's pipelines report their use over the network, unless they are told not to."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HAYSTACK_TELEMETRY_ENABLED", "False")
        yield


def test_llamaindex_gets_the_quotes_as_nodes(seeds_index: Path, retriever: Retriever) -> None:
    from llama_index.core.schema import QueryBundle

    from articles_qa.qa.llamaindex import ArticlesRetriever

    articles = ArticlesRetriever(seeds_index)
    found, quotes = articles.retrieve(NIS), retriever.ask(NIS).quotes
    assert [one.text for one in found] == [quote.text for quote in quotes] and len(quotes) > 1
    assert len({one.node_id for one in found}) == len(found)
    for one, quote in zip(found, quotes, strict=True):
        node, said = one.node.to_dict(), one.metadata
        assert (node["start_char_idx"], node["end_char_idx"], one.score) == (quote.start, quote.end, quote.probability)
        assert (said["source"], said["said_by"], said["first_line"]) == (quote.source, quote.said_by, quote.first_line)
        assert one.node.source_node is not None and one.node.source_node.node_id == quote.source
    assert articles.retrieve(QueryBundle(NOWHERE)) == []
    passages = ArticlesRetriever(seeds_index, mode="passages", top_k=3, within=Scope(("00[14]*",)))
    wanted = retriever.search(NIS, top_k=3, within=Scope(("00[14]*",)))
    assert [(one.text, one.score) for one in passages.retrieve(NIS)] == [(each.text, each.score) for each in wanted]
    likely = max(quote.probability for quote in quotes)
    assert len(ArticlesRetriever(seeds_index, min_probability=likely).retrieve(NIS)) == 1


def test_haystack_gets_the_quotes_as_extracted_answers(seeds_index: Path, retriever: Retriever) -> None:
    from haystack import Pipeline

    from articles_qa.qa.haystack import ArticlesReader

    pipeline = Pipeline()
    pipeline.add_component("articles", ArticlesReader(str(seeds_index), top_k=3))
    pipeline = Pipeline.loads(pipeline.dumps(), unsafe=True)  # As it is saved and opened again.
    found, quotes = pipeline.run({"articles": {"query": NIS}})["articles"], retriever.ask(NIS, top_k=3).quotes
    assert [one.data for one in found["answers"]] == [quote.text for quote in quotes] and len(quotes) > 1
    for one, quote in zip(found["answers"], quotes, strict=True):
        place = one.document_offset
        assert one.document.content[place.start : place.end] == quote.text and one.score == quote.probability
        assert (one.meta["source"], one.meta["said_by"]) == (quote.source, quote.said_by)
    assert [(one.content, one.id) for one in found["documents"]] == [(quote.text, quote.key) for quote in quotes]
    reader = ArticlesReader(str(seeds_index), sources=["000*"])
    assert reader.run(NOWHERE) == {"answers": [], "documents": []}
    assert {one.meta["source"][:3] for one in reader.run(NIS, top_k=1)["answers"]} == {"000"}


def test_without_an_index_there_is_no_adapter(tmp_path: Path) -> None:
    from articles_qa.qa.haystack import ArticlesReader
    from articles_qa.qa.llamaindex import ArticlesRetriever

    for adapter in (ArticlesRetriever, ArticlesReader):
        with pytest.raises(IndexUnusableError, match="no index"):
            adapter(str(tmp_path))
