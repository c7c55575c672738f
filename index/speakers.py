"""Who a sentence says it from: the person or body that its claim is attributed to.

Read from the sentence's own words, by its reporting verb or "according to";
a sentence in the article's own voice has none.
"""

import re
from collections.abc import Sequence

from index.attribution import Attribution
from index.names import GENERIC_HEADS
from index.sentences import Sentence
from index.span import Span, without_gaps

_VERBS = (
    r"sa(?:ys?|id)|claim(?:s|ed)?|report(?:s|ed)?|stat(?:es?|ed)|announc(?:es?|ed)|not(?:es?|ed)|confirm(?:s|ed)?|estimat(?:es?|ed)|"
    r"suggest(?:s|ed)?|believ(?:es?|ed)|accus(?:es?|ed)|warn(?:s|ed)?|describ(?:es?|ed)|reveal(?:s|ed)?|indicat(?:es?|ed)|"
    r"assess(?:es|ed)?|condemn(?:s|ed)?|blam(?:es?|ed)|tells?|told|add(?:s|ed)|argu(?:es?|ed)|insist(?:s|ed)?|den(?:y|ies|ied)|"
    r"acknowledg(?:es?|ed)|admit(?:s|ted)?|explain(?:s|ed)?|spoke|speaks?|wr(?:ites?|ote)|declar(?:es?|ed)|alleg(?:es?|ed)|"
    r"predict(?:s|ed)?|testif(?:y|ies|ied)|conclud(?:es?|ed)|cautioned|pledg(?:es?|ed)|vow(?:s|ed)|repl(?:y|ies|ied)|"
    r"(?:puts?|had put) the (?:number|toll|figure|cost|total)|remarked|recalled|observed"
)
# Between subject and verb: auxiliaries, adverbs and days, never a noun. Each stretch can be read in one way only ("early"
# and "July" are adverbs too), or a sentence of thirty such words that no verb follows would take hours.
_BETWEEN = (
    r"(?:\s+(?:has|have|had|also|\w+ly|earlier|later|again|now|then|since|once|would|will|could not|further|"
    r"(?:on|last|this|in|late|(?:earlier|early)(?!\s+(?:(?:on|last|this)\s|July\b(?!\s+\d))))\s+"
    r"(?:(?:on|the|last|this|same)\s+)*"
    r"(?:\w+day|week|month|year|morning|evening|night|afternoon|January|February|March|April|May|June|July|August|September|October|November|December)(?:\s+\d{1,2})?))*"
)
_REPORTING = re.compile(rf"(?<!\s){_BETWEEN}\s+(?P<verb>{_VERBS})\b(?!\s+by\b)")
# Not verbs: "believed to be", and the plural nouns of "reports suggest" and "citing reports,".
_ADDING = frozenset("added adds".split())
_PARTICIPLES = frozenset("believed said reported estimated alleged".split())
_NOUNS = frozenset("reports states notes claims estimates".split())
_AFTER_NOUN = re.compile(
    r"\s*[,.]|\s+(?:ha[sd]|have|suggest|say|show|from|of|about|in|indicate|were|was|is|are|surrounding|estimating)\b"
)
_ACCORDING = re.compile(r"\b[Aa]ccording\s+to\s+")
_REPORTED_BY = re.compile(r"\b(?:reported|confirmed|announced|claimed|estimated|cited|stated|said)\s+by\s+")
# After a quotation, whose inside is masked by "·".
_SAID_SPEAKER = re.compile(rf"[,.!?·]['\"”’]\s+(?:{_VERBS})\s+(?=(?:the|an?)\s+\w|[A-Z])")
_WORD = re.compile(r"\s*(?P<word>(?:[A-Z]\.)+|\w[\w’'&-]*)")
_STOPS_NAME = frozenset(
    "on in last this earlier later who which that as after before when said says while but where speaking told by at with "
    "since during over citing quoting adding has have had was were is are to from".split()
)
_CLAUSE_START = re.compile(
    r"(?:[.,;:!?]?[”\"]|[;:—–]|,\s+(?:citing|quoting|including)\b[^,]*,|,|\b(?:that|while|but|although|though|because|when|after|as|if|where|and))\s+"
)
# Capitalised words up to an "and": each begins at a capital, so that a list of names is read in one way only.
_COORDINATED = re.compile(r"(?:[A-Z][\w.’'-]*+(?:\s*,)?\s+)+and\s+$")
_PARENTHESIS = re.compile(r",\s+(?:citing|quoting|who|which|a|an|the|in|from|speaking|during|at|as|of|from)\b[^,]{2,120},$")
_QUOTED = re.compile(r"“[^”]*(?:”|$)|\"[^\"]*(?:\"|$)")
_PRONOUN = re.compile(r"(?:he|she|they|it|who|we|i)$", re.IGNORECASE)
_THE_BODY = re.compile(
    rf"(?:the|this|that)\s+(?:{'|'.join(sorted(GENERIC_HEADS))}|official|spokesman|spokesperson|spokeswoman|president|minister|lawmaker|general|report)$",
    re.IGNORECASE,
)
_NO_SPEAKER = re.compile(
    r"(?:there|this|these|those|that|what|which|it|i|we|you|one|some|many|most|images?(?:\s+and\s+reports?)?|news|.*\bneither\b.*|citing\b.*|with\b.*)$",
    re.IGNORECASE,
)
MAX_NAME_WORDS = 12


