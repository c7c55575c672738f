"""Saved answers: the record of an answer, read back and checked before it is used."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, model_validator

from articles_qa.index.errors import InputError
from articles_qa.qa.answers.answer import SCHEMA
from articles_qa.qa.questions.parts import MOST_PARTS
from articles_qa.qa.questions.question import MAX_TOP_K

_MAX = 2**53  # Browsers count no further.
_Offset = Annotated[int, Field(ge=0, le=_MAX)]
_Line = Annotated[int, Field(ge=1, le=_MAX)]
_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
_Name = Annotated[str, Field(max_length=5_000)]
_Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class _SavedModel(BaseModel):
    """A frozen model with strict types. Unknown fields, of other versions, are ignored."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


class SavedSpan(_SavedModel):
    """A span of an article, in code points."""

    start: _Offset
    end: _Offset


class SavedRanks(_SavedModel):
    """The ranks of a quote's passage in the two indexes, from 1."""

    by_meaning: _Line | None = None
    by_words: _Line | None = None


class SavedLink(_SavedModel):
    """A span of an article that shows that two names are one."""

    source: _Name
    sha256: _Sha256 | None = None
    start: _Offset
    end: _Offset
    text: _Name


class SavedSpeaker(_SavedModel):
    """The full name that is meant by a name, and its links."""

    name: _Name
    links: list[SavedLink] = Field(default_factory=list, max_length=100)


class SavedStretch(_SavedModel):
    """A stretch of a part of a file, in bytes, or in characters of a page."""

    part: _Name
    start: _Offset
    end: _Offset


class SavedPlace(_SavedModel):
    """The place of a quote from an extracted text. The fields are those of `Place.to_dict`."""

    reader: Annotated[str, Field(max_length=500)]
    proves: Annotated[str, Field(pattern="^(markup|part|page)$")]
    text_sha256: _Sha256
    shown: _Name
    stretches: list[SavedStretch] = Field(max_length=20_000)


class SavedQuote(_SavedModel):
    """A quote of a record. The fields are those of `Quote.to_dict`.

    `encoding`, the byte offsets, `said_by_span`, `passage`, `before` and
    `after` are None where the record lacks them.
    """

    rank: _Line
    source: _Name
    sha256: _Sha256
    encoding: Annotated[str, Field(max_length=100)] | None = None
    title: _Name | None = None
    outlet: _Name | None = None
    published: Annotated[str, Field(max_length=10)] | None = None
    start: _Offset
    end: _Offset
    byte_start: _Offset | None = None
    byte_end: _Offset | None = None
    first_line: _Line
    last_line: _Line
    place: SavedPlace | None = None
    text: Annotated[str, Field(max_length=100_000)]
    probability: _Share
    said_by: _Name | None = None
    said_by_span: SavedSpan | None = None
    said_at: SavedSpan | None = None
    speaker: SavedSpeaker | None = None
    citing: _Name | None = None
    citing_span: SavedSpan | None = None
    citing_speaker: SavedSpeaker | None = None
    marks: list[SavedSpan] = Field(default_factory=list, max_length=1_000)
    gaps: list[SavedSpan] = Field(default_factory=list, max_length=1_000)
    passage: SavedSpan | None = None
    before: SavedSpan | None = None
    after: SavedSpan | None = None
    read_with: list[SavedSpan] = Field(default_factory=list, max_length=100)
    corrections: list[SavedSpan] = Field(default_factory=list, max_length=100)
    same_report: list[_Name] = Field(default_factory=list, max_length=200)
    not_english: bool = False
    ranks: SavedRanks = SavedRanks()
    same_as: _Line | None = None
    source_state: Annotated[str, Field(pattern="^(unchanged|changed|missing)$")] = "unchanged"

    @model_validator(mode="after")
    def _spans_fit(self, info: ValidationInfo) -> "SavedQuote":
        if not info.context and self.end - self.start != len(self.text):
            raise ValueError("text is not end - start characters long")
        return self


class SavedIndex(_SavedModel):
    """The index that was asked."""

    generation: _Offset
    model: _Name
    articles: _Offset


class SavedScope(_SavedModel):
    """The scope of an answer; `articles` is the number of articles in it, `named` are the question's words that chose it."""

    sources: list[_Name] = Field(default_factory=list, max_length=100)
    outlets: list[_Name] = Field(default_factory=list, max_length=100)
    since: _Name | None = None
    until: _Name | None = None
    articles: _Offset
    named: _Name | None = None


_NAMED = "^(exact|about|more than|at least|less than|at most|range)$"
_LARGEST = 10**300  # A browser can write, compare and keep such a number.
_Number = Annotated[float, Field(allow_inf_nan=False)]
MAX_CLAIMS = 1_000  # In all tables. Each claim is proven and shown.


class SavedClaim(_SavedModel):
    """A value in the quote of this rank. `value` is the article's text from `start` to `end`."""

    rank: _Line
    value: _Name
    start: _Offset
    end: _Offset
    counted: _Name | None = None
    events: list[_Name] = Field(default_factory=list, max_length=20)
    period: _Name | None = None
    said_by: _Name | None = None
    said_by_span: SavedSpan | None = None
    citing: _Name | None = None
    citing_span: SavedSpan | None = None
    speaker: _Name | None = None
    published: Annotated[str, Field(max_length=10)] | None = None
    same_as: _Line | None = None
    polarity: Annotated[str, Field(pattern="^(asserted|denied|supposed)$")] = "asserted"


