"""Reporting verbs: verbs that say whose word something is, in all their forms, and what each needs for that.

"The ministry added that" reports, "the cook added sugar" does not: "add" needs
a clause. "Seoul put the number at 1,100" reports, "she put the cup down" does
not: "put" needs a figure after "at".
"""

from enum import Enum


class Needs(Enum):
    """The words that a verb must have with it to report something."""

    NOTHING = "nothing"
    CONTENT = "content"  # A clause, an infinitive, an object or a quotation: "reported 1,100 casualties".
    CLAUSE = "clause"  # A clause or a quotation: "added that", never "added a layer".
    TOPIC = "topic"  # "Spoke about".
    FIGURE = "figure"  # "Put the number at".


# The preposition before the figure, by verb.
FIGURE_PREPOSITIONS = {
    **dict.fromkeys("put place set measure clock value peg".split(), "at"),
    "give": "as",
    **dict.fromkeys(("hold", "stick"), "to"),
}
_VERBS = {
    Needs.NOTHING: "say claim tell state",
    Needs.CONTENT: "report announce note confirm estimate believe accuse warn describe reveal indicate assess condemn blame "
    "allege argue insist deny acknowledge admit explain declare predict testify conclude caution pledge vow "
    "remark observe stress emphasise emphasize assert contend concede disclose complain boast reiterate repeat "
    "hint suggest forecast project fear denounce criticise criticize praise hail dismiss reject verify urge",
    Needs.CLAUSE: "add reply write recall respond answer comment joke quip tweet post calculate find show think expect "
    "hope mention maintain underline underscore highlight promise threaten recount agree call point quote counter "
    "lament figure reckon hold count tally list record log register document",
    Needs.TOPIC: "speak talk",
    Needs.FIGURE: " ".join(lemma for lemma in FIGURE_PREPOSITIONS if lemma != "hold"),
}
# Forms that are not made by adding s, ed and ing.
_FORMS = {
    "say": "says said saying",
    "tell": "tells told telling",
    "write": "writes wrote written writing",
    "find": "finds found finding",
    "show": "shows showed shown showing",
    "think": "thinks thought thinking",
    "speak": "speaks spoke spoken speaking",
    "put": "puts put putting",
    "set": "sets set setting",
    "hold": "holds held holding",
    "stick": "sticks stuck sticking",
    "give": "gives gave given giving",
    "peg": "pegs pegged pegging",
    "quip": "quips quipped quipping",
    "tally": "tallies tallied tallying",
    "log": "logs logged logging",
    "admit": "admits admitted admitting",
    "forecast": "forecasts forecast forecasted forecasting",
}
# A document or the world can show these without a speaker: the subject must be somebody, or somebody's figures.
EVIDENCE = frozenset(
    "suggest indicate show reveal find confirm estimate verify highlight underline underscore hint put "
    "give hold measure clock value peg stick call urge".split()
)
# "Is believed", cut short: "the soldier, believed to be the first". Not so "the army claimed to have".
HEARSAY = frozenset("believed said reported estimated alleged thought feared".split())
# These report an object that holds a figure: "expects a loss of $5 billion", never "expects a child".
# Of a body or a document: "records show 28 injured", "the trust logged 28 injured"; never "they found two boys".
SHOWING = frozenset("list show find record log register document".split())
COUNTING = SHOWING | frozenset("expect calculate count tally".split())
# These share their subject with the verb after "to": "went on to say", "continued to insist".
AUXILIARIES = frozenset(
    "go goes went going gone continue continues continued continuing seem seems seemed appear appears".split()
)
CITING = frozenset(("citing", "quoting"))


def _forms(lemma: str) -> list[str]:
    if lemma in _FORMS:
        return [lemma, *_FORMS[lemma].split()]
    if lemma.endswith("y"):  # "Deny"; none of these verbs has a vowel before the y.
        return [lemma, f"{lemma[:-1]}ies", f"{lemma[:-1]}ied", f"{lemma}ing"]
    stem = lemma.removesuffix("e")
    third = f"{lemma}es" if lemma.endswith(("ss", "sh")) else f"{lemma}s"
    return [lemma, third, f"{stem}ed", f"{stem}ing"]


LEMMAS = {form: lemma for lemmas in _VERBS.values() for lemma in lemmas.split() for form in _forms(lemma)}
NEEDS = {lemma: needs for needs, lemmas in _VERBS.items() for lemma in lemmas.split()}