def speakers(text: str, found: Sequence[Sentence]) -> tuple[tuple[Attribution, ...], ...]:
    """For each sentence, whom it quotes or reports.

    A pronoun or "the agency" stands for the speaker before it, and the parts
    of one direct quotation share the speaker that is named at its end.
    """
    named: list[Span | None] = []
    for sentence in found:
        span = _read(sentence, text)
        if span is not None and _refers_back(span.cut(text), text, span):
            span = next((earlier for earlier in reversed(named[-3:]) if earlier), None)
        named.append(span)
    _share_quotations(text, found, named)
    return tuple((Attribution(s, s, None, sentence.span),) if s else () for sentence, s in zip(found, named, strict=True))


def _read(sentence: Sentence, text: str) -> Span | None:
    """The speaker that the sentence names."""
    flow = without_gaps(text, sentence.span, sentence.gaps)
    outside = _QUOTED.sub(
        lambda match: match.group()[0] + "·" * (len(match.group()) - 2) + match.group()[-1] if len(match.group()) > 1 else "·",
        flow,
    )
    for pattern in (_ACCORDING, _SAID_SPEAKER, _REPORTED_BY):
        if (match := pattern.search(outside)) and (span := _name_after(outside, match.end())):
            return _placed(span, sentence)
    for match in _REPORTING.finditer(outside):
        if _is_verb(match["verb"], outside[match.end() :]) and (span := _subject(outside, match.start())):
            return _placed(span, sentence)
    return None


def _is_verb(word: str, after: str) -> bool:
    """Whether the word reports something, rather than being a noun or a participle of the same letters."""
    if word in _ADDING and not re.match(r"\s*(?:[,.:;]|that\b|$)", after):
        return False  # "Has added a new layer" reports nothing.
    if word in _PARTICIPLES and re.match(r"\s+to\b", after):
        return False
    return not (word in _NOUNS and _AFTER_NOUN.match(after))


def _placed(span: Span, sentence: Sentence) -> Span:
    """The span in the article; what an interruption parts is named by what follows it."""
    placed = Span(span.start + sentence.span.start, span.end + sentence.span.start)
    for gap in sentence.gaps:
        if placed.start < gap.end < placed.end:
            placed = Span(gap.end, placed.end)
    return placed


def _name_after(flow: str, start: int) -> Span | None:
    """The name that begins at `start`."""
    end = start
    for _ in range(MAX_NAME_WORDS):
        match = _WORD.match(flow, end)
        if match is None or match["word"].lower() in _STOPS_NAME:
            break
        end = match.end()
    return _trimmed(flow, start, end)


def _subject(flow: str, end: int) -> Span | None:
    """The subject that stands before the verb phrase at `end`."""
    before = flow[:end].rstrip()
    while match := _PARENTHESIS.search(before):
        before = before[: match.start()]
    before = before.rstrip(" ,")
    starts = [match.end() for match in _CLAUSE_START.finditer(before)] or [0]
    start = starts[-1]
    # "U.S., Ukrainian, and South Korean intelligence", "South Korean and Ukrainian agencies": one subject.
    if coordinated := _COORDINATED.search(before, 0, start):
        start = coordinated.start()
        if clause := re.match(r"(?:However|Meanwhile|Still|Also),\s+", before[start:]):
            start += clause.end()
    if start and _CLAUSE_START.fullmatch(before[start:] + " "):
        return None
    return _trimmed(flow, start, len(before))


def _trimmed(flow: str, start: int, end: int) -> Span | None:
    """The name without article, blanks and quotation marks; nothing where it cannot name a speaker."""
    cut = flow[start:end]
    lead = re.match(r"[\s\"“”·'’,]*(?:(?:[Tt]he|[Aa]n?)\s+)?", cut)
    start += lead.end() if lead else 0
    name = flow[start:end].rstrip(' ,·"“”')
    words = name.split()
    keep = 1 <= len(words) <= MAX_NAME_WORDS and "·" not in name and not _NO_SPEAKER.match(name) and name[:1].isalnum()
    return Span(start, start + len(name)) if keep else None


def _refers_back(name: str, text: str, span: Span) -> bool:
    """Whether the words stand for a speaker named before."""
    return bool(
        _PRONOUN.match(name)
        or _THE_BODY.match(f"{text[max(0, span.start - 5) : span.start].split(' ')[-2:][0]} {name}".strip())
    )


def _share_quotations(text: str, found: Sequence[Sentence], named: list[Span | None]) -> None:
    """Give the sentences inside one quotation the speaker that the closing sentence names."""
    opened: list[int] = []
    for i, sentence in enumerate(found):
        cut = sentence.span.cut(text)
        if opened and sentence.paragraph != found[opened[0]].paragraph:
            opened = []
        if cut.count("“") > cut.count("”"):
            opened = [i]
        elif opened and "”" in cut:
            for inside in opened:
                named[inside] = named[inside] or named[i]
            opened = []
        elif opened:
            opened.append(i)
