"""Appositions: nouns that a parse sets beside a noun, and subjects that it takes for such.

The mayor, Anna Lind, said nobody was hurt.
Parse: Lind -appos-> mayor <-nsubj- said. "mayor" is a person's role, so its
apposition names the mayor: "Anna Lind".
The company expects 300 guests, its director, Ana Roth, said.
Parse: guests <-nsubj- said; director -appos-> guests. "director" with "its"
before it does not agree with the plural "guests", and is the subject of "said".
"""

from articles_qa.index.grammar.dependency_tree import Parse
from articles_qa.index.grammar.noun_classes import DOCUMENTS, STATEMENTS, SpeakerKind, kind_of_noun

_LOOSE = ("npadvmod", "dep", "prep", "parataxis", "oprd", "appos")
_CALLING = frozenset("call calls called know knows known name named nickname nicknamed dub dubbed go goes went".split())
_OPENING = ("“", "``", '"', "‘", "'", "«")
MAX_NAME_WORDS = 6  # Of a name between commas.
MAX_SUBJECT_WORDS = 30  # Between a verb and the head of its subject, relative clause included.


def named_apposition(parse: Parse, head: int, *, high: int) -> int | None:
    """Return the name that says whom a noun means: "the mayor, Anna Lind,", "its maker, Norva Labs,".

    `high` is where the noun's own words end.
    """
    words, noun = parse.words, parse.words[head].lower
    if words[head].tag not in ("NN", "NNS") or words[head].text[0].isupper():
        return None
    is_person = kind_of_noun(noun) is SpeakerKind.PERSON
    for apposition in parse.children(head, "appos"):
        if words[apposition].tag == "NNP" and (is_person or _names_body(parse, head, apposition)):
            return apposition
    return _called(parse, head) or (_between_commas(parse, head, high) if is_person and words[head].tag == "NN" else None)


def apposed_subject(parse: Parse, verb: int) -> int | None:
    """Return the subject of a verb behind what is said, where the parser took the subject for an apposition.

    "The bridge is 140 years old, the company reported": an apposition never
    stands apart from its noun by the noun's verb.
    """
    for i in range(verb - 1, max(0, verb - MAX_SUBJECT_WORDS), -1):
        if parse.words[i].text == ";":
            return None
        if parse.words[i].dep == "appos" and parse.words[i].is_noun and is_parted(parse, i):
            return i if _is_last_verb(parse, i, verb) else None
    return None


def agreeing_subject(parse: Parse, subject: int) -> int:
    """Return the subject, or its apposition where only that agrees: "300 guests, its director, said"."""
    words = parse.words
    for i in parse.children(subject, "appos") if words[subject].tag == "NNS" else ():
        low = parse.edges(i)[0]
        is_owned = words[low].lower in ("its", "his", "her", "their", "the") and words[low - 1].text == ","
        if is_owned and words[i].tag == "NN" and kind_of_noun(words[i].lower) in (SpeakerKind.PERSON, SpeakerKind.BODY):
            return i
    return subject


def is_parted(parse: Parse, apposition: int) -> bool:
    """Return whether the verb of its noun stands between an apposition and the noun, so that it is no apposition."""
    beside, low = parse.words[apposition].head, parse.edges(apposition)[0]
    if not low or parse.words[low - 1].text != ",":
        return False
    above = set(parse.ancestors(beside))
    return any(parse.words[each].is_verb and each in above for each in range(beside + 1, low))


def opening_name(parse: Parse, verb: int) -> int | None:
    """Return the name that opens a sentence but was not taken for the subject: "Relief Today, citing the army, gave"."""
    words = parse.words
    end = next((i for i, word in enumerate(words[:MAX_NAME_WORDS]) if not (word.is_noun and word.text[0].isupper())), 0)
    if words[verb].dep != "ROOT" or words[verb].tag not in ("VBD", "VBZ") or not end or words[end - 1].head != verb:
        return None
    return end - 1 if words[end - 1].tag == "NNP" and words[end].text == "," and end < verb else None


def name_before(parse: Parse, verb: int) -> int | None:
    """Return the name between commas right before a verb, whatever it was joined to: "…, the mayor, Ines Bauer, said"."""
    words = parse.words
    first = verb - 1
    while first > 0 and verb - first <= MAX_NAME_WORDS and words[first - 1].tag in ("NNP", "NNPS"):
        first -= 1
    is_name = verb - 1 - first >= 2 and words[verb - 1].text == "," and first > 0 and words[first - 1].text == ","
    return verb - 2 if is_name else None


