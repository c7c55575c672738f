"""What the page's script may ask of the server: each request checked before anything is done for it."""

from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from index import InputError
from index.files.printable import printable
from qa import Scope

_T = TypeVar("_T", bound="Request")
_MAX = 2**53  # Browsers count no further.
_Source = Annotated[str, Field(min_length=1, max_length=5_000)]
_Name = Annotated[str, Field(max_length=5_000)]  # With a limit, pydantic also refuses what UTF-8 cannot hold.
_Offset = Annotated[int, Field(ge=0, le=_MAX)]


class Request(BaseModel):
    """Frozen; of just these fields and types."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class ScopeRequest(Request):
    """Which articles are asked; days as "2024-12-31"."""

    sources: list[_Name] = Field(default_factory=list, max_length=100)
    outlets: list[_Name] = Field(default_factory=list, max_length=100)
    since: _Name | None = None
    until: _Name | None = None

    @property
    def scope(self) -> Scope:
        """The scope; it may leave nothing out.

        Raises:
            InputError: a day or a name cannot be used.
        """
        return Scope(tuple(self.sources), tuple(self.outlets), _day("since", self.since), _day("until", self.until))


class AskRequest(ScopeRequest):
    """A question, after a conversation; its length and the turns are checked where they are read.

    `searched` is what to search in place of what would be made of both.
    """

    question: str
    history: list[dict[str, Any]] = Field(default_factory=list, max_length=100)
    top_k: int = 5
    searched: str | None = None


class ArticleRequest(Request):
    """An article around an offset, with the answer's quotes in it: start, end, and number in the answer.

    `sha256` is the file's, or its beginning, as the one who asks knows it;
    "" where any version is meant.
    """

    source: _Source
    at: _Offset = 0
    spans: list[Annotated[list[_Offset], Field(min_length=3, max_length=3)]] = Field(default_factory=list, max_length=100)
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{0,64}$")] = ""


class AroundRequest(Request):
    """What stands around a quote."""

    source: _Source
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{0,64}$")]
    start: _Offset
    end: _Offset


class RecordsRequest(Request):
    """Answers' records, as the page keeps them."""

    records: list[dict[str, Any]] = Field(max_length=1_000)


class JudgeRequest(Request):
    """What a reader thinks of an answer; "none" takes it back."""

    record: dict[str, Any]
    verdict: Annotated[str, Field(pattern="^(right|wrong|none)$")]


class ListingRequest(Request):
    """A page of the list of articles."""

    query: Annotated[str, Field(max_length=500)] = ""
    offset: _Offset = 0


class ChangeRequest(Request):
    """Articles to take out or to bring back, or how many files were added just before; none: read the folder again."""

    exclude: list[_Source] = Field(default_factory=list, max_length=1_000)
    restore: list[_Source] = Field(default_factory=list, max_length=1_000)
    added: Annotated[int, Field(ge=0, le=1_000_000)] = 0


def read(kind: type[_T], data: object) -> _T:
    """A request of this kind.

    Raises:
        InputError: it is something else.
    """
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = printable(".".join(str(part) for part in first["loc"])[:100]) or "request"
        raise InputError(f"{where}: {first['msg']}; load the page again") from error


def _day(field: str, text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise InputError(f"{field}: {(text or '')[:40]!r} is no day; write it as 2024-12-31") from error
