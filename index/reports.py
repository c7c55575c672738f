"""Reports: where a parsed sentence says whose word something in it is."""

from collections.abc import Iterator, Sequence

from index.noun_phrases import Phrase, author_of, phrase_of
from index.nouns import COUNTS, NUMBERS
from index.parse import Parse
from index.report import Report, apart, gone_on
from index.reporters import cited_by, is_evidence, joined, names_somebody
from index.reporting_verbs import EVIDENCE, HEARSAY, LEMMAS, NEEDS, Needs
from index.said import OPENING_MARKS, clause_around, content_of, is_inserted, said_before, to_the_end
from index.subjects import agent_of, is_negated, is_passive, subject_of

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
    if head is None or (lemma == "quote" and said_as is None) or _is_under_quoting(parse, i):
        return None
    named = phrase_of(parse, head, until=i if head < i else None)
    who = author_of(parse, joined(parse, named, i), always=False) if named is not None else None
    if who is None or (lemma in EVIDENCE and is_evidence(parse, who)):
        return None
    content = content_of(parse, said_as if said_as is not None else i)
    if not _is_met(parse, i, lemma, content=content, quoted=quoted):
        return None
    cited = cited_by(parse, i)
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
            target = parse.child(i + 1, "pobj") or parse.child(i, "pobj")
            if target is not None and (who := phrase_of(parse, target)) is not None:
                above = word.head
                cited = cited_by(parse, above, after=i)
                yield Report(author_of(parse, who, always=True), i, cited, clause_around(parse, above), clause=False)
        elif word.lower in ("by", "in", "on") and word.dep == "prep" and (counted := _owner_of_count(parse, i)) is not None:
            yield Report(counted, i, None, clause_around(parse, word.head), clause=False)


def _owner_of_count(parse: Parse, preposition: int) -> Phrase | None:
    """Whose count it is: "by the UN's count"."""
    target = parse.child(preposition, "pobj")
    owner = parse.child(target, "poss") if target is not None else None
    if target is None or owner is None or parse.words[target].lower not in COUNTS or parse.words[owner].tag == "PRP$":
        return None
    return phrase_of(parse, owner, until=target)


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
        return any(parse.words[child].lower in ("about", "of", "on") for child in parse.children(i, "prep"))
    if needs is Needs.FIGURE:
        return object_ is not None and parse.words[object_].lower in NUMBERS and _at(parse, i, object_)
    if lemma == "claim" and object_ is not None and parse.words[object_].lower.startswith(_LIVES):
        return False
    if content is not None or is_inserted(parse, i) or (needs is Needs.NOTHING and (lemma != "tell" or object_ is not None)):
        return True
    quoted_near = any(low <= i + NEAR_WORDS and i - NEAR_WORDS <= high and not low <= i < high for low, high in quoted)
    if quoted_near or needs is not Needs.WHAT:
        return quoted_near
    return is_passive(parse, i) or object_ is not None or bool(parse.children(i, "prep", "oprd", "pcomp", "advcl"))


def _at(parse: Parse, verb: int, object_: int) -> bool:
    """Whether a figure follows: "put the number at 1,000"."""
    above = (*parse.children(verb, "prep"), *parse.children(object_, "prep"))
    return any(parse.words[child].lower == "at" for child in above) or any(
        parse.words[i].lower == "at" for i in range(object_, min(len(parse.words), parse.edges(verb)[1]))
    )
