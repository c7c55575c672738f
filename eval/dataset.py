"""Data sets: cases, and the documents that they bring."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from eval.cases import Case


class Gold(Enum):
    """What a data set's cases name as right."""

    ANSWERS = "answers"  # Any one of a case's spans answers it.
    SENTENCES = "sentences"  # A case's spans answer it together.
    DOCUMENTS = "documents"  # Whole documents only.


@dataclass(frozen=True, slots=True)
class Document:
    """A text that a data set brings; `source` is the name of its file, `text` all that stands in it."""

    source: str
    text: str


@dataclass(frozen=True, slots=True)
class DataSet:
    """Cases in one form. `documents` is None where the cases are about an index that is there already.

    `paths` are the files that it was read from, `notes` what was left out of
    them and why, a line each.
    """

    name: str
    form: str
    gold: Gold
    paths: tuple[Path, ...]
    cases: tuple[Case, ...]
    documents: tuple[Document, ...] | None
    notes: tuple[str, ...] = ()
