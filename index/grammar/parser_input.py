"""The parser's input: which sentences are parsed, and on which plain line.

KYIV, Ukraine (AP) — The army (GUR)  said so.
The line is "The army said so.", and each of its characters has its offset in
the article. "said" is a cue, so the line is parsed. "The river rose by 3
metres." has no cue and is not.
"""

import re
from dataclasses import dataclass

from articles_qa.index.articles.forms.live_entries import stamp_at
from articles_qa.index.articles.mended import FILLER, without_filler
from articles_qa.index.articles.sentences import Sentence
from articles_qa.index.articles.span import Span, without_gaps
from articles_qa.index.english import MONTH, NUMBER_FROM_TWO
from articles_qa.index.grammar.noun_classes import COUNT_NOUNS
from articles_qa.index.grammar.reporting_verbs import CITING, FIGURE_PREPOSITIONS, LEMMAS

# Words that mostly mean something else. They count only before "that" or a figure's clause.
_WEAK = frozenset(
    "set sets setting place places placed placing put puts putting show shows showed shown showing find finds found finding "
    "think thinks thought thinking point points figure figures figured figuring expect expects expected expecting hope "
    "hopes hoped hoping agree agrees agreed agreeing tell state states comment comments post posts posted project projects "
    "fear fears feared quote quotes highlight highlights counter counters write writes written writing count counts counted "
    "counting tally tallies tallied list lists listed listing call calls called calling underline underlines underscore "
    "underscores maintain maintains maintained maintaining record records recorded recording log logs logged logging "
    "register registers registered registering document documents documented documenting".split()
)
_FIGURE_VERBS = frozenset(form for form, lemma in LEMMAS.items() if lemma in FIGURE_PREPOSITIONS)
_STRONG = (frozenset(LEMMAS) | CITING) - _WEAK - _FIGURE_VERBS
_PHRASES = re.compile(
    r"\baccording to\b|\bin an? (?:\w+ )?(?:statement|interview|briefing)\b|\b(?:hold|holds|held|holding) that\b|"
    rf"\b(?:{'|'.join(sorted(_FIGURE_VERBS))})\b[^.]{{0,80}}\b(?:at|as|to)\b|\b(?:expect|count|tally|list|show|find|found|talli|record|log|logged|register|document)(?:s|ed|es)?\b[^.]{{0,40}}(?:\d|\b(?:{NUMBER_FROM_TWO})\b)|"
    r",[^,.]{3,60}\b(?:finds|found|shows?|showed)[.”\"]*$|"
    r"\bpost(?:s|ed)? on\b|\bcall(?:s|ed|ing)? (?:for|on)\b|\b(?:quoted|calls?|called)\b|"
    rf"\b(?:{'|'.join(sorted(_WEAK))}) (?:out )?(?:that\b|(?:the|its?|s?he|they|we|some|around|about|more|at|up|nearly)\b|\d)",
    re.IGNORECASE,
)
_QUOTES = re.compile(r"[\"“”«»„]|''|(?:^|\s)‘")
_COUNT_OF = re.compile(rf"(?:['’]s?|\b(?:its|their|his|her)) (?:\w+ )?(?:{'|'.join(sorted(COUNT_NOUNS))})\b")
_LETTERS = re.compile(r"[a-z]+")
# A pronoun near a reporting verb, on either side, with three words between them at most.
_PRONOUN = re.compile(
    rf"\b(?:he|she|it|they)\b(?:\W{{1,3}}\w+){{0,3}}\W{{1,3}}(?:{'|'.join(sorted(LEMMAS))})\b"
    rf"|\b(?:{'|'.join(sorted(LEMMAS))})\W{{1,3}}(?:he|she|it|they)\b|\baccording to (?:him|her|it|them)\b",
    re.IGNORECASE,
)
_PRONOUN_BACK = 3  # Of 1,194 reported sentences 1,073 have the right speaker; with 2 1,071, with 1 1,061.
_OPENS_WITH_MARK = re.compile(r"\W{0,2}[\"“«„‘]")
# Brackets with an abbreviation or an aside; place, day and agency before a report: "KYIV, Ukraine (AP) — ", "KYIV, 4 May – ".
_BRACKETS = re.compile(r"\([^()]{1,60}\)|\[[^\[\]]{1,60}\]")
# The mark at the end of a name, where the sentence goes on: "the magazine Wow! reported". The parser reads a letter.
_NAME_MARK = re.compile(r"\b([A-Z]\w*)[!?](?=\s+[a-z])")
_DATELINE = re.compile(
    r"[A-Z][\w.’'-]{1,30}(?:,? [A-Z][\w.’'-]{1,30}){0,3}"
    rf"(?:,? (?:{MONTH} \d{{1,2}}|\d{{1,2}} {MONTH})(?:,? \d{{4}})?)? ?(?:\([^()]{{1,30}}\) ?|/[\w ]{{2,30}}/ ?)?"
    r"[—–-]{1,2} (?=[A-Z“\"])"
)


