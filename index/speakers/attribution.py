"""Attribution: whose word a sentence, or a part of one, is."""

from dataclasses import dataclass

from index.articles.span import Span


@dataclass(frozen=True, slots=True)
class Attribution:
    """Whose word a stretch of a sentence is, all in offsets of the article.

    `name` is where the speaker is named, and `said` where the article says
    that this is their word: the same place, or "he" or "the agency" where the
    name stands before it. `cited` is where the one is named whom the speaker
    cites in turn. `scope` is what is said, inside the sentence.
    """

    name: Span
    said: Span
    cited: Span | None
    scope: Span
