"""The requests that the page's script may send; each is checked before anything is done for it."""

from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from articles_qa.index import InputError
from articles_qa.index.files.printable import printable
from articles_qa.qa import Scope
from articles_qa.ui.notes.note import MAX_QUOTE, MAX_WORDS, MOST_TAGS, Tag

_T = TypeVar("_T", bound=BaseModel)
_MAX = 2**53  # The largest whole number that browsers count to.
_Source = Annotated[str, Field(min_length=1, max_length=5_000)]
_Name = Annotated[str, Field(max_length=5_000)]  # With a limit, pydantic also refuses text that UTF-8 cannot encode.
_Offset = Annotated[int, Field(ge=0, le=_MAX)]


class PageRequest(BaseModel):
    """A request with exactly its fields and types."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class ScopeRequest(PageRequest):
    """The articles to ask; days are written as "2024-12-31"."""

    sources: list[_Name] = Field(default_factory=list, max_length=100)
    outlets: list[_Name] = Field(default_factory=list, max_length=100)
    since: _Name | None = None
    until: _Name | None = None

    @property
    def scope(self) -> Scope:
        """The scope of the question; it may leave no article out.

        Raises:
            InputError: a day or a name cannot be used.
        """
        return Scope(tuple(self.sources), tuple(self.outlets), _day("since", self.since), _day("until", self.until))


class SearchRequest(ScopeRequest):
    """A question after a conversation; their lengths are checked where they are read."""

    question: str
    history: list[dict[str, Any]] = Field(default_factory=list, max_length=100)
    top_k: int = 10


class AskRequest(SearchRequest):
    """A question to be answered. `searched` is searched in place of the question and the conversation."""

    top_k: int = 5
    searched: str | None = None


class ArticlesRequest(BaseModel):
    """A part of the articles, in order of their sources, as an address names it: its numbers are text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    query: Annotated[str, Field(max_length=500)] = ""
    offset: _Offset = 0
    limit: Annotated[int, Field(ge=1, le=1_000)] = 50


class ArticleRequest(PageRequest):
    """An article around an offset, with the quotes in it: start, end and rank of each.

    `sha256` is the digest of the version that the reader means, or its beginning; "" stands for any version.
    """

    source: _Source
    at: _Offset = 0
    spans: list[Annotated[list[_Offset], Field(min_length=3, max_length=3)]] = Field(default_factory=list, max_length=100)
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{0,64}$")] = ""


class FindRequest(PageRequest):
    """Words to find in an article."""

    source: _Source
    words: Annotated[str, Field(min_length=1, max_length=200)]


class AroundRequest(PageRequest):
    """A quote whose surroundings, or whose pages of a PDF, are wanted."""

    source: _Source
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{0,64}$")]
    start: _Offset
    end: _Offset


class RecordsRequest(PageRequest):
    """Records of answers that the page kept."""

    records: list[dict[str, Any]] = Field(max_length=1_000)


class CiteRequest(RecordsRequest):
    """Records to be taken away, in one form; `page` is the address of the page, where links lead back to."""

    page: Annotated[str, Field(max_length=300, pattern=r"^(https?://[^\s\"'<>?#]+)?$")] = ""
    form: Annotated[str, Field(pattern="^(markdown|clipboard|word|table|tabs|annotations)$")] = "markdown"


class DraftRequest(PageRequest):
    """A draft to check: its text, or its file in base64."""

    text: Annotated[str, Field(max_length=600_000)] = ""
    name: _Name = "draft"
    base64: Annotated[str, Field(max_length=900_000)] = ""


class JudgeRequest(PageRequest):
    """A verdict of a reader on an answer; "none" takes an earlier verdict back."""

    record: dict[str, Any]
    verdict: Annotated[str, Field(pattern="^(right|wrong|none)$")]


class NoteRequest(PageRequest):
    """A star, tags and words on a stretch of an article; `start` and `end` are 0 for the article as a whole.

    `what` names the place for the buttons beside it: "quote 3".
    """

    source: _Source
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{16,64}$")]
    start: _Offset
    end: _Offset
    star: bool
    tags: list[Tag] = Field(max_length=MOST_TAGS)
    words: Annotated[str, Field(max_length=MAX_WORDS)]
    what: Annotated[str, Field(max_length=500)] = ""

    @model_validator(mode="after")
    def _is_a_stretch(self) -> "NoteRequest":
        if not (self.start < self.end <= self.start + MAX_QUOTE or self.start == self.end == 0):
            raise ValueError(f"a note is on a stretch of at most {MAX_QUOTE:,} characters, or on a whole article")
        return self


class ExportRequest(PageRequest):
    """All notes, in one form."""

    form: Annotated[str, Field(pattern="^(json|csv)$")]


class ListingRequest(PageRequest):
    """A part of the list of articles."""

    query: Annotated[str, Field(max_length=500)] = ""
    offset: _Offset = 0
    order: Annotated[str, Field(pattern="^(newest|oldest|outlet|file)$")] = "newest"
    outlet: Annotated[str, Field(max_length=500)] = ""
    month: Annotated[str, Field(pattern=r"^(\d{4}-(0[1-9]|1[0-2]))?$")] = ""
    mark: Annotated[str, Field(max_length=100)] = ""


class ChangeRequest(PageRequest):
    """Articles to take out or bring back, or the number of files just added; with none of them, the folder is read again."""

    exclude: list[_Source] = Field(default_factory=list, max_length=1_000)
    restore: list[_Source] = Field(default_factory=list, max_length=1_000)
    added: Annotated[int, Field(ge=0, le=1_000_000)] = 0


def read_request(kind: type[_T], data: object, *, advice: str = "load the page again") -> _T:
    """Return the data as a request of this kind; errors end with the advice.

    Raises:
        InputError: the data are no such request.
    """
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = printable(".".join(str(part) for part in first["loc"])[:100]) or "request"
        raise InputError(f"{where}: {first['msg']}; {advice}") from error


def _day(field: str, text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise InputError(f"{field}: {(text or '')[:40]!r} is no day; write it as 2024-12-31") from error
