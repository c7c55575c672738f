"""Subjects: whose act a verb is, in a parsed sentence."""

from index.grammar.dependency_tree import Parse
from index.grammar.reporting_verbs import GOING_ON

_NEGATIONS = frozenset("not n't n’t never neither nor hardly".split())
_NEGATED = frozenset("no neither nobody none nor".split())
_SUBJECTS = ("nsubj", "nsubjpass", "csubj")
_RELATIVES = ("WP", "WDT")
MAX_STEPS = 8


def subject_of(parse: Parse, verb: int) -> int | None:
    """The head of a verb's subject, through what joins it to another verb or to a noun before it."""
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
    """By whom something is done: "was confirmed by the ministry"."""
    by = parse.child(verb, "agent")
    return parse.child(by, "pobj") if by is not None else None


def is_passive(parse: Parse, verb: int) -> bool:
    """Whether the verb is passive."""
    word = parse.words[verb]
    if parse.child(verb, "auxpass", "nsubjpass") is not None:
        return True
    bare = word.tag == "VBN" and parse.child(verb, "aux") is None and parse.child(verb, "nsubj") is None
    return bare and (word.dep in ("acl", "advcl", "amod", "ROOT", "relcl") or parse.child(verb, "agent") is not None)


def is_negated(parse: Parse, verb: int) -> bool:
    """Whether it says that somebody did not say something."""
    for i in (verb, *_joined_to(parse, verb)):
        subject = parse.child(i, *_SUBJECTS)
        before = [*parse.children(i, "neg", "preconj", "advmod", "cc", "det")]
        if subject is not None and subject < verb:
            before += parse.children(subject, "det", "preconj", "cc", "neg")
            if parse.words[subject].lower in _NEGATED:
                return True
        lows = {parse.words[child].lower for child in before if child < verb}
        if lows & _NEGATIONS or lows & _NEGATED:
            return True
    return False


def _joined_to(parse: Parse, verb: int) -> list[int]:
    """The verb that this one is joined to by "nor" and shares its subject with: "has neither confirmed nor denied"."""
    word = parse.words[verb]
    shares = word.dep == "conj" and parse.words[word.head].is_verb and parse.child(verb, *_SUBJECTS, "neg") is None
    return [word.head] if shares and _nor(parse, word.head) else []


def _nor(parse: Parse, verb: int) -> bool:
    return any(parse.words[child].lower == "nor" for child in parse.children(verb, "cc"))


def _antecedent(parse: Parse, verb: int, subject: int) -> int | None:
    """What "who" and "which" stand for: the noun before them."""
    word = parse.words[verb]
    if parse.words[subject].tag not in _RELATIVES and not (word.dep == "relcl" and parse.words[subject].lower == "that"):
        return subject
    return word.head if word.dep == "relcl" and parse.words[word.head].is_noun else None


def _above(parse: Parse, verb: int) -> int | None:
    """The verb or noun whose subject a verb without one has."""
    words, word = parse.words, parse.words[verb]
    above = word.head
    if above == verb:
        return None
    if (word.dep == "conj" and words[above].is_verb) or (word.dep == "xcomp" and words[above].lower in GOING_ON):
        return above
    if word.tag != "VBG" or word.dep not in ("advcl", "acl", "pcomp", "dep", "conj"):
        return None
    if word.dep == "acl" and not _after_comma(parse, verb):
        return above
    return next((i for i in parse.ancestors(verb) if words[i].is_verb), None)


def _after_comma(parse: Parse, verb: int) -> bool:
    low = parse.edges(verb)[0]
    return low > 0 and parse.words[low - 1].text == ","
