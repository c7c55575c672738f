"""Appositions: what a parse sets beside a noun, and what it takes for one by mistake."""

from index.grammar.dependency_tree import Parse
from index.grammar.noun_classes import FIGURES, Sort, sort_of_noun, spoken

_LOOSE = ("npadvmod", "dep", "prep", "parataxis", "oprd", "appos")
MAX_NAME_WORDS = 6  # Of a name between commas.
MAX_SUBJECT_WORDS = 30  # Between a verb and the head of its subject, relative clause included.


def named_apposition(parse: Parse, head: int, *, high: int) -> int | None:
    """The name that says who a noun means: "the mayor, Anna Lind,", "its maker, Norva Labs,".

    `high` is where the noun's own words end.
    """
    words, noun = parse.words, parse.words[head].lower
    if words[head].tag not in ("NN", "NNS") or words[head].text[0].isupper():
        return None
    is_person = sort_of_noun(noun) is Sort.PERSON
    for apposition in parse.children(head, "appos"):
        if words[apposition].tag == "NNP" and (is_person or _is_same(parse, head, apposition)):
            return apposition
    return _between_commas(parse, head, high) if is_person and words[head].tag == "NN" else None


def apposed_subject(parse: Parse, verb: int) -> int | None:
    """The subject of a verb that stands behind what is said, where it was taken for an apposition.

    "The planks were felled in 1360, the laboratory reported": what a verb
    parts from its noun is no apposition.
    """
    for i in range(verb - 1, max(0, verb - MAX_SUBJECT_WORDS), -1):
        if parse.words[i].text == ";":
            return None
        if parse.words[i].dep == "appos" and parse.words[i].is_noun and is_parted(parse, i):
            return i if _is_last_verb(parse, i, verb) else None
    return None


def agreeing(parse: Parse, subject: int) -> int:
    """The subject, or what was taken for its apposition and does not agree with it: "300 guests, its director, said"."""
    words = parse.words
    for i in parse.children(subject, "appos") if words[subject].tag == "NNS" else ():
        low = parse.edges(i)[0]
        owned = words[low].lower in ("its", "his", "her", "their", "the") and words[low - 1].text == ","
        if owned and words[i].tag == "NN" and sort_of_noun(words[i].lower) in (Sort.PERSON, Sort.BODY):
            return i
    return subject


def is_parted(parse: Parse, apposition: int) -> bool:
    """Whether the verb of the noun that it is set beside stands between them, so that it is no apposition."""
    beside, low = parse.words[apposition].head, parse.edges(apposition)[0]
    if not low or parse.words[low - 1].text != ",":
        return False
    above = set(parse.ancestors(beside))
    return any(parse.words[each].is_verb and each in above for each in range(beside + 1, low))


def opening_name(parse: Parse, verb: int) -> int | None:
    """The name that opens a sentence and was not taken for its verb's subject: "Relief Today, citing the army, gave"."""
    words = parse.words
    end = next((i for i, word in enumerate(words[:MAX_NAME_WORDS]) if not (word.is_noun and word.text[0].isupper())), 0)
    if words[verb].dep != "ROOT" or words[verb].tag not in ("VBD", "VBZ") or not end or words[end - 1].head != verb:
        return None
    return end - 1 if words[end - 1].tag == "NNP" and words[end].text == "," and end < verb else None


def _is_last_verb(parse: Parse, subject: int, verb: int) -> bool:
    """Whether no other verb stands between, but for a relative clause's: "the laboratory that counted them reported"."""
    clauses = [parse.edges(clause) for clause in parse.children(subject, "relcl")]
    verbs = [i for i in range(subject, verb) if parse.words[i].is_verb]
    within = verb < parse.edges(subject)[1] or parse.words[verb].dep == "ROOT"
    return within and all(any(low <= i < high for low, high in clauses) for i in verbs)


def _is_same(parse: Parse, head: int, apposition: int) -> bool:
    """Whether a body is named: after a comma, not as one of a kind ("the company, a Boeing") or of several."""
    words, noun, low = parse.words, parse.words[head], parse.edges(apposition)[0]
    one = noun.tag == "NN" and words[low].lower not in ("a", "an", "one") and words[low - 1].text == ","
    document = noun.lower in FIGURES or spoken(noun.lower)
    return one and not document and parse.child(apposition, "conj", "cc", "poss") is None


def _between_commas(parse: Parse, head: int, high: int) -> int | None:
    """A person's name that stands so behind the role, whatever the parser joined it to."""
    words = parse.words
    if high >= len(words) or words[high].text != ",":
        return None
    end = high + 1
    while end < len(words) and end - high <= MAX_NAME_WORDS and words[end].tag == "NNP":
        end += 1
    named, joined = words[end - 1], parse.child(end - 1, "conj", "cc")
    enough = end - high > (1 if high == head + 1 else 2)  # "A spokesman for the town, Kyiv,".
    rivals = (*parse.children(named.head, "nsubj"), *parse.children(end - 1, "appos"))
    to_come = any(rival > end for rival in rivals) or _may_open_subject(parse, end + 1)
    another = named.dep == "nsubj" and to_come  # The verb's own subject.
    loose = named.dep in _LOOSE and not words[named.head].is_noun
    apart = (loose or another) and joined is None
    return end - 1 if enough and apart and end < len(words) and words[end].text == "," else None


def _may_open_subject(parse: Parse, i: int) -> bool:
    """Whether a clause's subject can begin there: with "the" or a noun, and not "who" or "a striker", said of a name."""
    if i >= len(parse.words):
        return False
    word = parse.words[i]
    return word.lower in ("the", "there") or word.is_noun or word.tag in ("PRP", "PRP$")
