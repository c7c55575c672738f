"""Reports: where a parsed sentence says whose word something in it is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.grammar.appositions import agreeing, apposed_subject, opening_name
from index.grammar.dependency_tree import Parse
from index.grammar.noun_classes import TIMES
from index.grammar.noun_phrases import Phrase, author_of, phrase_of
from index.grammar.reporting_verbs import COUNTING, EVIDENCE, HEARSAY, LEMMAS, NEEDS, Needs
from index.grammar.verb_subjects import agent_of, is_negated, is_passive, subject_of
from index.speakers.attributed_figures import estimates_of, holds_figure, is_put_at, owner_of
from index.speakers.report_scope import OPENING_MARKS, clause_around, content_of, is_inserted, said_before, to_the_end
from index.speakers.report_speaker import cited_by, is_evidence, joined, names_somebody


@dataclass(frozen=True, slots=True)
class Report:
    """Who says something, by which word, whom they cite; `said` are the words `[low, high)` that are theirs.

    `clause` is whether what is said is a clause of its own, or all that
    stands around; `added` whether the report follows it ("..., Yonhap
    reported").
    """

    who: Phrase
    by: int
    cited: Phrase | None
    said: tuple[int, int]
    clause: bool
    added: bool = False


def apart(parse: Parse, found: Sequence[Report]) -> list[Report]:
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
        cut.append(replace(report, said=(low, max(low + 1, high))))
    return cut


def gone_on(parse: Parse, report: Report, found: Sequence[Report]) -> Report:
    """The report with the speaker of the one just before it, where it goes on: "..., a source told AFP, adding that"."""
    word = parse.words[report.by]
    if word.tag != "VBG" or word.dep == "acl" or parse.child(report.by, "nsubj") is not None:
        return report
    before = [other for other in found if other.added and other.by < report.by]
    return replace(report, who=before[-1].who) if before else report


def _is_said(parse: Parse, outer: Report, inner: Report) -> bool:
    """Whether the inner report is part of what the outer one says, not a clause beside it."""
    dep = parse.words[inner.by].dep
    return outer.said[0] <= inner.by < outer.said[1] and dep not in ("advcl", "conj", "parataxis", "prep")


def _before_mark(parse: Parse, begin: int) -> int:
    """Before the comma that parts two clauses."""
    while begin > 1 and parse.words[begin - 1].text in (",", ";", "and", "but", "while"):
        begin -= 1
    return begin


NEAR_WORDS = 4  # Between a verb and a quotation that it brings.
_LIVES = ("li", "victim", "prize", "title", "responsib", "medal", "win")  # "The war claimed 300 lives."


def reports_of(parse: Parse, quoted: Sequence[tuple[int, int]]) -> list[Report]:
    """All reports of a sentence, in the order of what is said; `quoted` are the words inside quotation marks."""
    found = [*_by_verbs(parse, quoted), *_by_phrases(parse)]
    kept = [report for report in found if names_somebody(parse, report.who)]
    kept = [gone_on(parse, report, kept) for report in kept]
    return sorted(apart(parse, kept), key=lambda report: (report.said[0], -report.said[1]))


def _by_verbs(parse: Parse, quoted: Sequence[tuple[int, int]]) -> Iterator[Report]:
    """By each reporting verb that is not denied, nor hearsay."""
    for i, word in enumerate(parse.words):
        lemma = LEMMAS.get(word.lower)
        if lemma is None or not _is_verb(parse, i) or word.dep in ("amod", "aux", "compound") or is_negated(parse, i):
            continue
        hearsay = word.lower in HEARSAY and any(after.lower == "to" for after in parse.words[i + 1 : i + 2])
        if not hearsay and (report := _by_verb(parse, i, lemma, quoted)) is not None:
            yield report


def _by_verb(parse: Parse, i: int, lemma: str, quoted: Sequence[tuple[int, int]]) -> Report | None:
    said_as = _quoted_as(parse, i) if lemma == "quote" else None
    passive, agent = is_passive(parse, i), agent_of(parse, i)
    head = agent if passive and (said_as is None or agent is not None) else subject_of(parse, i)
    if head is None:
        head = apposed_subject(parse, i) or opening_name(parse, i)
    if head is None or (lemma == "quote" and said_as is None) or _is_under_quoting(parse, i):
        return None
    head = agreeing(parse, head)
    named = phrase_of(parse, head, until=i if head < i else None)
    who = author_of(parse, joined(parse, named, i), always=False) if named is not None else None
    cited = cited_by(parse, i)
    if who is None or (lemma in EVIDENCE and cited is None and is_evidence(parse, who)):
        return None
    content = content_of(parse, said_as if said_as is not None else i)
    if not _is_met(parse, i, lemma, content=content, quoted=quoted):
        return None
    passed_on = parse.child(i, "nsubjpass" if passive else "dobj") if said_as is not None else None
    if passed_on is not None and passed_on != head and parse.words[passed_on].is_noun:
        cited = phrase_of(parse, passed_on)
    before = said_before(parse, who, i, lemma=lemma, content=content)
    around = clause_around(parse, i) if content is None else to_the_end(parse, i, content)
    return Report(who, i, cited, before or around, clause=content is not None, added=before is not None)


def _is_verb(parse: Parse, i: int) -> bool:
    """Whether a word is a verb; one that governs a clause is, whatever it was tagged as ("U.S. intelligence estimate that")."""
    return parse.words[i].is_verb or (parse.words[i].is_noun and parse.child(i, "ccomp") is not None)


def _by_phrases(parse: Parse) -> Iterator[Report]:
    """ "According to X", "by X's count"."""
    words = parse.words
    if label := _label(parse):
        yield Report(label, label.high, None, (label.high + 1, len(words)), clause=True)
    for i, word in enumerate(words):
        if word.lower == "according" and i + 1 < len(words) and words[i + 1].lower == "to":
            if (who := _after_according(parse, i)) is not None:
                above = word.head
                cited = cited_by(parse, above, after=i)
                yield Report(author_of(parse, who, always=True), i, cited, clause_around(parse, above), clause=False)
        elif word.lower in ("by", "in", "on") and word.dep == "prep":
            target = parse.child(i, "pobj")
            if target is not None and (counted := owner_of(parse, target)) is not None:
                yield Report(counted, i, None, clause_around(parse, word.head), clause=False)
    for estimate in estimates_of(parse):
        yield Report(estimate.who, estimate.noun, None, clause_around(parse, estimate.verb), clause=False)


def _after_according(parse: Parse, i: int) -> Phrase | None:
    """Who follows "according to", without the subject of a clause that the parser joined to them behind a comma."""
    words = parse.words
    target = parse.child(i + 1, "pobj") or parse.child(i, "pobj")
    comma = next((j for j in range(i + 2, len(words)) if words[j].text == ","), len(words))
    if target is None and comma < len(words) and words[comma - 1].is_noun and parse.edges(comma - 1)[0] == i + 2:
        target = comma - 1
    who = phrase_of(parse, target) if target is not None else None
    verb = words[i].head
    lacks = words[verb].is_verb and i < verb and parse.child(verb, "nsubj", "nsubjpass", "expl") in (None, target)
    if who is not None and lacks and who.head < comma < who.high:
        return replace(who, high=comma)
    return who


def _label(parse: Parse) -> Phrase | None:
    """The name before a colon and a quotation: 'Kirby: "We will not stop."'"""
    words = parse.words
    end = next((i for i, word in enumerate(words[:6]) if word.text == ":"), 0)
    named = all(word.tag in ("NNP", "NN") and word.text[0].isupper() for word in words[:end])
    is_label = end and named and end + 1 < len(words) and words[end + 1].text in OPENING_MARKS
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


def _is_met(parse: Parse, i: int, lemma: str, *, content: tuple[int, int] | None, quoted: Sequence[tuple[int, int]]) -> bool:
    """Whether there stands with the verb what it needs to report something."""
    needs, object_ = NEEDS[lemma], parse.child(i, "dobj")
    if needs is Needs.MATTER:
        return _names_matter(parse, i)
    if needs is Needs.FIGURE or lemma == "hold":
        return is_put_at(parse, i, lemma) or (lemma == "hold" and _is_held(parse, content))
    if lemma == "claim" and object_ is not None and parse.words[object_].lower.startswith(_LIVES):
        return False
    counted = lemma in COUNTING and object_ is not None and holds_figure(parse, object_)
    if (
        counted
        or content is not None
        or is_inserted(parse, i)
        or (needs is Needs.NOTHING and (lemma != "tell" or object_ is not None))
    ):
        return True
    quoted_near = any(low <= i + NEAR_WORDS and i - NEAR_WORDS <= high and not low <= i < high for low, high in quoted)
    if quoted_near or needs is not Needs.WHAT:
        return quoted_near
    return is_passive(parse, i) or object_ is not None or bool(parse.children(i, "prep", "oprd", "pcomp", "advcl"))


def _names_matter(parse: Parse, i: int) -> bool:
    """Whether it is said of what somebody spoke, and not only when."""
    matters = [child for child in parse.children(i, "prep") if parse.words[child].lower in ("about", "of", "on")]
    targets = [parse.child(child, "pobj") for child in matters]
    return any(target is None or parse.words[target].lower not in TIMES for target in targets)


def _is_held(parse: Parse, content: tuple[int, int] | None) -> bool:
    """Whether a view is held: "hold that it is old", never "hold what they took"."""
    return content is not None and parse.words[content[0]].lower == "that"
