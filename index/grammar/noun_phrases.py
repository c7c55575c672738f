"""Noun phrases: the words that name somebody, around the noun that heads them.

A spokesperson for the company said the plant was safe.
Parse: A <-det- spokesperson -prep-> for -pobj-> company. The phrase of
"spokesperson" leaves the article out and keeps the preposition, which belongs
to the role: "spokesperson for the company".
John Smith of Oxfam warned of hunger.
A person's name needs no preposition: the phrase of "Smith" is "John Smith".
"""

from dataclasses import dataclass

from articles_qa.index.grammar.appositions import named_apposition
from articles_qa.index.grammar.dependency_tree import Parse
from articles_qa.index.grammar.noun_classes import (
    BODIES,
    COUNT_NOUNS,
    DOCUMENTS,
    PASSED_ON,
    STATEMENTS,
    TIME_WORDS,
    SpeakerKind,
    kind_of_noun,
)

MAX_PHRASE_WORDS = 16
_LEFT = frozenset("compound amod nmod poss nummod det quantmod predet case punct advmod preconj npadvmod".split())
_LEADING = frozenset("the a an this that these those both either neither each all".split())
_OWN_PAPERS = frozenset("newspaper paper magazine station channel newsroom reporter correspondent column website".split())


@dataclass(frozen=True, slots=True)
class Phrase:
    """The words `[low, high)` of a parse, headed by `head`; `definite` after "the", "this" or "that"."""

    low: int
    high: int
    head: int
    definite: bool

    def words(self, parse: Parse) -> list[str]:
        """Return its words in small letters."""
        return [word.lower for word in parse.words[self.low : self.high]]


def phrase_of(parse: Parse, head: int, *, until: int | None = None) -> Phrase | None:
    """Return the phrase that a noun heads, without article, apposition, relative clause and what else follows a comma.

    The phrase ends at `until` at the latest. A role with a name set off by
    commas ("the mayor, Anna Lind,") is named by the name.
    """
    words = parse.words
    if not words[head].is_noun:
        return _without_noun(parse, head)
    high = _high(parse, head)
    if (named := named_apposition(parse, head, high=high)) is not None:
        head, high = named, _high(parse, named)
    low = _low(parse, head)
    if until is not None and head < until:
        high = min(high, until)
    definite = low < head and words[low].lower in ("the", "this", "that")
    # "This newspaper" without "this" would be another.
    while low < head and (words[low].lower in _LEADING or not words[low].text[0].isalnum()):
        if words[low].lower == "this" and words[head].lower in _OWN_PAPERS:
            break
        low += 1
    fits = low < high and high - low <= MAX_PHRASE_WORDS and head < high
    return Phrase(low, high, head, definite) if fits else None


def author_of(parse: Parse, phrase: Phrase, *, always: bool) -> Phrase:
    """Return whose words a phrase stands for: of "a statement from the ministry" the ministry, else the phrase itself.

    With `always` also of documents that are only passed on. "NASA's estimates"
    speak for themselves.
    """
    noun = parse.words[phrase.head].lower
    if noun not in STATEMENTS and noun not in DOCUMENTS and not (always and noun in PASSED_ON | COUNT_NOUNS):
        return phrase
    if noun not in DOCUMENTS and (owner := parse.child(phrase.head, "poss")) is not None:
        return phrase_of(parse, owner, until=phrase.head) or phrase
    for preposition in parse.children(phrase.head, "prep"):
        target = parse.child(preposition, "pobj")
        if parse.words[preposition].lower in ("from", "by") and target is not None:
            return phrase_of(parse, target) or phrase
    return phrase


def kind_of_phrase(parse: Parse, phrase: Phrase) -> SpeakerKind:
    """Return what a phrase stands for, as far as its own words show."""
    words, head = parse.words, parse.words[phrase.head]
    if "and" in phrase.words(parse) or head.tag in ("NNS", "NNPS"):
        return SpeakerKind.PLURAL
    found = kind_of_noun(head.lower)
    if found in (SpeakerKind.PERSON, SpeakerKind.BODY):
        return found
    if head.tag == "NNP":
        before = [words[i].lower.rstrip(".") for i in range(phrase.low, phrase.head)]
        if any(kind_of_noun(word) is SpeakerKind.PERSON for word in before):
            return SpeakerKind.PERSON
        if head.text.isupper() and len(head.text) > 1:
            return SpeakerKind.BODY
    return SpeakerKind.UNKNOWN


