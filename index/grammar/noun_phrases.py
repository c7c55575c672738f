"""Noun phrases: the words that name somebody, around the noun that heads them."""

from dataclasses import dataclass

from index.grammar.appositions import named_apposition
from index.grammar.dependency_tree import Parse
from index.grammar.noun_classes import BODIES, FIGURES, TIMES, WORDS_OF, Sort, sort_of_noun, spoken

MAX_NAME_WORDS = 16
_LEFT = frozenset("compound amod nmod poss nummod det quantmod predet case punct advmod preconj npadvmod".split())
_LEADING = frozenset("the a an this that these those both either neither each all".split())
_DEFINITE = frozenset("the this that".split())
_OWN_PAPERS = frozenset("newspaper paper magazine station channel newsroom reporter correspondent column website".split())
_KEPT_PREPOSITIONS = frozenset("of for in at from".split())


@dataclass(frozen=True, slots=True)
class Phrase:
    """The words `[low, high)` of a parse, headed by `head`; `definite` where an article or the like stands before them."""

    low: int
    high: int
    head: int
    definite: bool

    def words(self, parse: Parse) -> list[str]:
        """Its words in small letters."""
        return [word.lower for word in parse.words[self.low : self.high]]


def phrase_of(parse: Parse, head: int, *, until: int | None = None) -> Phrase | None:
    """The phrase that a noun heads, without article, apposition, relative clause and what else follows a comma.

    It ends at `until` at the latest. A role with a name set off by commas
    ("the mayor, Anna Lind,") is named by the name.
    """
    words = parse.words
    if not words[head].is_noun:
        return _other(parse, head)
    high = _high(parse, head)
    if (named := named_apposition(parse, head, high=high)) is not None:
        head, high = named, _high(parse, named)
    low = _low(parse, head)
    if until is not None:
        high = min(high, until) if head < until else high
    definite = low < head and words[low].lower in _DEFINITE
    while low < head and _is_leading(parse, low, head):
        low += 1
    fits = low < high and high - low <= MAX_NAME_WORDS and head < high
    return Phrase(low, high, head, definite) if fits else None


def author_of(parse: Parse, phrase: Phrase, *, always: bool) -> Phrase:
    """Whose words a phrase stands for: of "a statement from the ministry" the ministry, else the phrase itself.

    Of what is only passed on as well where `always`; "NASA's estimates" speak for themselves.
    """
    noun = parse.words[phrase.head].lower
    if not (spoken(noun) or noun in FIGURES or (always and noun in WORDS_OF)):
        return phrase
    if noun not in FIGURES and (owner := parse.child(phrase.head, "poss")) is not None:
        return phrase_of(parse, owner, until=phrase.head) or phrase
    for preposition in parse.children(phrase.head, "prep"):
        target = parse.child(preposition, "pobj")
        if parse.words[preposition].lower in ("from", "by") and target is not None:
            return phrase_of(parse, target) or phrase
    return phrase


def sort_of(parse: Parse, phrase: Phrase) -> Sort:
    """What a phrase stands for, as far as its own words show."""
    words = parse.words
    if any(words[i].lower == "and" for i in range(phrase.low, phrase.high)):
        return Sort.PLURAL
    head = words[phrase.head]
    if head.tag in ("NNS", "NNPS"):
        return Sort.PLURAL
    found = sort_of_noun(head.lower)
    if found in (Sort.PERSON, Sort.BODY):
        return found
    if head.tag == "NNP":
        before = [words[i].lower.rstrip(".") for i in range(phrase.low, phrase.head)]
        if any(sort_of_noun(word) is Sort.PERSON for word in before):
            return Sort.PERSON
        if head.text.isupper() and len(head.text) > 1:
            return Sort.BODY
    return Sort.UNKNOWN


def _other(parse: Parse, head: int) -> Phrase | None:
    """Where the head is no noun: a pronoun, or "the injured", "U.S. and Ukrainian"."""
    word = parse.words[head]
    if word.tag in ("PRP", "WP", "DT", "WDT", "CD", "EX"):
        return Phrase(head, head + 1, head, definite=False)
    if word.tag in ("JJ", "FW", "VBG", "VBN", "JJS", "JJR") and word.text[0].isupper():
        return Phrase(_low(parse, head), head + 1, head, definite=False)
    return None


