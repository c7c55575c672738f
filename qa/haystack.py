"""A component for Haystack: quotes that answer a question, as extracted answers and as documents.

    from articles_qa.qa.haystack import ArticlesReader

    ArticlesReader("my-index", top_k=3).run("how many were killed?")["answers"]

Importing this module imports haystack-ai; nothing else of the program imports it.
"""

from articles_qa.index.errors import packages_of
from articles_qa.qa.answers.quote import Quote
from articles_qa.qa.questions.scope import Scope
from articles_qa.qa.retriever import Retriever

with packages_of("haystack", "articles_qa.qa.haystack"):
    from haystack import Document, component
    from haystack.dataclasses import ExtractedAnswer


@component
class ArticlesReader:
    """Answers from an index of articles; opened once, used by several threads.

    An answer is a sentence or more, word for word. Its document is the whole
    article, and its offset the place there. `documents` holds the same quotes
    as documents of their own. Both are empty where nothing answers. Quotes
    below `min_probability` are left out. `sources` narrows the articles.
    """

    def __init__(self, index: str, top_k: int = 5, min_probability: float = 0.0, sources: list[str] | None = None) -> None:
        """Open the index.

        Raises:
            InputError: the place contains something else.
            IndexUnusableError: there is no index, or it cannot be used.
        """
        # Haystack saves a component by these attributes, which are named as the arguments are.
        self.index, self.top_k, self.min_probability, self.sources = index, top_k, min_probability, sources
        self._opened = Retriever.open(index)

    @component.output_types(answers=list[ExtractedAnswer], documents=list[Document])
    def run(self, query: str, top_k: int | None = None) -> dict[str, list[ExtractedAnswer] | list[Document]]:
        """Return the answers to a question and their documents; `top_k` may be given to a call."""
        most, within = self.top_k if top_k is None else top_k, Scope(tuple(self.sources or ()))
        quotes = self._opened.ask(query, top_k=most, within=within).quotes
        likely = [quote for quote in quotes if quote.probability >= self.min_probability]
        return {"answers": [_answer(quote, query) for quote in likely], "documents": [_document(quote) for quote in likely]}


def _document(quote: Quote) -> Document:
    return Document(id=quote.key, content=quote.text, meta=_facts(quote), score=quote.probability)


def _answer(quote: Quote, query: str) -> ExtractedAnswer:
    return ExtractedAnswer(
        query=query,
        score=quote.probability,
        data=quote.text,
        document=Document(id=quote.source, content=quote.article.text, meta={"source": quote.source}),
        document_offset=ExtractedAnswer.Span(quote.start, quote.end),
        meta=_facts(quote),
    )


def _facts(quote: Quote) -> dict[str, object]:
    return {**quote.citation(), "start": quote.start, "end": quote.end, "said_by": quote.said_by}
