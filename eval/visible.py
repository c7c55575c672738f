"""Text that cannot turn or break the page around it."""

import re

# Control characters but tab and line end, directions that turn the words around them, halves of characters, no characters.
_HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def visible(text: str) -> str:
    """The text with control and direction characters shown as such, nothing else touched."""
    return _HARMFUL.sub(lambda match: _shown(match.group()), text.replace("\r\n", "\n"))


def _shown(c: str) -> str:
    if c < "\x20":
        return chr(0x2400 + ord(c))
    return "\u2421" if c == "\x7f" else f"\\u{ord(c):04x}"
