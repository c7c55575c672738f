"""Documents of data sets, each with a file name of its own."""

import re
import unicodedata
from collections import Counter

from articles_qa.eval.datasets.cases import Document

MAX_NAME_CHARS = 50  # At most 4 bytes each, and a number after them: under the 255 bytes that file systems allow.


class FileNames:
    """File names made from any titles. No two are alike, not even where case does not count."""

    def __init__(self) -> None:
        self._given: dict[str, str] = {}
        self._taken: set[str] = set()
        self._tried: Counter[str] = Counter()

    def name(self, title: str) -> str:
        """Return the file name for a title: letters, digits, `_` and `-`."""
        if title not in self._given:
            letters = re.sub(r"[^\w-]+", "_", unicodedata.normalize("NFC", title))
            start = name = letters.strip("_-")[:MAX_NAME_CHARS] or "untitled"
            while (alike := unicodedata.normalize("NFC", name.casefold())) in self._taken:
                self._tried[start] += 1
                name = f"{start}-{self._tried[start] + 1}"
            self._taken.add(alike)
            self._given[title] = name
        return self._given[title]


class TitledDocuments:
    """Documents in one folder for each title, numbered: `Normans/0001.txt`. A document that comes twice is kept once."""

    def __init__(self) -> None:
        self._names = FileNames()
        self._sizes: Counter[str] = Counter()
        self._documents: dict[tuple[str, str], Document] = {}

    @property
    def documents(self) -> tuple[Document, ...]:
        """The documents, in the order in which they came."""
        return tuple(self._documents.values())

    def put(self, title: str, text: str) -> Document:
        """Return the document of this title and text."""
        if (title, text) not in self._documents:
            folder = self._names.name(title)
            self._sizes[folder] += 1
            source = f"{folder}/{self._sizes[folder]:04}.txt"
            self._documents[title, text] = Document(source, titled(title, text))
        return self._documents[title, text]


def titled(title: str, text: str) -> str:
    """Return the text after its title, or alone where the title is blank."""
    return f"{title}\n\n{text}" if title.strip() else text