def _without_noun(parse: Parse, head: int) -> Phrase | None:
    """The phrase of a head that is no noun: a pronoun, or "the injured", "U.S. and Ukrainian"."""
    word = parse.words[head]
    if word.tag in ("PRP", "WP", "DT", "WDT", "CD", "EX"):
        return Phrase(head, head + 1, head, definite=False)
    if word.tag in ("JJ", "FW", "VBG", "VBN", "JJS", "JJR") and word.text[0].isupper():
        return Phrase(_low(parse, head), head + 1, head, definite=False)
    return None


def _low(parse: Parse, head: int) -> int:
    """The beginning of the phrase: the first word that stands before its head without a break."""
    words, low = parse.words, head
    for child in reversed([child for child in parse.children(head) if child < head]):
        word = words[child]
        is_hyphen = word.tag in ("HYPH", "POS") or word.text in "-–"
        if word.dep not in _LEFT or (word.dep == "punct" and not is_hyphen) or parse.edges(child)[1] != low:
            break
        if word.dep in ("advmod", "npadvmod") and word.tag not in ("JJ", "NN", "NNP"):
            break
        low = parse.edges(child)[0]
    apposed = words[head].head
    # "Spokesman John Kirby", read as two phrases.
    if words[head].dep == "appos" and apposed + 1 == low and words[apposed].is_noun:
        low = _low(parse, apposed)
    # The parser leaves parts of a name with a hyphen out: "Lee Seong-kweun".
    while low >= 2 and words[low - 1].text == "-" and words[low - 2].tag == "NNP":
        low -= 2
    return low


def _high(parse: Parse, head: int) -> int:
    """The end of the phrase, after prepositions that belong to a name or role and names joined by "and"."""
    words, high = parse.words, head + 1
    while high + 1 < len(words) and words[high].text == "-" and words[high].start == words[high - 1].end:
        high += 2
    for child in parse.children(head):
        word = words[child]
        if child < high:
            continue
        inner: int | None = None
        if word.dep == "prep" and child == high and word.lower in ("of", "for", "in", "at", "from"):
            inner = parse.child(child, "pobj")
            if inner is None or not _belongs(parse, head, child, inner):
                break
        elif word.dep == "appos" and parse.edges(child)[0] == high and word.tag == "NNP":
            high = child + 1
        elif word.dep == "conj" and word.tag.startswith(("NN", "JJ")):
            is_joined = word.is_noun and parse.child(head, "cc") is not None
            is_listed = parse.child(child, "cc", "conj") is not None  # One of a list that ends in "and".
            inner = child if is_joined or is_listed else None
        if inner is not None and (phrase := phrase_of(parse, inner)) is not None:
            high = phrase.high
    return high


def _belongs(parse: Parse, head: int, preposition: int, target: int) -> bool:
    """Return whether "of the bank" or "in Paris" belongs to the name and not to the verb."""
    word, object_ = parse.words[head], parse.words[target]
    is_aside = object_.lower in TIME_WORDS or object_.lower in STATEMENTS or object_.tag == "CD"  # "In May", "in a statement".
    if not object_.is_noun or is_aside:
        return False
    if word.tag != "NNP" or word.lower in BODIES:
        return True
    # "John Smith of Oxfam" is John Smith, but "President of France" without France is no more than a title.
    has_of = parse.words[preposition].lower == "of"
    is_named = has_of or (parse.words[preposition].lower == "for" and object_.tag.startswith("NNP"))
    has_article = any(parse.words[child].lower == "the" for child in parse.children(head, "det"))  # No person has an article.
    if is_named and (has_article or kind_of_noun(word.lower) in (SpeakerKind.PERSON, SpeakerKind.BODY)):
        return True
    above = parse.words[parse.words[word.head].head]  # "Committee for the Protection of Rivers".
    return has_of and word.dep == "pobj" and above.lower in BODIES and above.text[0].isupper()