def _is_leading(parse: Parse, i: int, head: int) -> bool:
    """Whether a word before a noun is no part of the name; "this newspaper" would be another without "this"."""
    word = parse.words[i]
    own = word.lower == "this" and parse.words[head].lower in _OWN_PAPERS
    return not own and (word.lower in _LEADING or not word.text[0].isalnum())


def _low(parse: Parse, head: int) -> int:
    """Where the phrase begins: what stands before its head without a break."""
    words, low = parse.words, head
    for child in reversed([child for child in parse.children(head) if child < head]):
        word = words[child]
        hyphen = word.tag in ("HYPH", "POS") or word.text in "-–"
        if word.dep not in _LEFT or (word.dep == "punct" and not hyphen) or parse.edges(child)[1] != low:
            break
        if word.dep in ("advmod", "npadvmod") and word.tag not in ("JJ", "NN", "NNP"):
            break
        low = parse.edges(child)[0]
    apposed = words[head].head
    role = words[head].dep == "appos" and apposed < low and words[apposed].is_noun
    if role and apposed + 1 == low:  # "Spokesman John Kirby", read as two phrases.
        low = _low(parse, apposed)
    # What the parser left out of a name that goes on before it: "Lee Seong-kweun".
    while low >= 2 and words[low - 1].text == "-" and words[low - 2].tag == "NNP":
        low -= 2
    return low


def _high(parse: Parse, head: int) -> int:
    """Before where the phrase ends: prepositions that belong to a name or role, names joined by "and"."""
    words, high = parse.words, head + 1
    while high + 1 < len(words) and words[high].text == "-" and words[high].start == words[high - 1].end:
        high += 2
    for child in parse.children(head):
        word = words[child]
        if child < high:
            continue
        if word.dep == "prep" and child == high and word.lower in _KEPT_PREPOSITIONS:
            target = parse.child(child, "pobj")
            if target is None or not _belongs(parse, head, child, target):
                break
            high = _end_of(parse, target, high)
        elif word.dep == "appos" and child == high and word.tag == "NNP":
            high = child + 1
        elif word.dep == "conj" and ((word.is_noun and parse.child(head, "cc") is not None) or _list(parse, child)):
            high = _end_of(parse, child, high)
    return high


def _end_of(parse: Parse, head: int, otherwise: int) -> int:
    inner = phrase_of(parse, head)
    return inner.high if inner is not None else otherwise


def _belongs(parse: Parse, head: int, preposition: int, target: int) -> bool:
    """Whether "of the bank" or "in Paris" belongs to the name and not to the verb."""
    word = parse.words[head]
    if not parse.words[target].is_noun or _is_aside(parse, target):
        return False
    if word.tag != "NNP" or word.lower in BODIES:
        return True
    # "John Smith of Oxfam" is John Smith, but "President of France" is no more than a title without France.
    of = parse.words[preposition].lower == "of"
    named = of or (parse.words[preposition].lower == "for" and parse.words[target].tag.startswith("NNP"))
    titled = any(parse.words[child].lower == "the" for child in parse.children(head, "det"))  # No person has an article.
    if named and (titled or sort_of_noun(word.lower) in (Sort.PERSON, Sort.BODY)):
        return True
    above = parse.words[word.head].head  # "Committee for the Protection of Rivers".
    return of and word.dep == "pobj" and parse.words[above].lower in BODIES and parse.words[above].text[0].isupper()


def _list(parse: Parse, i: int) -> bool:
    """Whether a joined noun is one of a list that ends in "and"."""
    word = parse.words[i]
    return word.tag.startswith(("NN", "JJ")) and (parse.child(i, "cc") is not None or parse.child(i, "conj") is not None)


def _is_aside(parse: Parse, target: int) -> bool:
    """Whether what follows a preposition says when or in what, and belongs to the verb."""
    word = parse.words[target]
    return word.lower in TIMES or spoken(word.lower) or word.tag == "CD"
