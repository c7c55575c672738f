"""Reading RTF: the words between its control words and groups.

{\\rtf1\\ansi\\ansicpg1252 Two \\b died\\b0 in K\\'f6ln.\\par}
The text is "Two died in Köln."; "ö" stands for the four bytes of \\'f6.
"""

import re

from articles_qa.index.articles.places import Unit
from articles_qa.index.formats.extracted import Extracted, Unreadable

MAX_DEPTH = 1_000
_TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?|\\'(?P<code>[0-9a-fA-F]{2})|\\(?P<sign>[^a-zA-Z])|(?P<brace>[{}])|"
    rb"[\r\n]+|(?P<text>[^\\{}\r\n]+)",
    re.DOTALL,
)
# Groups that hold no words of the text.
_SILENT = frozenset(
    b"fonttbl colortbl stylesheet info pict object header footer headerl headerr footerl footerr footnote listtable "
    b"listoverridetable generator rsidtbl themedata colorschememapping datastore latentstyles xmlnstbl fldinst filetbl "
    b"revtbl bkmkstart bkmkend annotation".split()
)
_BREAKS = {b"par": "\n\n", b"sect": "\n\n", b"page": "\n\n", b"row": "\n\n", b"line": "\n", b"tab": " ", b"cell": " "}
_WORDS = {
    b"emdash": "—", b"endash": "–", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”", b"bullet": "•",
    b"emspace": " ", b"enspace": " ",
}  # fmt: skip
_SIGNS = {b"~": " ", b"_": "-", b"\\": "\\", b"{": "{", b"}": "}"}


def read_rtf(data: bytes) -> Extracted:
    """Return the text of an RTF file.

    Raises:
        Unreadable: it is no RTF, or has no text.
    """
    if not data.lstrip().startswith(b"{\\rtf"):
        raise Unreadable("no RTF; save it again")
    made = _Rtf(data, _codec_of(data)).read()
    if not made.text.strip():
        raise Unreadable("RTF without text; save the article as text")
    return made


def rtf_words(cut: bytes, whole: bytes | str) -> str:
    """Return the words of a stretch of a file."""
    return _Rtf(b"{" + cut + b"}", _codec_of(whole if isinstance(whole, bytes) else b"")).read().text


class _Rtf:
    """Reads tokens one after another; a group's settings end with the group."""

    def __init__(self, data: bytes, codec: str) -> None:
        self._data, self._codec = data, codec
        self._made = Extracted(encoding="cp1252", unit=Unit.PARAGRAPH)
        self._groups: list[tuple[bool, int]] = []
        self._silent = self._starred = False
        # After a character by its number come so many bytes for programs that do not know the number.
        self._fallback, self._to_skip = 1, 0
        self._paragraph = 1
        self._at = 0

    def read(self) -> Extracted:
        while self._at < len(self._data):
            token = _TOKEN.match(self._data, self._at)
            if token is None:
                self._at += 1
                continue
            self._at = token.end()
            if token["brace"]:
                if not self._group(token["brace"]):
                    break
            elif token["sign"] == b"*":
                self._starred = True
            elif token["word"]:
                self._word(token["word"], int(token["number"] or 0), token)
            elif not self._silent:
                self._text(token)
        return self._made

    def _group(self, brace: bytes) -> bool:
        """Begin or end a group; tell whether the text goes on."""
        self._starred = False
        if brace == b"{":
            if len(self._groups) >= MAX_DEPTH:
                raise Unreadable(f"RTF with over {MAX_DEPTH:,} groups inside each other; save it again")
            self._groups.append((self._silent, self._fallback))
        elif self._groups:
            self._silent, self._fallback = self._groups.pop()
        return bool(self._groups)

    def _word(self, word: bytes, number: int, token: re.Match[bytes]) -> None:
        self._silent = self._silent or word in _SILENT or self._starred
        self._starred = False
        if word == b"uc":
            self._fallback = number
        elif word == b"bin":
            self._at += max(0, number)
        elif self._silent:
            return
        elif word == b"u":
            self._add(chr(number % 0x10000), token)
            self._to_skip = self._fallback
        elif word in _BREAKS:
            self._made.gap(_BREAKS[word])
            self._paragraph += _BREAKS[word] == "\n\n"
        elif word in _WORDS:
            self._add(_WORDS[word], token)

    def _text(self, token: re.Match[bytes]) -> None:
        if token["code"]:
            if self._to_skip:
                self._to_skip -= 1
            else:
                self._add(self._decoded(bytes([int(token["code"], 16)])), token)
        elif token["sign"]:
            self._add(_SIGNS.get(token["sign"], ""), token)
        elif text := token["text"]:
            skipped = min(self._to_skip, len(text))
            self._to_skip -= skipped
            self._plain(text[skipped:], token.start() + skipped)

    def _plain(self, text: bytes, first: int) -> None:
        """Add plain text: in one run where it is ASCII, else byte by byte."""
        pieces = [text] if text.isascii() else [bytes([byte]) for byte in text]
        for piece in pieces:
            if piece:
                self._made.add(self._decoded(piece), first, first + len(piece), at=self._paragraph)
            first += len(piece)

    def _add(self, text: str, token: re.Match[bytes]) -> None:
        self._made.add(text, *token.span(), at=self._paragraph)

    def _decoded(self, data: bytes) -> str:
        return data.decode(self._codec, "replace")


def _codec_of(data: bytes) -> str:
    """Return the encoding that a file names for its bytes."""
    page = re.search(rb"\\ansicpg(\d{3,5})", data[:2000])
    name = f"cp{page[1].decode()}" if page else "cp1252"
    try:
        bytes(1).decode(name)
    except LookupError:
        return "cp1252"
    return name
