"""What the generation before holds in Milvus, by its articles' content, as a build takes entries from it."""

from index.article import Content
from index.milvus_store import MilvusStore
from index.stored import Entry


class MilvusHeld:
    """The entries of the generation in force; `speakers` says what read who speaks in them."""

    def __init__(self, store: MilvusStore, speakers: str) -> None:
        self._store = store
        self.speakers = speakers
        listed = store.listed()
        self.contents = {article.source: article.content for article in listed}
        self._numbers = {article.content: article.number for article in listed}

    def __contains__(self, content: object) -> bool:
        return content in self._numbers

    def entry(self, content: Content) -> Entry:
        """The entry of an article of this content."""
        return self._store.entry(self._numbers[content])
