"""Text that cannot drive a terminal."""

import re

# Control characters, directions that turn the words around them, line ends of other kinds, halves of characters.
_HARMFUL = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    """The text with control and direction characters made visible, nothing else touched; one line."""
    return _HARMFUL.sub(lambda match: _visible(match.group()), text)


def one_line(text: str) -> str:
    """A name as one line that cannot turn the words around it."""
    return printable(" ".join(text.split()))


def joined(*parts: str | None) -> str:
    """What is known of an article, as one line: "title · outlet · date"; what is missing is left out."""
    return " · ".join(one_line(part) for part in parts if part)


def _visible(c: str) -> str:
    if c < "\x20":
        return chr(0x2400 + ord(c))
    return "\u2421" if c == "\x7f" else f"\\u{ord(c):04x}"
