"""CLAP NQ: questions with a passage each. Some of its sentences answer together, or none does.

Source: Rosenthal et al. 2024, arXiv 2404.02103.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import Field

from articles_qa.eval.datasets.cases import Case, DataSet, Gold, GoldSpan
from articles_qa.eval.datasets.document_files import TitledDocuments
from articles_qa.eval.datasets.json_records import FilledText, Ids, JsonRecord, Text, read_json_lines
from articles_qa.index import Span

FORM = "CLAP NQ"
KEYS = ("input", "passages")


class _ClapnqPassage(JsonRecord):
    title: Text = ""
    text: FilledText
    sentences: list[Text]


class _ClapnqOutput(JsonRecord):
    answer: Text = ""
    selected_sentences: list[Text] = Field(default_factory=list)


class _ClapnqQuestion(JsonRecord):
    id: FilledText
    input: Text
    passages: list[_ClapnqPassage]
    output: list[_ClapnqOutput] = Field(default_factory=list)


def load_clapnq(paths: Sequence[Path], name: str) -> DataSet:
    """Return the questions of all the files. Each passage is a document, under its title.

    Raises:
        InputError: a file cannot be read, or is not in this form.
    """
    files, ids, left_out = TitledDocuments(), Ids(), Counter[str]()
    cases: list[Case] = []
    for path in paths:
        for where, asked in read_json_lines(path, _ClapnqQuestion):
            ids.add(asked.id, where)
            case = _case(asked, files, left_out)
            if case.spans or not case.answerable:
                cases.append(case)
            else:
                left_out["answered questions without a usable sentence"] += 1
    notes = tuple(f"{what}, left out: {count:,}" for what, count in left_out.items())
    return DataSet(name, FORM, Gold.SENTENCES, tuple(paths), tuple(cases), files.documents, notes)


def _case(asked: _ClapnqQuestion, files: TitledDocuments, left_out: Counter[str]) -> Case:
    """Return the case, of the first answer that names sentences. It has no spans where none of them can be found."""
    sentences = [sentence for passage in asked.passages for sentence in _sentences(passage, files, left_out)]
    chosen = next((output.selected_sentences for output in asked.output if output.selected_sentences), [])
    if not chosen and not any(output.answer.strip() for output in asked.output):
        return Case(asked.id, "unanswerable", asked.input, answerable=False)
    places = _selected([text for text, _ in sentences], chosen, left_out)
    spans = tuple(sentences[place][1] for place in places)
    return Case(asked.id, _kind(places), asked.input, answerable=True, spans=spans)


def _sentences(passage: _ClapnqPassage, files: TitledDocuments, left_out: Counter[str]) -> Iterator[tuple[str, GoldSpan]]:
    """Yield the sentences of a passage with their places, from left to right: a repeated sentence has several places."""
    document = files.put(passage.title, passage.text)
    at = len(document.text) - len(passage.text)
    for sentence in (sentence.strip() for sentence in passage.sentences):
        start = document.text.find(sentence, at)
        if start < 0:
            left_out["sentences that do not stand in their passage"] += 1
        elif sentence:
            at = start + len(sentence)
            yield sentence, GoldSpan(document.source, Span(start, at))


def _selected(sentences: Sequence[str], chosen: Sequence[str], left_out: Counter[str]) -> list[int]:
    """Return the places of the chosen sentences, rising. Of a repeated sentence, the one after the previous choice counts."""
    free = dict(enumerate(sentences))
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
