"""Reporters: which phrases of a parsed sentence can name who says something, and whom they cite in turn."""

from index.grammar.dependency_tree import Parse
from index.grammar.noun_classes import FIGURES, NOBODY, PAPERS, TIMES, Sort, sort_of_noun
from index.grammar.noun_phrases import Phrase, author_of, phrase_of, sort_of
from index.grammar.reporting_verbs import CITING, LEMMAS
from index.grammar.verb_subjects import subject_of

MAX_JOINED_WORDS = 8


def names_somebody(parse: Parse, who: Phrase) -> bool:
    """Whether a phrase names a speaker, and not nobody in particular."""
    head = parse.words[who.head]
    named = who.low < who.head and all(word.text[0].isupper() for word in parse.words[who.low : who.head + 1])  # "USA Today".
    if head.lower in NOBODY or (head.lower in TIMES and not named) or not head.text[0].isalnum():
        return False
    if head.lower in FIGURES and head.tag in ("NN", "NNS") and head.lower not in PAPERS:
        owners = [parse.words[i] for i in range(who.low, who.high) if i != who.head]
        return any((word.text[0].isupper() and word.lower not in NOBODY) or word.dep in ("compound", "poss") for word in owners)
    return head.is_noun or head.tag == "PRP" or head.text[0].isupper()


def is_evidence(parse: Parse, who: Phrase) -> bool:
    """Whether a subject is a thing that shows something, and nobody who says it."""
    head = parse.words[who.head]
    if head.lower in FIGURES or head.tag in ("NNP", "NNPS", "PRP"):
        return False
    return sort_of(parse, who) is Sort.UNKNOWN or (head.tag == "NNS" and head.text.islower() and not _is_people(head.lower))


def joined(parse: Parse, who: Phrase, verb: int) -> Phrase:
    """The phrase with the nouns that stand between it and its verb, which the parser took for something else."""
    words = parse.words
    if who.head > verb or not words[who.head].is_noun:
        return who
    end = verb
    while end > who.high and (
        words[end - 1].tag in ("MD", "RB", "RBR") or words[end - 1].dep in ("aux", "auxpass", "neg", "advmod")
    ):
        end -= 1
    between = words[who.high : end]
    nominal = all(word.tag[:2] in ("NN", "JJ", "CC", "HY", "PO", ",") and word.lower not in TIMES for word in between)
    if between and nominal and between[-1].is_noun and len(between) <= MAX_JOINED_WORDS:
        return Phrase(who.low, end, end - 1, who.definite)
    return who


def cited_by(parse: Parse, verb: int, *, after: int | None = None) -> Phrase | None:
    """Whom the speaker cites: the object of a "citing" that the verb, or its subject, governs."""
    words = parse.words
    for i, word in enumerate(words):
        if word.lower not in CITING or (after is not None and i < after) or word.tag != "VBG":
            continue
        above = next(parse.ancestors(i), None)
        if above is not None and (parse.governs(verb, i) and not _other_report(parse, verb, i)):
            target = parse.child(i, "dobj")
            phrase = phrase_of(parse, target) if target is not None else None
            if phrase is not None and words[phrase.low].tag != "PRP$":
                return author_of(parse, phrase, always=True)
    return None


def _other_report(parse: Parse, verb: int, citing: int) -> bool:
    """Whether a reporting verb nearer to "citing" than this one governs it."""
    for above in parse.ancestors(citing):
        if above == verb:
            return False
        if parse.words[above].is_verb and parse.words[above].lower in LEMMAS and subject_of(parse, above) is not None:
            return True
    return False


def _is_people(noun: str) -> bool:
    singular = noun[:-3] + "y" if noun.endswith("ies") else noun.removesuffix("s")
    return sort_of_noun(singular) in (Sort.PERSON, Sort.BODY) or noun.endswith(("ers", "ors", "people", "men", "women"))
