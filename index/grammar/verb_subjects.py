"""Subjects: whose act a verb is, in a parsed sentence.

The company, which makes batteries, said it would close two plants.
Parse: which <-nsubj- makes -relcl-> company. The subject of "makes" is a
relative pronoun and stands for "company".
He left with reports estimating that 300 had died.
Parse: estimating -acl-> reports. The verb has no subject of its own and takes
the noun before it, "reports".
"""

from collections.abc import Sequence

from articles_qa.index.grammar.dependency_tree import Parse
from articles_qa.index.grammar.reporting_verbs import AUXILIARIES

_NEGATIONS = frozenset("no neither nobody none nor not n't n’t never hardly".split())
_NEGATED_SUBJECTS = frozenset("no neither nobody none nor".split())
_SUBJECTS = ("nsubj", "nsubjpass", "csubj")
MAX_STEPS = 8


def subject_of(parse: Parse, verb: int) -> int | None:
    """Return the head of a verb's subject, through whatever joins the verb to another verb or to a noun before it."""
    for _ in range(MAX_STEPS):
        if (own := parse.child(verb, *_SUBJECTS)) is not None:
            return _antecedent(parse, verb, own)
        if (above := _above(parse, verb)) is None:
            return None
        if parse.words[above].is_noun:
            return above
        if (agent := agent_of(parse, above)) is not None and is_passive(parse, above):
            return agent
        verb = above
    return None


def agent_of(parse: Parse, verb: int) -> int | None:
    """Return by whom something is done: "ministry" in "was confirmed by the ministry"."""
    by = parse.child(verb, "agent")
    return parse.child(by, "pobj") if by is not None else None


def is_passive(parse: Parse, verb: int) -> bool:
    """Return whether a verb is passive; a participle without subject and auxiliary is: "the plan reported by X"."""
    word = parse.words[verb]
    if parse.child(verb, "auxpass", "nsubjpass") is not None:
        return True
    stands_alone = word.tag == "VBN" and parse.child(verb, "aux") is None and parse.child(verb, "nsubj") is None
    return stands_alone and (word.dep in ("acl", "advcl", "amod", "ROOT", "relcl") or parse.child(verb, "agent") is not None)


def is_negated(parse: Parse, verb: int, quoted: Sequence[tuple[int, int]] = ()) -> bool:
    """Return whether somebody did not say something: "has neither confirmed nor denied", "nobody said".

    A negation among the `quoted` words is none.
    """
    word, verbs = parse.words[verb], [verb]
    shares_subject = word.dep == "conj" and parse.words[word.head].is_verb and parse.child(verb, *_SUBJECTS, "neg") is None
    if shares_subject and any(parse.words[child].lower == "nor" for child in parse.children(word.head, "cc")):
        verbs.append(word.head)
    for i in verbs:
        subject = parse.child(i, *_SUBJECTS)
        before = parse.children(i, "neg", "preconj", "advmod", "cc", "det")
        if subject is not None and subject < verb:
            before += parse.children(subject, "det", "preconj", "cc", "neg")
            if parse.words[subject].lower in _NEGATED_SUBJECTS:
                return True
        outside = [child for child in before if child < verb and not any(low <= child < high for low, high in quoted)]
        if any(parse.words[child].lower in _NEGATIONS for child in outside):
            return True
    return False


def _antecedent(parse: Parse, verb: int, subject: int) -> int | None:
    """The noun that "who", "which" and "that" stand for; any other subject is itself."""
    word, pronoun = parse.words[verb], parse.words[subject]
    if pronoun.tag not in ("WP", "WDT") and not (word.dep == "relcl" and pronoun.lower == "that"):
        return subject
    return word.head if word.dep == "relcl" and parse.words[word.head].is_noun else None


def _above(parse: Parse, verb: int) -> int | None:
    """The verb or noun whose subject a verb without a subject has."""
    words, word, above = parse.words, parse.words[verb], parse.words[verb].head
    if above == verb:
        return None
    if (word.dep == "conj" and words[above].is_verb) or (word.dep == "xcomp" and words[above].lower in AUXILIARIES):
        return above
    if word.tag != "VBG" or word.dep not in ("advcl", "acl", "pcomp", "dep", "conj"):
        return None
    low = parse.edges(verb)[0]
    if word.dep == "acl" and not (low > 0 and words[low - 1].text == ","):
        return above
    return next((i for i in parse.ancestors(verb) if words[i].is_verb), None)
