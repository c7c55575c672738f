"""Cases: questions with the spans that answer them, or none."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index import Article, InputError, Span

OWN_CASES = Path(__file__).with_name("cases.jsonl")
UNANSWERABLE_KINDS = ("off-topic", "unanswerable")


@dataclass(frozen=True, slots=True)
class GoldSpan:
    """A stretch of an article that answers."""

    source: str
    span: Span


@dataclass(frozen=True, slots=True)
class Case:
    """One evaluation question; any of `spans` answers it, none means that the articles do not."""

    id: str
    kind: str
    question: str
    spans: tuple[GoldSpan, ...]

    @property
    def answerable(self) -> bool:
        """Whether the articles answer it."""
        return bool(self.spans)


def load_cases(path: Path = OWN_CASES) -> tuple[Case, ...]:
    """The cases of a JSONL file.

    Raises:
        InputError: the file cannot be read, or a line is not a case.
    """
    try:
        lines = path.read_text("utf-8").split("\n")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the path") from error
    return tuple(_case(line, f"{path}:{number}") for number, line in enumerate(lines, 1) if line.strip())


def check_spans(cases: Sequence[Case], articles: Sequence[Article]) -> None:
    """Refuse cases whose spans do not lie on whole words of their articles.

    Raises:
        InputError: an article is missing, or a span lies outside it or begins or ends in a word or a blank.
    """
    texts = {article.source: article.text for article in articles}
    for case in cases:
        for gold in case.spans:
            text = texts.get(gold.source)
            if text is None:
                raise InputError(f"{case.id}: there is no article {gold.source}; correct its source")
            cut = gold.span.cut(text)
            before, after = text[: gold.span.start][-1:], text[gold.span.end :][:1]
            whole = len(cut) == len(gold.span) > 0 and cut == cut.strip() and not (before.isalnum() and cut[0].isalnum())
            if not whole or (after.isalnum() and cut[-1].isalnum()):
                raise InputError(
                    f"{case.id}: {gold.source} [{gold.span.start}, {gold.span.end}) is no whole stretch of it; correct it"
                )


def _case(line: str, where: str) -> Case:
    try:
        record = json.loads(line)
        spans = tuple(GoldSpan(str(s["source"]), Span(int(s["start"]), int(s["end"]))) for s in record["spans"])
        case = Case(str(record["id"]), str(record["kind"]), str(record["question"]), spans)
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{where}: not a case ({type(error).__name__}: {error}); see eval/cases.jsonl for the form") from error
    if case.answerable == (case.kind in UNANSWERABLE_KINDS):
        raise InputError(f"{where}: a case of kind {case.kind!r} with {len(spans)} spans; correct one of them")
    return case
