"""CLAP NQ: questions with a passage each, and the sentences of it that answer together, or none.

Source: Rosenthal et al. 2024, arXiv 2404.02103.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.datasets.cases import Case, DataSet, Gold, GoldSpan
from eval.datasets.document_files import TitledDocuments
from eval.datasets.json_records import Ids, Record, read_records
from index import Span

FORM = "CLAP NQ"
KEYS = ("input", "passages")


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence of a passage, and where it stands."""

    text: str
    place: GoldSpan


def load_clapnq(paths: Sequence[Path], name: str) -> DataSet:
    """The questions of all the files; each passage is a document, under its title.

    Raises:
        InputError: a file cannot be read, or is not as the form wants it.
    """
    shelf, ids, left_out = TitledDocuments(), Ids(), Counter[str]()
    cases: list[Case] = []
    for path in paths:
        for record in read_records(path):
            case = _case(record, ids.new(record, "id"), shelf, left_out)
            if case.spans or not case.answerable:
                cases.append(case)
            else:
                left_out["answered questions without a usable sentence"] += 1
    notes = tuple(f"{what}, left out: {count:,}" for what, count in left_out.items())
    return DataSet(name, FORM, Gold.SENTENCES, tuple(paths), tuple(cases), shelf.documents, notes)


def _case(record: Record, name: str, shelf: TitledDocuments, left_out: Counter[str]) -> Case:
    """The case, of the first of its answers that names sentences; without spans where none can be found."""
    sentences = [s for passage in record.records("passages") for s in _sentences(passage, shelf, left_out)]
    question, outputs = record.text("input"), record.records("output", default=())
    selections = [output.texts("selected_sentences", default=()) for output in outputs]
    answers = [output.text("answer", default="") for output in outputs]
    chosen = next((selection for selection in selections if selection), ())
    if not chosen and not any(answer.strip() for answer in answers):
        return Case(name, "unanswerable", question, answerable=False)
    places = _selected(sentences, chosen, left_out)
    spans = tuple(sentences[place].place for place in places)
    return Case(name, _kind(places), question, answerable=True, spans=spans)


def _sentences(passage: Record, shelf: TitledDocuments, left_out: Counter[str]) -> Iterator[_Sentence]:
    """The sentences of a passage, found from left to right, so that a repeated one is each time another."""
    text = passage.filled("text")
    document = shelf.put(passage.text("title", default=""), text)
    at = len(document.text) - len(text)
    for sentence in (sentence.strip() for sentence in passage.texts("sentences")):
        start = document.text.find(sentence, at)
        if start < 0:
            left_out["sentences that do not stand in their passage"] += 1
        elif sentence:
            at = start + len(sentence)
            yield _Sentence(sentence, GoldSpan(document.source, Span(start, at)))


def _selected(sentences: Sequence[_Sentence], chosen: Sequence[str], left_out: Counter[str]) -> list[int]:
    """The places of the chosen ones in the passages' order; of a repeated sentence, the one after the choice before."""
    free: dict[int, str] = {place: sentence.text for place, sentence in enumerate(sentences)}
    places: list[int] = []
    for text in chosen:
        alike = [place for place, free_text in free.items() if free_text == text.strip()]
        if not alike:
            left_out["selected sentences that do not stand in their passage"] += 1
            continue
        after = [place for place in alike if not places or place > places[-1]]
        places.append((after or alike)[0])
        del free[places[-1]]
    return sorted(places)


def _kind(places: Sequence[int]) -> str:
    if len(places) == 1:
        return "one sentence"
    together = places and places[-1] - places[0] == len(places) - 1
    return "sentences in a row" if together else "scattered sentences"
