"""Text made safe to print: characters that could drive a terminal or turn words around become visible signs."""

import re
from pathlib import Path

# Controls, directions that turn the words around them, halves of characters.
_HARMFUL = "\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff"
_IN_A_LINE = re.compile(f"[\x00-\x1f\u2028\u2029{_HARMFUL}]")  # Line ends of all kinds too.
_IN_A_PAGE = re.compile(f"[\x00-\x08\x0b-\x1f\ufffe\uffff{_HARMFUL}]")  # XML takes neither of the last two characters.


def printable(text: str) -> str:
    """Return the text as one line, with its control and direction characters made visible and all else unchanged."""
    return _IN_A_LINE.sub(_sign, text)


def printable_lines(text: str) -> str:
    """Return the text as `printable` does, with its tabs and line ends unchanged."""
    return _IN_A_PAGE.sub(_sign, text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """Return a name as one printable line, with each run of blanks as one blank."""
    return printable(" ".join(text.split()))


def printable_name(name: str | Path) -> str:
    """Return the name or path of a file as one printable line, with control characters and stray bytes as escapes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode("ascii") for c in str(name))


def _sign(match: re.Match[str]) -> str:
    c = match.group()
    if c < "\x20":
        return chr(0x2400 + ord(c))
    return "\u2421" if c == "\x7f" else f"\\u{ord(c):04x}"
