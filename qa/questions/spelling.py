"""Spelling: misspelt words of a question, corrected by the words of the articles.

"what did Zelinskiy say?" becomes "what did Zelensky say?". No article has the
stem of "Zelinskiy", and the model does not know it as one word. No word that
one slip makes is in the articles. Two light slips make "zelensky": i becomes e,
and the second i is dropped. The articles write that word "Zelensky".

A stem tells less than a word: "soliders" has the stem of "solid". So a word that the
model does not know is looked for in passages with its stem, too.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from articles_qa.index.opened.index import Index
from articles_qa.index.search.analyzer import terms
from articles_qa.qa.questions.question import MAX_QUESTION_CHARS, Question, read_question

MIN_LETTERS, MAX_LETTERS = 4, 30  # Length of a word that is corrected.
OTHER_LETTERS = 6  # In a shorter word a letter more, less or other makes another word too often: "bake", "fake".
TWO_SLIPS = range(8, 16)  # Length of a word in which two slips are tried, where one finds nothing. Longer words take 10 ms.
MAX_LOOKED_UP = 6  # Words of one question. In another language than the articles' every word is missing.
_PASSAGES = 8  # Passages read for the spelling of a word.
COMMON = 10
_STANDS_IN = 100  # Passages with its stem in which a word is looked for; most stand in the first.
_LETTERS, _VOWELS = "abcdefghijklmnopqrstuvwxyz", "aeiouy"
_BEGINNINGS, _ENDINGS = ("un", "re"), ("s", "es", "d", "ed", "ing")
_WORD = re.compile(r"[^\W\d_][\w\u0300-\u036f]*")


@dataclass(frozen=True, slots=True)
class _Near:
    """A word of the articles that may be meant. `is_name`: the passages that were read have it with a capital only."""

    word: str
    plain: str
    term: str
    is_name: bool


def respelt(index: Index, question: Question) -> Question:
    """Return the question in the articles' spelling; the same question where nothing is misspelt.

    A word is misspelt if no article has a form of it, the model does not know
    it as one word, and a word of the articles is near. The model knows most
    words that the articles merely lack: of 6,078 questions of squad2-dev some
    150 got the right word, and some 20 a wrong one.
    """
    right: dict[str, str] = {}
    for match in islice(_unknown(index, question), MAX_LOOKED_UP):
        inside = match.start() > 0 and match.group()[0].isupper()
        if meant := _meant(index, match.group(), is_name=inside):
            right[match.group()] = meant
    text = _WORD.sub(lambda match: right.get(match.group(), match.group()), question.text)
    return read_question(text) if right and len(text) <= MAX_QUESTION_CHARS else question


def _unknown(index: Index, question: Question) -> Iterator[re.Match[str]]:
    """Yield the words in Latin letters that the model does not know. In other scripts one letter may make another word."""
    for match in _WORD.finditer(question.text):
        found = terms(match.group())
        plain = _plain(match.group())
        sized = MIN_LETTERS <= len(plain) <= MAX_LETTERS
        counts = len(found) == 1 and found[0] in question.terms and sized and plain.isascii() and plain.isalpha()
        if counts and not _is_word(index, plain):
            yield match


def _meant(index: Index, word: str, *, is_name: bool) -> str:
    """Return the word of the articles that is most likely meant; "" where none is near."""
    plain = _plain(word)
    if passages := index.passages_with(*terms(plain)):
        near = _with_its_stem(index, plain, passages, is_name=is_name)
        return min(near, key=lambda other: _order(index, plain, other)).word if near else ""
    near = _standing(index, set(_slips(plain)))
    if len(plain) < OTHER_LETTERS:
        near = [one for one in near if _same_letters(plain, one.plain)]
    if not near and len(plain) in TWO_SLIPS:
        near = _standing(index, {second for first in _light_slips(plain) for second in _light_slips(first)})
    if is_name:  # "Guyard" is not "guard", though "Goverment" is "government".
        near = [one for one in near if one.is_name or (len(plain) >= OTHER_LETTERS and _same_letters(plain, one.plain))]
    return min(near, key=lambda other: _order(index, plain, other)).word if near else ""


def _with_its_stem(index: Index, plain: str, passages: int, *, is_name: bool) -> list[_Near]:
    """Return the words that may be meant by a word whose stem so many passages have, though it may be another word's.

    Two letters are swapped, or a name has the same stem: "soliders" for "soldiers", "Kirbi" for "Kirby"; but "purchaser"
    is no slip. Where an article has the word itself, that may be a slip, too, beside COMMON times as many of the right one.
    """
    (term,) = terms(plain)
    near = _standing(index, {slip for slip in _slips(plain) if sorted(slip) == sorted(plain) or terms(slip) == [term]})
    near = [one for one in near if one.plain != plain and (len(plain) >= OTHER_LETTERS or one.is_name)]
    near = [one for one in near if one.is_name or sorted(one.plain) == sorted(plain)]
    bases = _bases(plain)
    if any(bases & _bases(_plain(word)) for word in _written(index, term, passages=_STANDS_IN)):
        common = [one for one in near if index.passages_with(one.term) >= COMMON * passages]
        return [] if is_name else [one for one in common if index.model_knows(one.plain)]
    return [one for one in near if one.is_name or not is_name]


def _is_word(index: Index, plain: str) -> bool:
    """Return whether the model knows the word, or a word that it is derived from. True where the model cannot tell."""
    if index.model_knows(plain) is not False:
        return True
    bases = _bases(plain) | {plain.removeprefix(cut) for cut in _BEGINNINGS}
    return any(len(base) >= MIN_LETTERS and index.model_knows(base) for base in bases)


def _bases(plain: str) -> set[str]:
    """Return a word and what it may be a form of: "ferries" of "ferry"."""
    return {plain, *(plain.removesuffix(cut) for cut in _ENDINGS), re.sub(r"ie[sd]$", "y", plain)}


def _standing(index: Index, slips: set[str]) -> list[_Near]:
    """Return the words among these that the articles have, as the articles write them.

    The number of lookups does not depend on the size of the index.
    """
    words = [slip for slip in slips if len(slip) >= MIN_LETTERS]
    stems = dict(zip(words, terms(" ".join(words)), strict=True))
    found: list[_Near] = []
    for term in sorted({stem for stem in stems.values() if index.passages_with(stem)}):
        written = {*_written(index, term, passages=_PASSAGES)}
        forms = {plain for plain in map(_plain, written) if stems.get(plain) == term}
        is_name = all(word[0].isupper() for word in written)
        found += [_Near(word, plain, term, is_name) for word in written if (plain := _plain(word)) in forms]
    return found


def _written(index: Index, term: str, *, passages: int) -> Iterator[str]:
    """Yield the words of this stem in at most so many of the passages with it."""
    hits = index.passages_by_words([(term,)], top_k=passages)
    for passage in index.store.passages([hit.passage for hit in hits]):
        text = passage.span.cut(index.store.article(passage.article).text)
        yield from (word for word in _WORD.findall(text) if word[0].lower() == term[0] and terms(word) == [term])


def _order(index: Index, plain: str, near: _Near) -> tuple[object, ...]:
    """Return the sort key of a word: likelier words first; of one word's forms the one in small letters."""
    written = near.word != near.word.lower(), near.word.isupper(), near.word
    return not _same_letters(plain, near.plain), -index.passages_with(near.term), written


