"""Labelled words: who speaks by a label in the text itself, in transcripts, posts and entries of live blogs.

MR. ZAHN: Three of eleven. I take responsibility for that.
Both sentences are Zahn's: the label stands before the first, and nobody else's before the second.
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise, takewhile

from articles_qa.index.articles.forms.live_entries import find_entries
from articles_qa.index.articles.forms.posts import find_posts
from articles_qa.index.articles.forms.turns import find_turns
from articles_qa.index.articles.mended import mended
from articles_qa.index.articles.sentences import Sentence
from articles_qa.index.articles.span import Span, line_spans
from articles_qa.index.english import CAPITALISED_IN_ANY_SCRIPT
from articles_qa.index.grammar.noun_classes import SpeakerKind, kind_of_noun
from articles_qa.index.grammar.reporting_verbs import LEMMAS
from articles_qa.index.speakers.attribution import Attribution

# "Coastguard: search called off until morning." Without a person or a body in the label it may be anything.
_BY_ROLE = re.compile(rf"(?P<name>{CAPITALISED_IN_ANY_SCRIPT}(?: [\w’'-]+){{0,3}}):\s+(?=\S)")
MIN_SAID_WORDS = 5
# A paragraph of its own before somebody's words without marks: "The governor added:"
_ANNOUNCES = re.compile(
    rf"(?:The\s)?(?P<name>[\w’'.-]+(?:\s[\w’'.-]+){{0,4}}?)\s(?:{'|'.join(sorted(LEMMAS))})(?:\s[^.:]{{0,60}})?:"
)
_QUOTES = "\"“„«‘'"
# "On Mon, 5 Jan 2024 at 10:12, Anna Lind <anna@a.org> wrote:", "Anna Lind wrote:"
_WROTE = re.compile(
    rf"(?:>\s*)*(?:On\b.{{4,80}}?[,:]\s+)?(?P<name>{CAPITALISED_IN_ANY_SCRIPT}(?: {CAPITALISED_IN_ANY_SCRIPT}){{0,3}})"
    r"(?:\s*[<(\[][^<>\n]{3,80}[>)\]])?\s+(?:wrote|writes)\s*:"
)


@dataclass(frozen=True, slots=True)
class Labelled:
    """An attribution by a label. `is_turn`: all words of the sentence are this speaker's, also those that report others."""

    attribution: Attribution
    is_turn: bool


def labelled_attributions(text: str, found: Sequence[Sentence], speaking: Collection[str]) -> dict[int, Labelled]:
    """Return the speakers of sentences that a label names, by the number of the sentence.

    `speaking` are the names, in small letters, of those who speak elsewhere in the article.
    """
    whole = mended(text)
    lines = line_spans(whole)
    starts = [sentence.span.start for sentence in found]
    named: dict[int, Labelled] = {}

    def say(name: Span, stretch: Span, *, is_turn: bool = False) -> None:
        for number in range(max(0, bisect_right(starts, stretch.start) - 1), len(found)):
            sentence = found[number].span
            if sentence.start >= stretch.end:
                break
            scope = Span(max(sentence.start, stretch.start), min(sentence.end, stretch.end))
            if scope.start < scope.end and whole[scope.start : scope.end].strip():
                named.setdefault(number, Labelled(Attribution(name, name, None, scope), is_turn))

    for post in find_posts(whole, lines):
        say(post.name, Span(post.words[0].start, post.words[-1].end))
    for name, quoted in _repeated(whole, lines):
        say(name, quoted)
    for turn in find_turns(whole, lines):
        if turn.name is not None:
            say(turn.name, Span(_after_blanks(whole, turn.label.end), turn.end), is_turn=True)
    for name, stretch in _announced(whole, found):
        say(name, stretch, is_turn=True)
    for name, stretch in _by_role(whole, found, [entry.line for entry in find_entries(whole, lines) if entry.line], speaking):
        say(name, stretch)
    return named


def _repeated(text: str, lines: Sequence[Span]) -> Iterator[tuple[Span, Span]]:
    """Yield the writers of mails that another mail repeats, each with the stretch of the marked lines."""
    for place, line in enumerate(lines):
        match = _WROTE.fullmatch(line.cut(text)) if len(line) < 200 else None
        if match is None:
            continue
        marked = [one for one in takewhile(lambda one: not len(one) or text[one.start] == ">", lines[place + 1 :]) if len(one)]
        if marked:
            yield Span(line.start + match.start("name"), line.start + match.end("name")), Span(marked[0].start, marked[-1].end)


def _after_blanks(text: str, at: int) -> int:
    return at + len(text[at:]) - len(text[at:].lstrip()) if text[at : at + 1].isspace() else at


def _announced(text: str, found: Sequence[Sentence]) -> Iterator[tuple[Span, Span]]:
    """Yield whom a paragraph announces, with the paragraph after it, which stands without quotation marks."""
    paragraphs = [list(group) for _, group in groupby(found, key=lambda sentence: sentence.paragraph)]
    for before, after in pairwise(paragraphs):
        match = _ANNOUNCES.fullmatch(text, before[0].span.start, before[0].span.end) if len(before) == 1 else None
        if match is None or text[after[0].span.start] in _QUOTES:
            continue
        names = match["name"].split()
        if names[-1][:1].isupper() or kind_of_noun(names[-1].lower()) in (SpeakerKind.PERSON, SpeakerKind.BODY):
            yield Span(*match.span("name")), Span(after[0].span.start, after[-1].span.end)


def _by_role(
    text: str, found: Sequence[Sentence], stamps: Sequence[Span], speaking: Collection[str]
) -> Iterator[tuple[Span, Span]]:
    """Yield the names at the start of paragraphs, of persons, bodies and those who speak, with the paragraphs' words."""
    ends = {stamp.start: stamp.end for stamp in stamps}
    for number, sentence in enumerate(found):
        if number and found[number - 1].paragraph == sentence.paragraph:
            continue
        start = sentence.span.start
        start = _after_blanks(text, ends[start]) if start in ends else start
        match = _BY_ROLE.match(text, start, min(sentence.span.end, start + 80))
        if match is None or len(text[match.end() : sentence.span.end].split()) < MIN_SAID_WORDS:
            continue
        name = match["name"].lower()
        kinds = {kind_of_noun(word) for word in name.split()}
        if name in speaking or kinds & {SpeakerKind.PERSON, SpeakerKind.BODY}:
            last = next((at for at in range(number, len(found)) if found[at].paragraph != sentence.paragraph), len(found)) - 1
            yield Span(*match.span("name")), Span(match.end(), found[last].span.end)