def is_joined(parse: Parse, verb: int) -> bool:
    """Return whether a verb has no subject of its own, nor by "and" that of another verb."""
    word = parse.words[verb]
    has_own = parse.child(verb, "nsubj", "nsubjpass") is not None
    return word.dep in ("conj", "ROOT") and not has_own and not parse.children(word.head, "cc")


def name_beside(parse: Parse, verb: int) -> int | None:
    """Return the name right before a verb that the parser joined to another verb: "…, finance lead Priya Nand said"."""
    words = parse.words
    begin = verb - 1
    while begin > 0 and words[begin - 1].tag == "NNP":
        begin -= 1
    return verb - 1 if is_joined(parse, verb) and verb - begin >= 2 and words[verb - 1].tag == "NNP" else None


def nickname_before(parse: Parse, verb: int) -> int | None:
    """Return the name in quotation marks by which somebody goes: "a man who is known only as “Biscuit”, said"."""
    words = parse.words
    for i in range(verb - 1, max(0, verb - MAX_SUBJECT_WORDS), -1):
        if words[i].lower in _CALLING:
            marked = [at for at in range(i + 1, verb) if words[at - 1].text in _OPENING and words[at].tag == "NNP"]
            return marked[0] if marked else None
    return None


def _is_last_verb(parse: Parse, subject: int, verb: int) -> bool:
    """Return whether only relative clauses' verbs stand between: "the laboratory that counted them reported"."""
    clauses = [parse.edges(clause) for clause in parse.children(subject, "relcl")]
    verbs = [i for i in range(subject, verb) if parse.words[i].is_verb]
    is_within = verb < parse.edges(subject)[1] or parse.words[verb].dep == "ROOT"
    return is_within and all(any(low <= i < high for low, high in clauses) for i in verbs)


def _names_body(parse: Parse, head: int, apposition: int) -> bool:
    """Return whether an apposition names a body: after a comma, not one of a kind ("the company, a Boeing") or several."""
    words, noun, low = parse.words, parse.words[head], parse.edges(apposition)[0]
    is_one = noun.tag == "NN" and words[low].lower not in ("a", "an", "one") and words[low - 1].text == ","
    is_document = noun.lower in DOCUMENTS or noun.lower in STATEMENTS
    return is_one and not is_document and parse.child(apposition, "conj", "cc", "poss") is None


def _called(parse: Parse, head: int) -> int | None:
    """The name that a clause gives somebody: "a fisherman whom everyone calls “Gravy”", "a trader known as Whale"."""
    for verb in parse.children(head, "relcl", "acl"):
        if parse.words[verb].lower in _CALLING:
            names = [
                parse.child(verb, "oprd"),
                *(parse.child(at, "pobj") for at in parse.children(verb, "prep") if parse.words[at].lower == "as"),
            ]
            return next((name for name in names if name is not None and parse.words[name].tag == "NNP"), None)
    return None


def _between_commas(parse: Parse, head: int, high: int) -> int | None:
    """A person's name between commas behind the role, whatever the parser joined it to.

    "According to the club's physician, Rafael Soto, the striker tore two
    ligaments": the parse makes Soto a subject of "tore", which has another
    subject to come.
    """
    words = parse.words
    if high >= len(words) or words[high].text != ",":
        return None
    end = high + 1
    while end < len(words) and end - high <= MAX_NAME_WORDS and words[end].tag == "NNP":
        end += 1
    named = words[end - 1]
    is_long_enough = end - high > (1 if high == head + 1 else 2)  # "A spokesman for the town, Kyiv,".
    rivals = (*parse.children(named.head, "nsubj"), *parse.children(end - 1, "appos"))
    next_word = words[end + 1] if end + 1 < len(words) else None
    # A clause's subject can begin with "the" or a noun; "who" or "a striker" is said of the name.
    opens_subject = next_word is not None and (
        next_word.lower in ("the", "there") or next_word.is_noun or next_word.tag in ("PRP", "PRP$")
    )
    is_rivalled = named.dep == "nsubj" and (any(rival > end for rival in rivals) or opens_subject)
    is_loose = named.dep in _LOOSE and not words[named.head].is_noun
    is_apart = (is_loose or is_rivalled) and parse.child(end - 1, "conj", "cc") is None
    return end - 1 if is_long_enough and is_apart and end < len(words) and words[end].text == "," else None