def has_cue(line: str) -> bool:
    """Return whether a sentence may report or quote somebody."""
    if _QUOTES.search(line) or not _STRONG.isdisjoint(_LETTERS.findall(line.lower())):
        return True
    return bool(_PHRASES.search(line) or _COUNT_OF.search(line))


def asks_back(line: str) -> int:
    """Return how many sentences before may name its speaker: several at "he said", one at a quotation that opens it."""
    return _PRONOUN_BACK if _PRONOUN.search(line) else int(bool(_OPENS_WITH_MARK.match(line)))


@dataclass(frozen=True, slots=True)
class PlainLine:
    """A sentence as the parser reads it. `gaps` are the furniture inside.

    `offsets` are its characters' in the article, `ends` those at which they end: a mended character stands for several.
    """

    text: str
    offsets: tuple[int, ...]
    ends: tuple[int, ...]
    gaps: tuple[Span, ...]

    def stretch(self, start: int, end: int) -> Span:
        """Return the article's stretch of `[start, end)` of the line, gaps included."""
        return Span(self.offsets[start], self.ends[end - 1])

    def span(self, start: int, end: int) -> Span:
        """Return the article's stretch of `[start, end)` of the line; where a gap parts the stretch, what follows the gap."""
        found = self.stretch(start, end)
        for gap in self.gaps:
            if found.start < gap.end < found.end:
                found = Span(next(self.offsets[i] for i in range(start, end) if self.offsets[i] >= gap.end), found.end)
        return found


def plain_line(text: str, sentence: Sentence) -> PlainLine:
    """Return a sentence on one line, without gaps, brackets and dateline."""
    flow = without_gaps(text, sentence.span, sentence.gaps)
    if stamp := stamp_at(text, sentence.span):
        flow = " " * len(stamp) + flow[len(stamp) :]
    if dateline := _DATELINE.match(flow):
        flow = " " * dateline.end() + flow[dateline.end() :]
    flow = _BRACKETS.sub(lambda match: " " * len(match.group()), flow)
    flow = _NAME_MARK.sub(r"\1x", flow)
    words: list[str] = []
    offsets: list[int] = []
    ends: list[int] = []
    for match in re.finditer(r"\S+", flow):
        start, written = sentence.span.start + match.start(), match.group()
        if word := without_filler(written):
            kept = [place for place, char in enumerate(written) if char != FILLER]
            offsets += [start - 1] if words else []  # The blank before it.
            ends += [start] if words else []
            offsets += [start + place for place in kept]
            ends += [start + place + 1 + (0 if written[place].isascii() else _fillers(written, place + 1)) for place in kept]
            words.append(word)
    return PlainLine(" ".join(words), tuple(offsets), tuple(ends), sentence.gaps)


def _fillers(word: str, at: int) -> int:
    """Count the characters from a place on that belong to the mended one before it."""
    return len(word) - at - len(word[at:].lstrip(FILLER)) if FILLER in word else 0
