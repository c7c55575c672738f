"""Names as capitals show them, in a question or in what was shown."""

import re
from collections.abc import Iterator

# Each word begins at a capital, so that a list of names is read in one way only.
NAME = r"(?:[Tt]he\s+)?[A-Z0-9][\w.’'-]*+(?:\s+(?:of\s+(?:the\s+)?)?[A-Z0-9][\w.’'-]*+){0,5}+"
QUESTION_WORDS = frozenset(
    "who whose whom what when where why which how did does do is are was were has have had can could will would should "
    "in on at by for from and or but so tell the a an i".split()
)
_NAMED = re.compile(rf"\b{NAME}")


def names(text: str) -> Iterator[tuple[int, int]]:
    """Where names stand in a text; a word that opens questions is none at its start."""
    for match in _NAMED.finditer(text):
        start, words = match.start(), match.group().split()
        while words and words[0].lower() in QUESTION_WORDS and not start:
            start = text.index(words[1], start + len(words[0])) if words[1:] else match.end()
            words = words[1:]
        end = match.start() + len(re.sub(r"(?:['’]s?|[.’'-]+)$", "", match.group()))
        if words and start < end:
            yield start, end
