"""A shown claim compared with the known claim that it should be, attribute by attribute.

Known: "more than 5,000" hectares, said by Judith Farrow. Shown: "5,000", no unit,
5,000 "hectares" counted, said by "the city auditor, Judith Farrow". Value, unit
and speaker are right; the sense "exact" is wrong, and so are the words.
"""

import re
from collections import Counter
from collections.abc import Sequence
from enum import Enum

from articles_qa.eval.corpora.read_corpora import AskedQuestion
from articles_qa.eval.corpora.write_corpus import NOBODY, KnownClaim
from articles_qa.eval.judging.name_match import NameMatch, match_name, plain_name
from articles_qa.eval.judging.shown_claims import ShownClaim

# The spellings of a unit. A unit of measure may also stand as the noun counted.
_UNITS = (
    ("%", "percent", "per cent"),
    ("$", "usd", "dollar", "dollars", "us$"),
    ("€", "eur", "euro", "euros"),
    ("km", "kilometers", "kilometres", "kilometer", "kilometre"),
    ("years", "year", "years old"),
    ("tonnes", "tonne", "tons", "ton", "t"),
    ("hectares", "hectare", "ha"),
)
# With these words around a name, somebody else is meant, or one person more.
_OTHERS = frozenset("of for to and or citing quoting with against by".split())
_LOOSE = {"exact", "about"}  # Claims of one value with either sense stand under one of the two.


class ClaimAttribute(Enum):
    """The parts of a claim that are judged. A claim is right where the first four are."""

    VALUE = "value"
    SENSE = "sense"
    UNIT = "unit"
    SPEAKER = "speaker"
    CITING = "citing"
    RESOLVED = "full name"
    WORDS = "words"
    TABLE = "table"
    ASKED = "asked"
    REPORTS = "reports"


JUDGED = (ClaimAttribute.VALUE, ClaimAttribute.SENSE, ClaimAttribute.UNIT, ClaimAttribute.SPEAKER)

Pair = tuple[ShownClaim, KnownClaim]


def verdicts(
    shown: ShownClaim, known: KnownClaim, pairs: Sequence[Pair], question: AskedQuestion
) -> dict[ClaimAttribute, bool]:
    """Return for each attribute that can be judged whether it is right."""
    found = {
        ClaimAttribute.VALUE: shown.kind == known.kind and _same_value(shown, known),
        ClaimAttribute.SENSE: _same_sense(shown, known, pairs),
        ClaimAttribute.UNIT: _same_unit(shown, known),
        ClaimAttribute.SPEAKER: match_speaker(shown, known) is NameMatch.SAME,
        ClaimAttribute.CITING: match_name(shown.citing, known.citing) is NameMatch.SAME,
        ClaimAttribute.WORDS: shown.words.strip() == known.words,
        ClaimAttribute.TABLE: _in_its_table(shown, known, pairs),
        ClaimAttribute.REPORTS: shown.reports == _reports([each for claim, each in pairs if claim.row == shown.row]),
    }
    if known.resolved and found[ClaimAttribute.SPEAKER]:
        found[ClaimAttribute.RESOLVED] = _match(shown.speaker or shown.said_by or "", known.resolved) is NameMatch.SAME
    if known.id in question.wanted and known.id not in question.unsure:
        found[ClaimAttribute.ASKED] = shown.asked == (known.id in question.asked)
    return found


def _same_value(shown: ShownClaim, known: KnownClaim) -> bool:
    """Tell whether the numbers or days are the same, or the name is one of the person's names."""
    if known.kind == "name":
        return match_name(str(shown.low), (*known.names, str(known.low))) is NameMatch.SAME
    if known.kind == "date":
        return (shown.low, shown.high) == (known.low, known.high)
    came = (shown.low, shown.high)
    wanted = (float(known.low), float(known.high))
    numbers = [float(each) for each in came if isinstance(each, int | float)]
    return len(numbers) == 2 and all(abs(a - b) <= 1e-6 * abs(b) for a, b in zip(numbers, wanted, strict=True))


def _same_sense(shown: ShownClaim, known: KnownClaim, pairs: Sequence[Pair]) -> bool:
    """Tell whether the qualifier is right. Exact and about are equal where one value has claims of both."""
    if shown.sense in known.senses or known.kind != "figure":
        return True
    beside = {sense for claim, each in pairs if claim.row == shown.row for sense in each.senses}
    return {shown.sense, *known.senses} <= _LOOSE and shown.sense in beside


def _same_unit(shown: ShownClaim, known: KnownClaim) -> bool:
    came, alike = shown.unit.casefold(), next((units for units in _UNITS if known.unit in units), (known.unit,))
    if came in alike or known.kind != "figure":
        return True
    # A magnitude has no noun. "5,000 hectares" may be read as a count of hectares.
    counted = set(shown.counted.casefold().split())
    return (not known.unit and came == "magnitude") or (not came and known.unit.isalpha() and bool(counted & set(alike)))


def match_speaker(shown: ShownClaim, known: KnownClaim) -> NameMatch:
    """Return the better match of the name as written and its full name. Where nobody speaks, only no name is right.

    A name with a description of its bearer is the same name:
    "the city auditor, Judith Farrow".
    """
    order = (NameMatch.SAME, NameMatch.NEARLY, NameMatch.OTHER)
    names = [name for name in (shown.said_by, shown.speaker) if name]
    return min((_match(name, known.speakers) for name in names or ("",)), key=order.index)


def _match(name: str, right: Sequence[str]) -> NameMatch:
    described = any(_described(plain_name(name), plain_name(each)) for each in right if " " in each)
    return NameMatch.SAME if described else match_name(name, right)


def _described(name: str, whole: str) -> bool:
    """Tell whether the name holds the whole other name, beside words that name nobody else."""
    before, held, after = name.partition(whole)
    around = set(re.findall(r"\w+", f"{before} {after}"))
    parted = not before[-1:].isalnum() and not after[:1].isalnum() and not after.startswith(("'", "’"))
    return bool(held) and parted and not around & _OTHERS


def _in_its_table(shown: ShownClaim, known: KnownClaim, pairs: Sequence[Pair]) -> bool:
    """Tell whether most of its table is of its group, and most of its group in its table. Of halves, the first is most."""
    groups = Counter(each.group for claim, each in pairs if claim.table == shown.table)
    tables = Counter(claim.table for claim, each in pairs if each.group == known.group)
    return groups.most_common(1)[0][0] == known.group and tables.most_common(1)[0][0] == shown.table


def _reports(claims: Sequence[KnownClaim]) -> int:
    """Return the number of independent reports of a value. Copies count once, and so do one article's claims by one speaker."""
    ids = {claim.id for claim in claims}
    own = [claim for claim in claims if claim.copy_of not in ids]
    return len({(claim.source, plain_name(claim.speakers[0] if claim.speakers else NOBODY)) for claim in own})
