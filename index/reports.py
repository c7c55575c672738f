"""Reports: where a parsed sentence says whose word something in it is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.noun_phrases import Phrase, author_of, phrase_of, sort_of
from index.nouns import COUNTS, FIGURES, NOBODY, NUMBERS, PAPERS, TIMES, Sort, sort_of_noun
from index.parse import Parse, Word
from index.reporting_verbs import CITING, EVIDENCE, HEARSAY, LEMMAS, NEEDS, Needs
from index.subjects import agent_of, is_negated, is_passive, subject_of


_LEADING = ("the", "a", "an", "both")
_CLOSING = ("”", '"', "''", "»", "’")
_PARTS = (",", *_CLOSING)
_QUOTES = ("“", '"', "«", "‘", "'", "``")


@dataclass(frozen=True, slots=True)
class Report:
    """Who says something, by which word, whom they cite; `said` are the words `[low, high)` that are theirs."""

    who: Phrase
    by: int
    cited: Phrase | None
    said: tuple[int, int]
    clause: bool  # Whether what is said is a clause of its own, or all that stands around.
    added: bool = False  # After what is said: "..., Yonhap reported."


def reports_of(parse: Parse, quoted: Sequence[tuple[int, int]]) -> list[Report]:
    """All reports of a sentence, in the order of what is said; `quoted` are the words inside quotation marks."""
    found = [*_by_verbs(parse, quoted), *_by_phrases(parse)]
    kept = [report for report in found if _names_somebody(parse, report.who)]
    kept = [_gone_on(parse, report, kept) for report in kept]
    return sorted(_apart(parse, kept), key=lambda report: (report.said[0], -report.said[1]))


def _by_verbs(parse: Parse, quoted: Sequence[tuple[int, int]]) -> Iterator[Report]:
    for i, word in enumerate(parse.words):
        lemma = LEMMAS.get(word.lower)
        if lemma is None or not _is_verb(parse, i) or word.dep in ("amod", "aux", "compound") or is_negated(parse, i):
            continue
        if word.lower in HEARSAY and [w.lower for w in parse.words[i + 1 : i + 2]] == ["to"]:
            continue
        said_as = _quoted_as(parse, i) if lemma == "quote" else None
        passive = is_passive(parse, i)
        agent = agent_of(parse, i)
        head = agent if passive and (said_as is None or agent is not None) else subject_of(parse, i)
        if head is None or (lemma == "quote" and said_as is None) or (said_as is None and _is_under_quoting(parse, i)):
            continue
        who = phrase_of(parse, head, until=i if head < i else None)
        if who is None:
            continue
        who = author_of(parse, _joined(parse, who, i), always=False)
        if lemma in EVIDENCE and _is_evidence(parse, who):
            continue
        content = _content(parse, said_as if said_as is not None else i)
        if not _is_met(parse, i, lemma, content=content, quoted=quoted, passive=passive):
            continue
        cited = _cited(parse, i)
        quoted_one = parse.child(i, "nsubjpass" if passive else "dobj") if said_as is not None else None
        if quoted_one is not None and quoted_one != head and parse.words[quoted_one].is_noun:
            cited = phrase_of(parse, quoted_one)
        before = _before(parse, who, i, lemma=lemma, content=content)
        if content is not None:
            content = _to_the_end(parse, i, content)
        yield Report(who, i, cited, before or content or _around(parse, i), content is not None, before is not None)


def _is_verb(parse: Parse, i: int) -> bool:
    """Whether a word is a verb; one that governs a clause is, whatever it was tagged as ("U.S. intelligence estimate that")."""
    return parse.words[i].is_verb or (parse.words[i].is_noun and parse.child(i, "ccomp") is not None)


def _by_phrases(parse: Parse) -> Iterator[Report]:
    """ "According to X", "by X's count"."""
    words = parse.words
    if label := _label(parse):
        yield Report(label, label.high, None, (label.high + 1, len(words)), True)
    for i, word in enumerate(words):
        if word.lower == "according" and i + 1 < len(words) and words[i + 1].lower == "to":
            target = parse.child(i + 1, "pobj") or parse.child(i, "pobj")
            if target is not None and (who := phrase_of(parse, target)) is not None:
                above = words[i].head
                yield Report(author_of(parse, who, always=True), i, _cited(parse, above, after=i), _around(parse, above), False)
        elif word.lower in ("by", "in", "on") and word.dep == "prep":
            target = parse.child(i, "pobj")
            owner = parse.child(target, "poss") if target is not None else None
            if target is not None and owner is not None and words[target].lower in COUNTS and words[owner].tag != "PRP$":
                if (who := phrase_of(parse, owner, until=target)) is not None:
                    yield Report(who, i, None, _around(parse, word.head), False)


def _label(parse: Parse) -> Phrase | None:
    """The name before a colon and a quotation: 'Kirby: "We will not stop."'"""
    words = parse.words
    end = next((i for i, word in enumerate(words[:6]) if word.text == ":"), 0)
    named = all(word.tag in ("NNP", "NN") and word.text[0].isupper() for word in words[:end])
    is_label = end and named and end + 1 < len(words) and words[end + 1].text in _QUOTES
    return Phrase(0, end, end - 1, definite=False) if is_label else None


def _quoted_as(parse: Parse, i: int) -> int | None:
    """The verb of "quoted X as saying"."""
    for preposition in parse.children(i, "prep"):
        saying = parse.child(preposition, "pcomp")
        if parse.words[preposition].lower == "as" and saying is not None and parse.words[saying].lower in LEMMAS:
            return saying
    return None


def _is_under_quoting(parse: Parse, i: int) -> bool:
    """Whether it is the "saying" of "quoted X as saying"."""
    above = parse.words[i].head
    return parse.words[i].dep == "pcomp" and parse.words[above].lower == "as"


def _joined(parse: Parse, who: Phrase, verb: int) -> Phrase:
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
    if between and nominal and between[-1].is_noun and len(between) <= 8:
        return Phrase(who.low, end, end - 1, who.definite)
    return who


def _content(parse: Parse, verb: int) -> tuple[int, int] | None:
    """The words of the clause that a verb governs as what is said."""
    words = parse.words
    deps = ("ccomp",) if NEEDS.get(LEMMAS.get(words[verb].lower, "")) is Needs.CLAUSE else ("ccomp", "xcomp")
    clauses = [child for child in parse.children(verb, *deps) if words[child].is_verb or words[child].dep == "ccomp"]
    if any(word.text == ";" for word in words[:verb]):  # What stands before it is another clause, that the parser took in.
        clauses = [child for child in clauses if child > verb or parse.edges(child)[0] > _last(words, verb)]
    return _without_verb(parse.edges(clauses[0]), verb) if clauses else None


def _last(words: Sequence[Word], before: int) -> int:
    return max(i for i in range(before) if words[i].text == ";")


def _without_verb(said: tuple[int, int], verb: int) -> tuple[int, int]:
    """What is said, of one piece, on the side of the verb where more of it stands."""
    low, high = said
    if low <= verb < high:
        return (low, verb) if verb - low > high - verb else (verb + 1, high)
    return said


def _gone_on(parse: Parse, report: Report, found: Sequence[Report]) -> Report:
    """The report with the speaker of the one just before it, where it goes on: "..., a source told AFP, adding that"."""
    word = parse.words[report.by]
    if word.tag != "VBG" or word.dep == "acl" or parse.child(report.by, "nsubj") is not None:
        return report
    before = [other for other in found if other.added and other.by < report.by]
    return replace(report, who=before[-1].who) if before else report


def _to_the_end(parse: Parse, verb: int, content: tuple[int, int]) -> tuple[int, int]:
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
    while end > content[1] and (words[end - 1].dep in ("punct", "cc") and words[end - 1].text not in _CLOSING):
        end -= 1
    return content[0], max(content[1], end)


def _before(parse: Parse, who: Phrase, verb: int, *, lemma: str, content: tuple[int, int] | None) -> tuple[int, int] | None:
    """All before a report that is added to what is said: "the ministry said so, Yonhap reported"."""
    words = parse.words
    end = parse.edges(words[who.head].head)[0] if words[who.head].dep == "appos" else who.low  # "The mayor, Anna Lind,"
    while end and words[end - 1].lower in _LEADING:
        end -= 1
    after = content is not None and content[1] > who.low
    object_ = lemma != "tell" and parse.child(verb, "dobj") is not None
    if not end or words[end - 1].text not in _PARTS or who.high > verb or after or object_:
        return None
    if not any(word.is_verb for word in words[: end - 1]) or words[end - 1].text in _QUOTES and content is None:
        return None
    low = max((i + 1 for i in range(end - 1) if words[i].text == ";"), default=0)
    return (low, end if words[end - 1].text in _CLOSING else end - 1)


def _around(parse: Parse, i: int) -> tuple[int, int]:
    """The clause that a word stands in, or is inserted into."""
    words = parse.words
    start = words[i].head if _is_inserted(parse, i) else i
    clause = start
    for above in (start, *parse.ancestors(start)):
        clause = above
        if words[above].is_verb and parse.child(above, "nsubj", "nsubjpass", "expl") is not None:
            break
    low, high = parse.edges(clause)
    while low < min(i, high - 1) and words[low].dep in ("mark", "cc", "punct") and words[low].text not in _QUOTES:
        low += 1
    return low, high


def _is_met(
    parse: Parse, i: int, lemma: str, *, content: tuple[int, int] | None, quoted: Sequence[tuple[int, int]], passive: bool
) -> bool:
    """Whether there stands with the verb what it needs to report something."""
    needs = NEEDS[lemma]
    object_ = parse.child(i, "dobj")
    if lemma == "claim" and object_ is not None:
        return not parse.words[object_].lower.startswith(("li", "victim", "prize", "title", "responsib", "medal", "win"))
    if lemma == "tell" and content is None and object_ is None:
        return False
    if needs is Needs.NOTHING or content is not None or _is_inserted(parse, i):
        return needs not in (Needs.MATTER, Needs.FIGURE)
    if needs is Needs.MATTER:
        return any(parse.words[child].lower in ("about", "of", "on") for child in parse.children(i, "prep"))
    if needs is Needs.FIGURE:
        return object_ is not None and parse.words[object_].lower in NUMBERS and _at(parse, i, object_)
    quotes_here = any(low <= i + 4 and i - 4 <= high and not low <= i < high for low, high in quoted)
    if needs is Needs.CLAUSE:
        return quotes_here
    return passive or object_ is not None or quotes_here or bool(parse.children(i, "prep", "oprd", "pcomp", "advcl"))


def _at(parse: Parse, verb: int, object_: int) -> bool:
    """Whether a figure follows: "put the number at 1,000"."""
    above = (*parse.children(verb, "prep"), *parse.children(object_, "prep"))
    return any(parse.words[child].lower == "at" for child in above) or any(
        parse.words[i].lower == "at" for i in range(object_, min(len(parse.words), parse.edges(verb)[1]))
    )


def _is_inserted(parse: Parse, i: int) -> bool:
    """Whether the verb stands beside what is said: "the bridge, he said, is safe", "as the ministry reported"."""
    word = parse.words[i]
    as_reported = any(parse.words[child].lower == "as" for child in parse.children(i, "mark", "advmod", "prep"))
    return word.dep == "parataxis" or (as_reported and word.dep == "advcl")


def _cited(parse: Parse, verb: int, *, after: int | None = None) -> Phrase | None:
    """Whom the speaker cites: the object of a "citing" that the verb, or its subject, governs."""
    words = parse.words
    for i, word in enumerate(words):
        if word.lower not in CITING or (after is not None and i < after) or words[i].tag != "VBG":
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


def _is_evidence(parse: Parse, who: Phrase) -> bool:
    """Whether a subject is a thing that shows something, and nobody who says it."""
    head = parse.words[who.head]
    if head.lower in FIGURES or head.tag in ("NNP", "NNPS", "PRP"):
        return False
    return sort_of(parse, who) is Sort.UNKNOWN or (head.tag == "NNS" and head.text.islower() and not _is_people(head.lower))


def _is_people(noun: str) -> bool:
    singular = noun[:-3] + "y" if noun.endswith("ies") else noun.removesuffix("s")
    return sort_of_noun(singular) in (Sort.PERSON, Sort.BODY) or noun.endswith(("ers", "ors", "people", "men", "women"))


def _names_somebody(parse: Parse, who: Phrase) -> bool:
    """Whether a phrase names a speaker, and not nobody in particular."""
    head = parse.words[who.head]
    if head.lower in NOBODY or head.lower in TIMES or not head.text[0].isalnum():
        return False
    if head.lower in FIGURES and head.tag in ("NN", "NNS") and head.lower not in PAPERS:
        owners = [parse.words[i] for i in range(who.low, who.high) if i != who.head]
        return any(word.text[0].isupper() and word.lower not in NOBODY or word.dep in ("compound", "poss") for word in owners)
    return head.is_noun or head.tag == "PRP" or head.text[0].isupper()


def _apart(parse: Parse, found: Sequence[Report]) -> list[Report]:
    """The reports with what is said cut where another's clause begins beside it, not inside it."""
    cut: list[Report] = []
    for report in found:
        low, high = report.said
        for other in found:
            if other.by == report.by or report.added or (not other.added and report.clause and _is_said(parse, report, other)):
                continue
            begin, end = parse.edges(other.by)
            if other.added and low < other.said[1] < high and not report.added:
                high = other.said[1]
                continue
            if low < begin < high and not low <= report.by >= begin:
                high = min(high, _before_mark(parse, begin))
            elif begin <= low and end < high and low < end and not begin <= report.by < end:
                low = end
        cut.append(Report(report.who, report.by, report.cited, (low, max(low + 1, high)), report.clause))
    return cut


def _is_said(parse: Parse, outer: Report, inner: Report) -> bool:
    """Whether the inner report is part of what the outer one says, not a clause beside it."""
    dep = parse.words[inner.by].dep
    return outer.said[0] <= inner.by < outer.said[1] and dep not in ("advcl", "conj", "parataxis", "prep")


def _before_mark(parse: Parse, begin: int) -> int:
    """Before the comma that parts two clauses."""
    while begin > 1 and parse.words[begin - 1].text in (",", ";", "and", "but", "while"):
        begin -= 1
    return begin