class SavedValue(_SavedModel):
    """A value and its claims. `low` and `high` are numbers, or the normal form of a day or a name."""

    low: int | _Number | _Name
    high: int | _Number | _Name
    sense: Annotated[str, Field(pattern=_NAMED)]
    reports: _Line
    asked: bool
    claims: list[SavedClaim] = Field(min_length=1, max_length=100)

    @model_validator(mode="after")
    def _value_fits(self) -> "SavedValue":
        if self.reports > len(self.claims):
            raise ValueError("there are more reports of a value than claims")
        if any(isinstance(bound, int) and abs(bound) > _LARGEST for bound in (self.low, self.high)):
            raise ValueError("low or high is too large a number")
        if isinstance(self.low, str) != isinstance(self.high, str):
            raise ValueError("low and high are not of one kind")
        if not isinstance(self.low, str) and not isinstance(self.high, str) and self.low > self.high:
            raise ValueError("low is more than high")
        return self


class SavedTable(_SavedModel):
    """A table: comparable values of one kind."""

    about: _Name
    kind: Annotated[str, Field(pattern="^(figure|date|name)$")]
    unit: Annotated[str, Field(max_length=100)]
    differ: bool
    updated: bool = False
    values: list[SavedValue] = Field(min_length=1, max_length=100)
    denied: list[SavedValue] = Field(default_factory=list, max_length=100)

    @property
    def all_claims(self) -> list[SavedClaim]:
        """All claims of the table, those of denied values last."""
        return [claim for value in (*self.values, *self.denied) for claim in value.claims]

    @model_validator(mode="after")
    def _values_fit(self) -> "SavedTable":
        if any(isinstance(value.low, str) == (self.kind == "figure") for value in (*self.values, *self.denied)):
            raise ValueError("a value is not of the table's kind: figures are numbers, days and names are text")
        return self


class SavedPart(_SavedModel):
    """A part of the question, and the ranks of its quotes."""

    question: Annotated[str, Field(max_length=5_000)]
    answered: bool
    confidence: _Share
    reason: _Name | None = None
    ranks: list[_Line] = Field(max_length=MAX_TOP_K)
    more: _Offset = 0


class SavedAnswer(_SavedModel):
    """An answer of a record. The fields are those of `Answer.to_dict`."""

    question: Annotated[str, Field(max_length=5_000)]
    searched: list[Annotated[str, Field(max_length=10_000)]] = Field(default_factory=list, max_length=20)
    within: SavedScope | None = None
    answered: bool
    confidence: _Share
    reason: _Name | None = None
    quotes: list[SavedQuote] = Field(max_length=MAX_TOP_K * MOST_PARTS)
    more: _Offset = 0
    parts: list[SavedPart] = Field(default_factory=list, max_length=20)
    closest: list[SavedQuote] = Field(default_factory=list, max_length=MAX_TOP_K * MOST_PARTS)
    beside: list[SavedQuote] = Field(default_factory=list, max_length=100)
    claims: list[SavedTable] = Field(default_factory=list, max_length=20)
    index: SavedIndex
    took_ms: Annotated[float, Field(ge=0, allow_inf_nan=False)]

    @model_validator(mode="after")
    def _quotes_fit(self) -> "SavedAnswer":
        if self.answered != bool(self.quotes):
            raise ValueError("answered and quotes contradict each other")
        if not self.answered and (self.beside or self.claims):
            raise ValueError("what does not answer has no tables, and no quotes beside them")
        _check_ranks([*self.quotes, *self.beside])
        _check_ranks(self.closest)
        _check_claims(self.claims, [*self.quotes, *self.beside])
        _check_parts(self.parts, self.quotes)
        return self


def read_answer(record: object, *, any_length: bool = False) -> SavedAnswer:
    """Return the answer of a record. `any_length`: a quote's text may be longer or shorter than its offsets say.

    Raises:
        InputError: the record is not of this schema, or its fields contradict each other.
    """
    if not isinstance(record, dict) or record.get("schema") != SCHEMA:
        raise InputError(f'answer: not a record with "schema": "{SCHEMA}"; give one that qa ask --json or the page made')
    try:
        return SavedAnswer.model_validate(record, context=any_length)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "record"
        said = first["msg"].removeprefix("Value error, ")
        raise InputError(f"answer: {where}: {said}; the record was changed or cut off") from error


def _check_ranks(quotes: Sequence[SavedQuote]) -> None:
    """Check the ranks, and that a near copy follows the quote that it repeats."""
    originals: set[int] = set()
    for rank, quote in enumerate(quotes, 1):
        if quote.rank != rank:
            raise ValueError(f"the quote of rank {rank} has another")
        if quote.same_as is None:
            originals.add(rank)
        elif quote.same_as not in originals:
            raise ValueError(f"quote {rank} repeats none before it")


def _check_claims(tables: Sequence[SavedTable], quotes: Sequence[SavedQuote]) -> None:
    """Check that each claim lies inside a quote of the answer, and that a copy names another quote."""
    claims = [claim for table in tables for claim in table.all_claims]
    if len(claims) > MAX_CLAIMS:
        raise ValueError(f"more than {MAX_CLAIMS:,} claims")
    for claim in claims:
        quote = quotes[claim.rank - 1] if claim.rank <= len(quotes) else None
        if quote is None or not quote.start <= claim.start < claim.end <= quote.end:
            raise ValueError("a claim lies outside of its quote")
        if claim.same_as is not None and (claim.same_as > len(quotes) or claim.same_as == claim.rank):
            raise ValueError("a claim repeats a quote that is none, or its own")


def _check_parts(parts: Sequence[SavedPart], quotes: Sequence[SavedQuote]) -> None:
    """Check that the parts share out the quotes in order, and that a part with quotes is answered."""
    if parts and [rank for part in parts for rank in part.ranks] != [quote.rank for quote in quotes]:
        raise ValueError("the quotes of the parts are not those of the answer")
    if any(part.answered != bool(part.ranks) for part in parts):
        raise ValueError("answered and the quotes of a part contradict each other")
