"""A retriever for LlamaIndex: quotes that answer a question, or passages near to it, as nodes.

    from articles_qa.qa.llamaindex import ArticlesRetriever

    ArticlesRetriever("my-index", top_k=3).retrieve("how many were killed?")

Importing this module imports llama-index-core; nothing else of the program imports it.
"""

from pathlib import Path
from typing import Literal

from articles_qa.index.errors import packages_of
from articles_qa.qa.answers.answer import FoundPassage
from articles_qa.qa.answers.quote import Quote
from articles_qa.qa.questions.scope import Scope
from articles_qa.qa.retriever import Retriever

with packages_of("llamaindex", "articles_qa.qa.llamaindex"):
    from llama_index.core.retrievers import BaseRetriever
    from llama_index.core.schema import NodeRelationship, NodeWithScore, QueryBundle, RelatedNodeInfo, TextNode


class ArticlesRetriever(BaseRetriever):
    """Retrieves from an index of articles; opened once, used by several threads.

    In the mode "quotes" a node is a sentence or more that answer, word for
    word; there are none where nothing answers. In the mode "passages" there are
    always `top_k` nodes, where the index has so many passages. Quotes below
    `min_probability` are left out. `within` narrows the articles.
    """

    def __init__(
        self,
        index: str | Path,
        *,
        top_k: int = 5,
        mode: Literal["quotes", "passages"] = "quotes",
        min_probability: float = 0.0,
        within: Scope | None = None,
    ) -> None:
        """Open the index.

        Raises:
            InputError: the place contains something else.
            IndexUnusableError: there is no index, or it cannot be used.
        """
        super().__init__()
        self._opened = Retriever.open(index)
        self._top_k, self._mode, self._min_probability, self._within = top_k, mode, min_probability, within

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """Return the nodes for a question; the score of a quote is its probability."""
        question = query_bundle.query_str
        if self._mode == "passages":
            found = self._opened.search(question, top_k=self._top_k, within=self._within)
            return [_node(passage, passage.score) for passage in found]
        quotes = self._opened.ask(question, top_k=self._top_k, within=self._within).quotes
        likely = [quote for quote in quotes if quote.probability >= self._min_probability]
        return [_node(quote, quote.probability, said_by=quote.said_by) for quote in likely]


def _node(found: Quote | FoundPassage, score: float, **more: str | None) -> NodeWithScore:
    """Return what was found as a node; its source is the article."""
    node = TextNode(
        id_=found.key,
        text=found.text,
        start_char_idx=found.start,
        end_char_idx=found.end,
        metadata={**found.citation(), **more},
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=found.source)},
    )
    return NodeWithScore(node=node, score=score)
