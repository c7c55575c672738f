"""Reports: where a parsed sentence says whose word something in it is.

The army took the town, a source told AFP, adding that many fled.
Parse: source <-nsubj- told -ccomp-> took; told -advcl-> adding -ccomp-> fled.
Two reports: by "told", a source: "The army took the town"; by "adding", which
has no subject of its own, the same source: "that many fled".
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from articles_qa.index.grammar.appositions import nickname_before
from articles_qa.index.grammar.dependency_tree import Parse
from articles_qa.index.grammar.noun_phrases import Phrase, author_of, phrase_of
from articles_qa.index.grammar.reporting_verbs import EVIDENCE, HEARSAY, LEMMAS
from articles_qa.index.grammar.verb_subjects import is_negated, is_passive, subject_of
from articles_qa.index.speakers.attributed_figures import attributed_figures, owner_of_count
from articles_qa.index.speakers.report_scope import (
    OPENING_MARKS,
    clause_around,
    clause_before,
    clause_of_verb,
    has_what_it_needs,
    with_rest_of_sentence,
)
from articles_qa.index.speakers.report_speaker import cited_by, is_evidence, names_somebody, speaker_after, speaker_of_verb


@dataclass(frozen=True, slots=True)
class Report:
    """A speaker, the word `cue` by which they speak, whom they cite, and the words `[low, high)` of the `content`.

    `is_clause`: the content is a clause that the cue governs, not all that
    stands around. `follows`: the report follows its content ("…, Yonhap
    reported").
    """

    speaker: Phrase
    cue: int
    cited: Phrase | None
    content: tuple[int, int]
    is_clause: bool
    follows: bool = False


def reports_of(parse: Parse, quoted: Sequence[tuple[int, int]]) -> list[Report]:
    """Return all reports of a sentence by their contents; `quoted` are the words inside quotation marks."""
    found = [*_by_verbs(parse, quoted), *_by_phrases(parse)]
    found = [report for report in found if names_somebody(parse, report.speaker)]
    found = [_with_earlier_speaker(parse, report, found) for report in found]
    found = [_cut_at_others(parse, report, found) for report in found]
    return sorted(found, key=lambda report: (report.content[0], -report.content[1]))


def _by_verbs(parse: Parse, quoted: Sequence[tuple[int, int]]) -> Iterator[Report]:
    """The reports by verbs that are neither negated nor hearsay."""
    for i, word in enumerate(parse.words):
        lemma = LEMMAS.get(word.lower) or ("say" if _is_beside_quotation(parse, i, quoted) else None)
        # Whatever governs a clause is a verb, however it was tagged: "U.S. intelligence estimate that".
        is_verb = word.is_verb or (word.is_noun and parse.child(i, "ccomp") is not None)
        if lemma is None or not is_verb or word.dep in ("amod", "aux", "compound") or is_negated(parse, i, quoted):
            continue
        is_hearsay = word.lower in HEARSAY and any(after.lower == "to" for after in parse.words[i + 1 : i + 2])
        if not is_hearsay and (report := _by_verb(parse, i, lemma, quoted)) is not None:
            yield report


def _is_beside_quotation(parse: Parse, i: int, quoted: Sequence[tuple[int, int]]) -> bool:
    """Return whether any verb gives a quotation to its subject: "“…,” sighed Ann", "“…,” Ann sighed", "Ann shrugged: “…”"."""
    words = parse.words
    if words[i].tag not in ("VBD", "VBZ"):
        return False
    subject = subject_of(parse, i)
    if subject is None and (after := speaker_after(parse, i)):
        subject = after[0]
    if subject is None or is_evidence(parse, Phrase(subject, subject + 1, subject, definite=False)):
        return False
    begins = min(parse.edges(subject)[0], i)
    for low, high in quoted:
        is_clause = any(word.is_verb for word in words[low:high])
        if high in (i, begins) and words[high - 2].text in (",", "!", "?") and is_clause:
            return True
        if low == i + 2 and words[i + 1].text in (":", ","):
            return True
    return False


def _by_verb(parse: Parse, i: int, lemma: str, quoted: Sequence[tuple[int, int]]) -> Report | None:
    said_as = _quoted_as(parse, i) if lemma == "quote" else None
    is_saying = parse.words[i].dep == "pcomp" and parse.words[parse.words[i].head].lower == "as"
    if is_saying or (lemma == "quote" and said_as is None):  # "Quoted X as saying" is read at "quoted".
        return None
    speaker = speaker_of_verb(parse, i, is_quoting=said_as is not None)
    is_name = speaker is not None and speaker[0] == nickname_before(parse, i)
    if speaker is not None and not is_name and any(low <= speaker[0] < high and not low <= i < high for low, high in quoted):
        speaker = speaker_after(parse, i)  # Nobody speaks from inside the quoted words.
    if speaker is None and any(high == i for _, high in quoted):
        speaker = speaker_after(parse, i)  # "…,” said guide Uta Klamm": the parser may take "guide" for a verb.
    if speaker is None or _takes_in_the_rest(parse, i):
        return None
    head, phrase = speaker
    cited = cited_by(parse, i)
    is_loose = lemma in EVIDENCE or parse.words[i].tag == "VBG"  # "With a tackle denying a try".
    if is_loose and cited is None and is_evidence(parse, phrase):
        return None
    clause = clause_of_verb(parse, said_as if said_as is not None else i)
    if not has_what_it_needs(parse, i, lemma, clause=clause, quoted=quoted):
        return None
    if said_as is not None:
        source = parse.child(i, "nsubjpass" if is_passive(parse, i) else "dobj")
        if source is not None and source != head and parse.words[source].is_noun:
            cited = phrase_of(parse, source)
    before = clause_before(parse, phrase, i, lemma=lemma, clause=clause)
    if clause is not None:
        around = with_rest_of_sentence(parse, i, clause)
    else:
        around = (i + 1, parse.edges(i)[1]) if _is_aside(parse, i) else clause_around(parse, i)
    return Report(phrase, i, cited, before or around, is_clause=clause is not None, follows=before is not None)


def _is_aside(parse: Parse, i: int) -> bool:
    """Return whether a report has only its own words: "was jailed for accusing him", "those who accused him lost"."""
    who = parse.child(i, "nsubj")
    is_relative = parse.words[i].dep == "relcl" and who is not None and parse.words[who].tag in ("WP", "WDT")
    return (parse.words[i].dep == "pcomp" or is_relative) and i + 1 < parse.edges(i)[1]


def _takes_in_the_rest(parse: Parse, i: int) -> bool:
    """Return whether the parser put the whole sentence under a relative clause: "a firm that said its pills heal was fined"."""
    word = parse.words[i]
    has_verb = any(each.dep == "ROOT" and each.is_verb for each in parse.words)
    return word.dep == "relcl" and parse.words[word.head].dep == "ROOT" and not has_verb


def _quoted_as(parse: Parse, i: int) -> int | None:
    """The verb "saying" of "quoted X as saying"."""
    for preposition in parse.children(i, "prep"):
        saying = parse.child(preposition, "pcomp")
        if parse.words[preposition].lower == "as" and saying is not None and parse.words[saying].lower in LEMMAS:
            return saying
    return None


def _by_phrases(parse: Parse) -> Iterator[Report]:
    """The reports by "Kirby: “…”", "according to X", "by X's count" and "X's count stands at 12"."""
    words = parse.words
    if label := _label(parse):
        yield Report(label, label.high, None, (label.high + 1, len(words)), is_clause=True)
    for i, word in enumerate(words):
        if word.lower == "according" and i + 1 < len(words) and words[i + 1].lower == "to":
            if (named := _after_according(parse, i)) is not None:
                cited = cited_by(parse, word.head, after=i)
                around = clause_around(parse, word.head)
                yield Report(author_of(parse, named, always=True), i, cited, around, is_clause=False)
        elif word.lower in ("by", "in", "on") and word.dep == "prep":
            target = parse.child(i, "pobj")
            if target is not None and (owner := owner_of_count(parse, target)) is not None:
                yield Report(owner, i, None, clause_around(parse, word.head), is_clause=False)
    for figure in attributed_figures(parse):
        yield Report(figure.owner, figure.noun, None, clause_around(parse, figure.verb), is_clause=False)


def _label(parse: Parse) -> Phrase | None:
    """The name before a colon and a quotation: 'Kirby: "We will not stop."'"""
    words = parse.words
    end = next((i for i, word in enumerate(words[:6]) if word.text == ":"), 0)
    is_name = all(word.tag in ("NNP", "NN") and word.text[0].isupper() for word in words[:end])
    is_label = end and is_name and end + 1 < len(words) and words[end + 1].text in OPENING_MARKS
    return Phrase(0, end, end - 1, definite=False) if is_label else None


def _after_according(parse: Parse, i: int) -> Phrase | None:
    """The phrase after "according to", without a clause's subject that the parser joined to the phrase behind a comma."""
    words = parse.words
    target = parse.child(i + 1, "pobj") or parse.child(i, "pobj")
    comma = next((j for j in range(i + 2, len(words)) if words[j].text == ","), len(words))
    if target is None and comma < len(words) and words[comma - 1].is_noun and parse.edges(comma - 1)[0] == i + 2:
        target = comma - 1
    named = phrase_of(parse, target) if target is not None else None
    verb = words[i].head
    lacks_subject = words[verb].is_verb and i < verb and parse.child(verb, "nsubj", "nsubjpass", "expl") in (None, target)
    if named is not None and lacks_subject and named.head < comma < named.high:
        return replace(named, high=comma)
    return named


def _with_earlier_speaker(parse: Parse, report: Report, found: Sequence[Report]) -> Report:
    """The report with the speaker of the one just before, where it continues: "…, a source told AFP, adding that"."""
    word = parse.words[report.cue]
    if word.tag != "VBG" or word.dep == "acl" or parse.child(report.cue, "nsubj") is not None:
        return report
    before = [other for other in found if other.follows and other.cue < report.cue]
    return replace(report, speaker=before[-1].speaker) if before else report


def _cut_at_others(parse: Parse, report: Report, found: Sequence[Report]) -> Report:
    """The report with its content cut where another report's clause begins beside it, not inside it.

    Police said 12 people died, while the mayor said 20 had died.
    The parser puts the mayor's clause under "died"; the cut leaves Police with
    "12 people died".
    """
    low, high = report.content
    for other in found:
        # What another reports inside this clause is part of the clause, unless the other's report stands beside it.
        beside = parse.words[other.cue].dep in ("advcl", "conj", "parataxis", "prep")
        is_inside = report.content[0] <= other.cue < report.content[1] and not beside
        if other.cue == report.cue or report.follows or (not other.follows and report.is_clause and is_inside):
            continue
        begin, end = parse.edges(other.cue)
        if other.follows and low < other.content[1] < high:
            high = other.content[1]
        elif low < begin < high and not low <= report.cue >= begin:
            while begin > 1 and parse.words[begin - 1].text in (",", ";", "and", "but", "while"):
                begin -= 1
            high = min(high, begin)
        elif begin <= low and end < high and low < end and not begin <= report.cue < end:
            low = end
    return replace(report, content=(low, max(low + 1, high)))