def _slips(plain: str) -> Iterator[str]:
    """Yield the words with one letter more, less or other, or two letters swapped. Only a swap changes the first letter.

    Source: Damerau 1964; candidates made and looked up, after Norvig 2007.
    """
    for i in range(1, len(plain)):
        before, after = plain[:i], plain[i:]
        yield before[:-1] + after[0] + before[-1] + after[1:]
        yield before + after[1:]
        for letter in _LETTERS:
            yield before + letter + after
            yield before + letter + after[1:]
    yield from (plain + letter for letter in _LETTERS)


def _light_slips(plain: str) -> Iterator[str]:
    """Yield the words with one vowel more, less or other, or one consonant doubled or single: "Zelinskiy" for "Zelensky"."""
    for i in range(1, len(plain) + 1):
        before, after = plain[:i], plain[i:]
        if before[-1] not in _VOWELS and after[:1] not in tuple(_VOWELS):
            yield from (before + vowel + after for vowel in _VOWELS)
        if after and after[0] in _VOWELS:
            yield before + after[1:]
            yield from (before + vowel + after[1:] for vowel in _VOWELS)
        if before[-1] not in _VOWELS:
            yield before + before[-1] + after
        if after[:1] == before[-1]:
            yield before + after[1:]


def _same_letters(a: str, b: str) -> bool:
    """Return whether two words have the same letters, in any order and number. Swapping and doubling are common slips."""
    return set(a) == set(b)


def _plain(word: str) -> str:
    """Return a word in small letters without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", word.lower()) if not unicodedata.combining(c))
