"""Mended text: characters that a wrong decoding or a line end broke, put right without moving any offset.

"JosÃ© said the pumps were evac-\\nuated" was UTF-8 that somebody read as Windows-1252. Words and speakers are read from
"José said the pumps were evacuated". Each character that is too many becomes FILLER, so both texts are of one length.

Source: the idea of ftfy (Robyn Speer), here for one mistake only.
"""

import re
from functools import lru_cache

FILLER = "\u034f"  # The combining grapheme joiner: of no width, in no word of news.
# The first byte of a character in UTF-8, as Windows-1252 shows it: of accented letters, of marks, of Greek and Cyrillic.
_BROKEN = re.compile(
    r"[ÂÃÄÅÎÏÐÑâ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]{1,2}|â€(?=[\s.,;:!?)]|$)"  # The last byte of "”" is often lost.
)
_SURE = re.compile(r"[ÃÂ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€|â‚¬|Ð[\u0080-\u00bf][ÐÑ]")
_LATIN_1 = "\x81\x8d\x8f\x90\x9d"  # Bytes that Windows-1252 does not name.
# A word divided at a line end. The second half begins with a small letter.
_DIVIDED = re.compile(r"(?<=[^\W\d_])(?P<hyphen>[-‐\u00ad])(?P<end>[ \t\r]*\n\s*)(?=[a-zà-öø-ÿ])")
_COMPOUND = re.compile(r"[^\W\d_]+-[^\W\d_]+")
_LAST_WORD, _FIRST_WORD = re.compile(r"[^\W\d_]+$"), re.compile(r"[^\W\d_]+")


def broken_characters(text: str) -> int:
    """Count the characters of UTF-8 that were read as Windows-1252; 0 where none surely was."""
    if _SURE.search(text) is None:
        return 0
    return sum(_decoded(match.group()) is not None for match in _BROKEN.finditer(text))


def mended(text: str) -> str:
    """Return a text of the same length whose broken characters are whole, each followed by FILLER."""
    return _BROKEN.sub(_whole, text) if _SURE.search(text) else text


def with_whole_words(text: str, start: int, end: int) -> str:
    """Return a stretch of a text, mended, with FILLER for the hyphens and line ends that divide words.

    "well-\\nknown" keeps its hyphen where the text has "well-known" on one line, too.
    """
    cut = mended(text[start:end])
    if "\n" not in cut or not _DIVIDED.search(cut):
        return cut

    def joined(match: re.Match[str]) -> str:
        before = _LAST_WORD.search(cut, max(0, match.start() - 40), match.start())
        after = _FIRST_WORD.match(cut, match.end())
        compound = f"{before.group() if before else ''}-{after.group() if after else ''}"
        return (match["hyphen"] if compound in _compounds(text) else FILLER) + FILLER * len(match["end"])

    return _DIVIDED.sub(joined, cut)


@lru_cache(2)  # Of the text at hand; it is asked for at each divided word.
def _compounds(text: str) -> frozenset[str]:
    """Return the words with a hyphen that stand on one line."""
    return frozenset(_COMPOUND.findall(text))


def without_filler(text: str) -> str:
    """Return a mended text as it is read."""
    return text.replace(FILLER, "")


def legible(text: str) -> str:
    """Return a name or another short stretch of an article mended, as it is read."""
    return without_filler(mended(text))


def _whole(match: re.Match[str]) -> str:
    run = match.group()
    letter = _decoded(run)
    if letter is None:
        return run
    size = 2 if run == "â€" else _size(letter)
    return letter + FILLER * (size - 1) + run[size:]


def _decoded(run: str) -> str | None:
    """Return the letter or mark that a run begins with; None where it stands for none."""
    if run == "â€":
        return "”"
    data = b"".join(char.encode("latin-1" if char in _LATIN_1 or char <= "\xff" else "cp1252", "replace") for char in run)
    for size in (3, 2):
        try:
            letter = data[:size].decode()
        except UnicodeError:
            continue
        if len(letter) == 1 and (letter < "\u0530" or "\u2010" <= letter <= "\u2122"):
            return letter
    return None


def _size(letter: str) -> int:
    """Return the number of bytes of a letter in UTF-8, each of which became a character."""
    return len(letter.encode())
