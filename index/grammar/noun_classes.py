"""Nouns by what they say of a speaker: a person, a body, nobody in particular, a document of somebody's words."""

import re
from enum import Enum

from articles_qa.index.english import COURTESY_TITLES, MONTHS_AND_WEEKDAYS

# Heads of a body's name that news writers use for one another: "intelligence agency" for "Intelligence Service".
GENERIC_HEADS = frozenset(
    "agency service organization organisation office bureau ministry department authority body institute council "
    "committee commission association company group union force forces fund bank court".split()
)
PERSONS = COURTESY_TITLES | frozenset(
    "president minister secretary chief general admiral colonel captain major lieutenant sergeant governor mayor senator "
    "lawmaker chancellor king queen prince princess pope bishop imam priest pastor judge attorney lawyer prosecutor analyst "
    "expert scientist doctor professor fellow official student resident farmer witness victim activist author coach player "
    "athlete boss executive ceo chairman chairwoman chair director head leader deputy envoy ambassador diplomat adviser "
    "advisor aide correspondent journalist reporter man woman boy girl mother father brother sister wife husband son daughter "
    "teacher nurse soldier officer commander veteran refugee candidate host critic economist historian owner founder "
    "representative premier councillor detective sheriff inspector source neighbour neighbor friend colleague mp congressman "
    "auditor commissioner engineer manager organiser organizer surgeon treasurer clerk coroner investigator researcher "
    "negotiator rapporteur magistrate curator conductor firefighter paramedic surveyor master".split()
)
BODIES = GENERIC_HEADS | frozenset(
    "army military navy police government parliament congress senate house cabinet administration hospital university school "
    "college network channel newspaper paper magazine website outlet broadcaster daily regulator watchdog charity party team "
    "club firm manufacturer maker carmaker airline church kremlin pentagon treasury embassy consulate mission delegation "
    "coalition alliance militia regime state country city council command staff unit corps brigade intelligence media "
    "airport museum gallery library zoo theatre theater opera orchestra laboratory lab observatory chamber guild league "
    "trust campaign federation railway operator insurer retailer supplier developer brewery clinic academy faculty foundation "
    "centre center port parish diocese opposition ombudsman exchange board".split()
)
_PERSON_END = re.compile(r"(?:man|woman|person|ist|ologist|ian)$")
# No speakers, unless their owner is named: "reports suggest" names nobody, "Ukrainian estimates suggest" does.
DOCUMENTS = frozenset(
    "report reports audit audits census inquiry inquiries estimate estimates figure figures data statistics survey surveys "
    "poll polls study studies analysis "
    "assessment assessments record records document documents image images photo photos photograph photographs picture "
    "pictures video videos footage evidence account accounts rumour rumours rumor rumors news story stories result results "
    "finding findings research intelligence paper papers article articles post posts map maps file files test tests "
    "version versions headline headlines caption captions".split()
)
NOBODY = frozenset(
    "there this these those that what which who whom one some many most few several others all both much none nothing "
    "nobody someone somebody anyone everyone everybody everything something i we you me us".split()
)
# These are speakers though their owner is not named: "the study suggests", "records show".
FINDINGS = frozenset(
    "report audit audits census inquiry study studies survey surveys poll polls analysis assessment paper research records "
    "statistics data documents".split()
)
# Documents that say what their author says: "a statement from the ministry" names the ministry.
STATEMENTS = frozenset(
    "statement statements announcement comment comments remark remarks letter address speech briefing release post tweet "
    "message email memo interview".split()
)
# The same, and documents that are only passed on: "according to data from the ministry".
PASSED_ON = STATEMENTS | frozenset(
    "announcements letters messages filing filings testimony report reports data document documents officials".split()
)
COUNT_NOUNS = frozenset(
    "count counts estimate estimates account accounts tally reckoning calculation calculations assessment view opinion words "
    "telling figure figures projection projections forecast forecasts".split()
)
# Objects of "put" and "place" before a figure: "put the toll at 40".
AMOUNT_NOUNS = frozenset(
    "number numbers toll figure figures total count cost costs price damage losses chance chances odds value tally".split()
)
TIME_WORDS = MONTHS_AND_WEEKDAYS | frozenset("today yesterday tomorrow week month year morning evening night afternoon".split())


class SpeakerKind(Enum):
    """The kind of speaker that a name stands for, as far as its words show."""

    PERSON = "person"
    BODY = "body"
    PLURAL = "plural"
    UNKNOWN = "unknown"


def kind_of_noun(noun: str) -> SpeakerKind:
    """Return what a common noun, in small letters, stands for."""
    if noun in PERSONS or (len(noun) > 3 and _PERSON_END.search(noun)):
        return SpeakerKind.PERSON
    if noun in BODIES:
        return SpeakerKind.BODY
    return SpeakerKind.PLURAL if noun.endswith(("s", "people")) else SpeakerKind.UNKNOWN
