"""The scope of a report: which words a reporting verb says to be somebody's, and whether it has what it needs for that.

The ministry added that 14 people had died.
Parse: ministry <-nsubj- added -ccomp-> died. "Add" needs a clause or a quotation
and has one, so the words "that 14 people had died" are the ministry's. "The cook
added sugar" has no clause and reports nothing.
Nobody was hurt, the mayor of Oslo told reporters.
Parse: told -ccomp-> hurt. The speaker follows a comma, so all before is said.
"""

from collections.abc import Sequence

from articles_qa.index.grammar.appositions import is_parted
from articles_qa.index.grammar.dependency_tree import Parse
from articles_qa.index.grammar.noun_classes import COUNT_NOUNS, DOCUMENTS, TIME_WORDS, SpeakerKind, kind_of_noun
from articles_qa.index.grammar.noun_phrases import Phrase
from articles_qa.index.grammar.reporting_verbs import COUNTING, LEMMAS, NEEDS, SHOWING, Needs
from articles_qa.index.grammar.verb_subjects import is_passive
from articles_qa.index.speakers.attributed_figures import brings_figure, holds_figure

OPENING_MARKS = ("“", '"', "«", "‘", "'", "``", "''")
_CLOSING_MARKS = ("”", '"', "''", "»", "’")
# A body has these rather than counts them: "the club recorded two wins".
_OWN_DEEDS = frozenset("win victory victorie goal point profit loss losse sale revenue growth hit album song way".split())
NEAR_WORDS = 4  # Between a verb and a quotation that it brings.
_LIVES = ("li", "victim", "prize", "title", "responsib", "medal", "win")  # "The war claimed 300 lives."


def clause_of_verb(parse: Parse, verb: int) -> tuple[int, int] | None:
    """Return the words of the clause that a verb governs as what is said."""
    words = parse.words
    deps = ("ccomp",) if NEEDS.get(LEMMAS.get(words[verb].lower, "")) is Needs.CLAUSE else ("ccomp", "xcomp")
    clauses = [child for child in parse.children(verb, *deps) if words[child].is_verb or words[child].dep == "ccomp"]
    # A clause before a semicolon is another sentence that the parser took in.
    semicolon = max((i for i in range(verb) if words[i].text == ";"), default=-1)
    clauses = [child for child in clauses if child > verb or parse.edges(child)[0] > semicolon]
    if not clauses:
        return None
    low, high = parse.edges(clauses[0])
    if low <= verb < high:  # The verb stands inside what is said; the longer side of it counts.
        return (low, verb) if verb - low > high - verb else (verb + 1, high)
    return low, high


def with_rest_of_sentence(parse: Parse, verb: int, clause: tuple[int, int]) -> tuple[int, int]:
    """Return a clause with what follows and belongs to it, which the parser often joins to the verb itself."""
    words = parse.words
    if clause[0] < verb or words[verb].dep in ("relcl", "acl", "advcl", "parataxis"):
        return clause
    end = next((i for i in range(clause[1], len(words)) if words[i].text == ";"), len(words))
    for joined in parse.children(verb, "conj", "advcl", "prep"):
        low = parse.edges(joined)[0]
        is_apart = words[joined].dep != "conj" or parse.child(joined, "nsubj", "nsubjpass") is not None
        if low >= clause[1] and is_apart:
            end = min(end, low)
    while end > clause[1] and (words[end - 1].dep in ("punct", "cc") and words[end - 1].text not in _CLOSING_MARKS):
        end -= 1
    return clause[0], max(clause[1], end)


def clause_before(
    parse: Parse, speaker: Phrase, verb: int, *, lemma: str, clause: tuple[int, int] | None
) -> tuple[int, int] | None:
    """Return all before a report that follows what is said: "the dam held, Yonhap reported"."""
    words = parse.words
    is_apposed = words[speaker.head].dep == "appos" and not is_parted(parse, speaker.head)
    end = parse.edges(words[speaker.head].head)[0] if is_apposed else speaker.low  # "The mayor, Anna Lind,"
    while end and words[end - 1].lower in ("the", "a", "an", "both"):
        end -= 1
    follows = clause is not None and clause[1] > speaker.low
    has_object = lemma != "tell" and parse.child(verb, "dobj") is not None
    if not end or words[end - 1].text not in (",", *_CLOSING_MARKS) or speaker.high > verb or follows or has_object:
        return None
    if not any(word.is_verb for word in words[: end - 1]) or (words[end - 1].text in OPENING_MARKS and clause is None):
        return None
    low = max((i + 1 for i in range(end - 1) if words[i].text == ";"), default=0)
    return (low, end if words[end - 1].text in _CLOSING_MARKS else end - 1)


