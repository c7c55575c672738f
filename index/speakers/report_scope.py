"""What is said: which words of a parsed sentence a reporting verb says to be somebody's."""

from collections.abc import Sequence

from index.grammar.appositions import is_parted
from index.grammar.dependency_tree import Parse, Word
from index.grammar.noun_phrases import Phrase
from index.grammar.reporting_verbs import LEMMAS, NEEDS, Needs

OPENING_MARKS = ("“", '"', "«", "‘", "'", "``")
_CLOSING_MARKS = ("”", '"', "''", "»", "’")
_PARTS = (",", *_CLOSING_MARKS)
_LEADING = ("the", "a", "an", "both")


def content_of(parse: Parse, verb: int) -> tuple[int, int] | None:
    """The words of the clause that a verb governs as what is said."""
    words = parse.words
    deps = ("ccomp",) if NEEDS.get(LEMMAS.get(words[verb].lower, "")) is Needs.CLAUSE else ("ccomp", "xcomp")
    clauses = [child for child in parse.children(verb, *deps) if words[child].is_verb or words[child].dep == "ccomp"]
    if any(word.text == ";" for word in words[:verb]):  # What stands before it is another clause, that the parser took in.
        clauses = [child for child in clauses if child > verb or parse.edges(child)[0] > _last(words, verb)]
    return _without_verb(parse.edges(clauses[0]), verb) if clauses else None


def to_the_end(parse: Parse, verb: int, content: tuple[int, int]) -> tuple[int, int]:
    """What is said with what is joined to it behind, which the parser often joins to the verb itself."""
    words = parse.words
    if content[0] < verb or words[verb].dep in ("relcl", "acl", "advcl", "parataxis"):
        return content
    end = next((i for i in range(content[1], len(words)) if words[i].text == ";"), len(words))
    for joined in parse.children(verb, "conj", "advcl", "prep"):
        low = parse.edges(joined)[0]
        apart = words[joined].dep != "conj" or parse.child(joined, "nsubj", "nsubjpass") is not None
        if low >= content[1] and apart:
            end = min(end, low)
    while end > content[1] and (words[end - 1].dep in ("punct", "cc") and words[end - 1].text not in _CLOSING_MARKS):
        end -= 1
    return content[0], max(content[1], end)


def said_before(parse: Parse, who: Phrase, verb: int, *, lemma: str, content: tuple[int, int] | None) -> tuple[int, int] | None:
    """All before a report that is added to what is said: "the ministry said so, Yonhap reported"."""
    words = parse.words
    apposed = words[who.head].dep == "appos" and not is_parted(parse, who.head)
    end = parse.edges(words[who.head].head)[0] if apposed else who.low  # "The mayor, Anna Lind,"
    while end and words[end - 1].lower in _LEADING:
        end -= 1
    after = content is not None and content[1] > who.low
    object_ = lemma != "tell" and parse.child(verb, "dobj") is not None
    if not end or words[end - 1].text not in _PARTS or who.high > verb or after or object_:
        return None
    if not any(word.is_verb for word in words[: end - 1]) or (words[end - 1].text in OPENING_MARKS and content is None):
        return None
    low = max((i + 1 for i in range(end - 1) if words[i].text == ";"), default=0)
    return (low, end if words[end - 1].text in _CLOSING_MARKS else end - 1)


def clause_around(parse: Parse, i: int) -> tuple[int, int]:
    """The clause that a word stands in, or is inserted into."""
    words = parse.words
    start = words[i].head if is_inserted(parse, i) else i
    clause = start
    for above in (start, *parse.ancestors(start)):
        clause = above
        if words[above].is_verb and parse.child(above, "nsubj", "nsubjpass", "expl") is not None:
            break
    low, high = parse.edges(clause)
    marks = [at for at in range(low, high) if words[at].text == ";"]
    low = max((at + 1 for at in marks if at < i), default=low)
    high = min((at for at in marks if at > i), default=high)
    while low < min(i, high - 1) and words[low].dep in ("mark", "cc", "punct") and words[low].text not in OPENING_MARKS:
        low += 1
    return low, high


def is_inserted(parse: Parse, i: int) -> bool:
    """Whether the verb stands beside what is said: "the bridge, he said, is safe", "as the ministry reported"."""
    word = parse.words[i]
    as_reported = any(child < i and parse.words[child].lower == "as" for child in parse.children(i, "mark", "advmod", "prep"))
    return word.dep == "parataxis" or (as_reported and word.dep == "advcl")


def _last(words: Sequence[Word], before: int) -> int:
    return max(i for i in range(before) if words[i].text == ";")


def _without_verb(said: tuple[int, int], verb: int) -> tuple[int, int]:
    """What is said, of one piece, on the side of the verb where more of it stands."""
    low, high = said
    if low <= verb < high:
        return (low, verb) if verb - low > high - verb else (verb + 1, high)
    return said
