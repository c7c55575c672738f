"""The speaker of a report: which phrase of a parsed sentence names who says something, and whom they cite in turn.

The bridge is 140 years old, the company that repaired the arches reported on Tuesday.
Parse: company <-appos- bridge; reported <-acl- arches. The parser took the
subject of "reported" for an apposition. A verb ("is") parts it from its noun,
so it is none, and the speaker is "company".
Interfax, citing the army, said 300 had died.
Parse: said -advcl-> citing -dobj-> army. Interfax speaks and cites the army.
"""

from articles_qa.index.grammar.appositions import (
    agreeing_subject,
    apposed_subject,
    is_joined,
    name_before,
    name_beside,
    nickname_before,
    opening_name,
)
from articles_qa.index.grammar.dependency_tree import Parse
from articles_qa.index.grammar.noun_classes import DOCUMENTS, FINDINGS, NOBODY, TIME_WORDS, SpeakerKind, kind_of_noun
from articles_qa.index.grammar.noun_phrases import Phrase, author_of, kind_of_phrase, phrase_of
from articles_qa.index.grammar.reporting_verbs import CITING, LEMMAS
from articles_qa.index.grammar.verb_subjects import agent_of, is_passive, subject_of

MAX_JOINED_WORDS = 8


def speaker_of_verb(parse: Parse, verb: int, *, is_quoting: bool) -> tuple[int, Phrase] | None:
    """Return the subject of a reporting verb, or its agent in the passive, and the phrase that names the speaker."""
    passive, agent = is_passive(parse, verb), agent_of(parse, verb)
    head = agent if passive and (not is_quoting or agent is not None) else subject_of(parse, verb)
    if not passive and (head is None or is_joined(parse, verb) or parse.words[head].lower in NOBODY):
        head = name_before(parse, verb) or name_beside(parse, verb) or head
    if not passive and head is not None and (parse.words[head].text.islower() or parse.words[head].lower in NOBODY):
        head = nickname_before(parse, verb) or head
    if head is None:
        head = apposed_subject(parse, verb) or opening_name(parse, verb)
    if head is None:
        return None
    head = agreeing_subject(parse, head)
    phrase = phrase_of(parse, head, until=verb if head < verb else None)
    return (head, author_of(parse, _up_to_verb(parse, phrase, verb), always=False)) if phrase is not None else None


def speaker_after(parse: Parse, verb: int) -> tuple[int, Phrase] | None:
    """Return the noun that a reporting verb has behind quoted words, and its phrase: "… to pack a life,” said a fisherman".

    The subject of a verb that follows does not speak ("said dancers were leaving"), nor the owner of a thing ("said Labour's").
    """
    words = parse.words
    if words[verb].tag == "VBG":
        return None
    between = [head for head in parse.children(verb, "nsubj") if head < verb][1:]  # The first one is quoted.
    if between and (phrase := phrase_of(parse, between[-1], until=verb)) is not None:
        return between[-1], phrase
    for head in range(verb + 1, min(verb + 1 + MAX_JOINED_WORDS, len(words))):
        word = words[head]
        if word.tag in ("IN", "TO", "WDT", "WP") or word.text == ",":
            return None
        if (word.is_noun or word.tag == "PRP") and word.dep != "compound":
            is_subject = word.dep in ("nsubj", "nsubjpass") and word.head > head
            phrase = phrase_of(parse, head)
            return (head, phrase) if phrase is not None and not is_subject and word.dep != "poss" else None
    return None


def names_somebody(parse: Parse, phrase: Phrase) -> bool:
    """Return whether a phrase names a speaker: not "many", "Friday" or "reports", but "Ukrainian reports"."""
    head, before = parse.words[phrase.head], parse.words[phrase.low : phrase.head]
    is_name = bool(before) and all(word.text[0].isupper() for word in (*before, head))  # "USA Today".
    if head.lower in NOBODY or (head.lower in TIME_WORDS and not is_name) or not head.text[0].isalnum():
        return False
    if head.lower in DOCUMENTS and head.tag in ("NN", "NNS") and head.lower not in FINDINGS:
        owners = [parse.words[i] for i in range(phrase.low, phrase.high) if i != phrase.head]
        return any((word.text[0].isupper() and word.lower not in NOBODY) or word.dep in ("compound", "poss") for word in owners)
    return head.is_noun or head.tag == "PRP" or head.text[0].isupper()


def is_evidence(parse: Parse, phrase: Phrase) -> bool:
    """Return whether a subject is a thing that shows something: "the goal put Ajax at 40 points"."""
    head = parse.words[phrase.head]
    noun = head.lower
    if noun in DOCUMENTS or head.tag in ("NNP", "NNPS", "PRP"):
        return False
    singular = noun[:-3] + "y" if noun.endswith("ies") else noun.removesuffix("s")
    people = kind_of_noun(singular) in (SpeakerKind.PERSON, SpeakerKind.BODY)
    people = people or noun.endswith(("ers", "ors", "people", "men", "women"))
    return kind_of_phrase(parse, phrase) is SpeakerKind.UNKNOWN or (head.tag == "NNS" and head.text.islower() and not people)


def cited_by(parse: Parse, verb: int, *, after: int | None = None) -> Phrase | None:
    """Return whom the speaker cites: the object of a "citing" that the verb, or its subject, governs."""
    words = parse.words
    for i, word in enumerate(words):
        if word.lower not in CITING or (after is not None and i < after) or word.tag != "VBG":
            continue
        if word.head != i and parse.governs(verb, i) and not _other_verb_between(parse, verb, i):
            target = parse.child(i, "dobj")
            phrase = phrase_of(parse, target) if target is not None else None
            if phrase is not None and words[phrase.low].tag != "PRP$":
                return author_of(parse, phrase, always=True)
    return None


def _other_verb_between(parse: Parse, verb: int, citing: int) -> bool:
    """Return whether a reporting verb nearer to "citing" governs it."""
    for above in parse.ancestors(citing):
        if above == verb:
            return False
        if parse.words[above].is_verb and parse.words[above].lower in LEMMAS and subject_of(parse, above) is not None:
            return True
    return False


def _up_to_verb(parse: Parse, phrase: Phrase, verb: int) -> Phrase:
    """The phrase with the nouns between it and its verb that the parser took for something else."""
    words = parse.words
    if phrase.head > verb or not words[phrase.head].is_noun:
        return phrase
    end = verb
    while end > phrase.high and (
        words[end - 1].tag in ("MD", "RB", "RBR") or words[end - 1].dep in ("aux", "auxpass", "neg", "advmod")
    ):
        end -= 1
    between = words[phrase.high : end]
    nominal = all(word.tag[:2] in ("NN", "JJ", "CC", "HY", "PO", ",") and word.lower not in TIME_WORDS for word in between)
    if between and nominal and between[-1].is_noun and len(between) <= MAX_JOINED_WORDS:
        return Phrase(phrase.low, end, end - 1, phrase.definite)
    return phrase
