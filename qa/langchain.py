"""A retriever for LangChain: quotes that answer a question, or passages near to it, as documents.

    from articles_qa.qa.langchain import ArticlesRetriever

    ArticlesRetriever(index="my-index", k=3).invoke("how many were killed?")

Importing this module imports langchain-core; nothing else of the program imports it.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, PrivateAttr

from articles_qa.index.errors import packages_of
from articles_qa.qa.answers.answer import FoundPassage
from articles_qa.qa.answers.quote import Quote
from articles_qa.qa.questions.scope import Scope
from articles_qa.qa.retriever import Retriever

with packages_of("langchain", "articles_qa.qa.langchain"):
    from langchain_core.callbacks import CallbackManagerForRetrieverRun
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever


class ArticlesRetriever(BaseRetriever):
    """Retrieves from an index of articles; opened once, used by several threads.

    In the mode "quotes" a document is a sentence or more that answer, word for
    word; there are none where nothing answers. In the mode "passages" there are
    always `k` documents, where the index has so many passages. Quotes below
    `min_probability` are left out. `sources`, `outlets`, `since` and `until`
    narrow the articles.
    """

    index: str | Path
    k: int = 5
    mode: Literal["quotes", "passages"] = "quotes"
    min_probability: float = Field(default=0.0, ge=0.0, le=1.0)
    sources: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    _opened: Retriever = PrivateAttr()

    def model_post_init(self, _: Any, /) -> None:
        """Open the index.

        Raises:
            InputError: the place contains something else.
            IndexUnusableError: there is no index, or it cannot be used.
        """
        self._opened = Retriever.open(self.index)

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,
        k: int | None = None,
        history: Sequence[dict[str, Any]] = (),
    ) -> list[Document]:
        """Return the documents for a question; `k` and `history` may be given to `invoke`."""
        top_k = self.k if k is None else k
        within = Scope(self.sources, self.outlets, self.since, self.until)
        if self.mode == "passages":
            passages = self._opened.search(query, history, top_k, within=within)
            return [_document(passage, score=passage.score) for passage in passages]
        quotes = self._opened.ask(query, history, top_k, within=within).quotes
        likely = [quote for quote in quotes if quote.probability >= self.min_probability]
        return [_document(quote, probability=quote.probability, said_by=quote.said_by) for quote in likely]


def _document(found: Quote | FoundPassage, **more: object) -> Document:
    """Return what was found as a document. `source` and `start_index` are LangChain's names."""
    facts = {**found.citation(), "start_index": found.start, "end_index": found.end}
    return Document(id=found.key, page_content=found.text, metadata={**facts, **more})
