"""A note: a star, tags and words of readers on a stretch of an article, or on the article as a whole.

A quote's place and words are kept. After a change of the article the words are sought again:
"At least 12 were killed" at 210..233 stands at 251..274 once a sentence was put in before it.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from articles_qa.index import Article, Span

MOST_TAGS, MAX_TAG, MAX_WORDS, MAX_QUOTE = 12, 40, 2_000, 5_000  # Tags, and characters of a tag, of words, of a quote.
STARRED, WITH_WORDS, TAGGED = "star", "note", "tag:"  # Marks, by which articles are chosen.
_Offset = Annotated[int, Field(ge=0, le=2**53)]
Tag = Annotated[str, Field(min_length=1, max_length=MAX_TAG)]


class Note(BaseModel):
    """The newest note on a place; `start` and `end` are 0, and `text` is "", for an article as a whole.

    A note without star, tags and words takes an earlier one back.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    at: Annotated[str, Field(max_length=40)]
    source: Annotated[str, Field(min_length=1, max_length=5_000)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    start: _Offset
    end: _Offset
    text: Annotated[str, Field(max_length=MAX_QUOTE)]
    star: bool
    tags: list[Tag] = Field(max_length=MOST_TAGS)
    words: Annotated[str, Field(max_length=MAX_WORDS)]

    @model_validator(mode="after")
    def _text_fits(self) -> "Note":
        if self.end - self.start != len(self.text):
            raise ValueError("text is not end - start characters long")
        return self

    @property
    def place(self) -> tuple[str, int, int]:
        """The place that the note was made on; there is one note on it."""
        return self.source, self.start, self.end

    @property
    def is_empty(self) -> bool:
        """True where the note takes an earlier one back."""
        return not (self.star or self.tags or self.words)

    @property
    def is_of_article(self) -> bool:
        """True for a note on an article as a whole."""
        return not self.text

    @property
    def marks(self) -> list[str]:
        """The values by which the note is found: "star", "note", "tag:quarry"."""
        starred = [STARRED] if self.star else []
        return [*starred, *([WITH_WORDS] if self.words else []), *(f"{TAGGED}{tag}" for tag in self.tags)]

    def span_in(self, article: Article) -> Span | None:
        """Return the stretch with the note's words that is nearest to where they stood; None where they are gone."""
        span, text = Span(self.start, self.end), article.text
        if span.end <= len(text) and span.cut(text) == self.text:
            return span
        after, before = text.find(self.text, self.start), text.rfind(self.text, 0, self.start + len(self.text))
        found = [start for start in (before, after) if start >= 0]
        start = min(found, key=lambda start: abs(start - self.start), default=None)
        return None if start is None else Span(start, start + len(self.text))

    def to_dict(self, article: Article | None) -> dict[str, Any]:
        """Return the note's record; `place` is None where the article, or the words in it, are gone."""
        span = self.span_in(article) if article else None
        place = {"start": span.start, "end": span.end, "first_line": article.line(span.start)} if article and span else None
        published = article.masthead.published if article else None
        named: Mapping[str, object] = {
            "title": article.title if article else None,
            "outlet": article.outlet if article else None,
            "published": published.isoformat() if published else None,
        }
        return {**self.model_dump(), "place": place, **named}