def clause_around(parse: Parse, i: int) -> tuple[int, int]:
    """Return the clause that a word stands in, or is inserted into."""
    words = parse.words
    start = words[i].head if _is_inserted(parse, i) else i
    clause = start
    for above in (start, *parse.ancestors(start)):
        clause = above
        if words[above].is_verb and parse.child(above, "nsubj", "nsubjpass", "expl") is not None:
            break
    low, high = parse.edges(clause)
    semicolons = [at for at in range(low, high) if words[at].text == ";"]
    low = max((at + 1 for at in semicolons if at < i), default=low)
    high = min((at for at in semicolons if at > i), default=high)
    while low < min(i, high - 1) and words[low].dep in ("mark", "cc", "punct") and words[low].text not in OPENING_MARKS:
        low += 1
    return low, high


def _is_inserted(parse: Parse, i: int) -> bool:
    """Return whether a verb stands beside what is said: "the bridge, he said, is safe", "as the ministry reported"."""
    word = parse.words[i]
    has_as = any(child < i and parse.words[child].lower == "as" for child in parse.children(i, "mark", "advmod", "prep"))
    return word.dep == "parataxis" or (has_as and word.dep == "advcl")


def has_what_it_needs(
    parse: Parse, i: int, lemma: str, *, clause: tuple[int, int] | None, quoted: Sequence[tuple[int, int]]
) -> bool:
    """Return whether a verb has with it what it needs to report something."""
    needs, object_ = NEEDS[lemma], parse.child(i, "dobj")
    if needs is Needs.TOPIC:
        return _has_topic(parse, i)
    if needs is Needs.FIGURE or lemma == "hold":
        holds_view = lemma == "hold" and clause is not None and parse.words[clause[0]].lower == "that"
        return brings_figure(parse, i, lemma) or holds_view  # "Hold that it is old", never "hold what they took".
    if lemma == "claim" and object_ is not None and parse.words[object_].lower.startswith(_LIVES):
        return False
    is_free = needs is Needs.NOTHING and (lemma != "tell" or object_ is not None)
    is_counted = lemma in COUNTING and _counts(parse, i, object_)
    is_asked = lemma == "call" and _calls_for(parse, i)
    if clause is not None or is_free or is_counted or is_asked or _is_inserted(parse, i):
        return True
    is_near = any(low <= i + NEAR_WORDS and i - NEAR_WORDS <= high and not low <= i < high for low, high in quoted)
    if is_near or needs is not Needs.CONTENT:
        return is_near
    return is_passive(parse, i) or object_ is not None or bool(parse.children(i, "prep", "oprd", "pcomp", "advcl"))


def _calls_for(parse: Parse, i: int) -> bool:
    """Return whether "call" asks or judges: "called for talks", "called the vote a farce"; not "called her Ann"."""
    asks = i + 1 < len(parse.words) and parse.words[i + 1].lower in ("for", "on")
    judged, object_ = parse.child(i, "oprd"), parse.child(i, "dobj")
    is_named = judged is not None and parse.words[judged].text[0].isupper()
    is_oneself = object_ is not None and parse.words[object_].lower.endswith(("self", "selves"))
    return not is_passive(parse, i) and (asks or (judged is not None and not is_named and not is_oneself))


def _counts(parse: Parse, i: int, object_: int | None) -> bool:
    """Return whether a verb reports its object's figure: somebody counts it, or a document shows it."""
    if object_ is None or not holds_figure(parse, object_):
        return False
    if LEMMAS[parse.words[i].lower] not in SHOWING:
        return True
    subjects = [parse.words[subject].lower for subject in parse.children(i, "nsubj")]
    counts = any(noun in DOCUMENTS | COUNT_NOUNS or kind_of_noun(noun) is SpeakerKind.BODY for noun in subjects)
    return counts and parse.words[object_].lower.removesuffix("s") not in _OWN_DEEDS


def _has_topic(parse: Parse, i: int) -> bool:
    """Return whether a topic is named, and not only a time: "spoke about the dam", not "spoke on Monday"."""
    prepositions = [child for child in parse.children(i, "prep") if parse.words[child].lower in ("about", "of", "on")]
    targets = [parse.child(child, "pobj") for child in prepositions]
    return any(target is None or parse.words[target].lower not in TIME_WORDS for target in targets)
