"""The command `qa verify`: checks an index, or the quotes of saved answers against the files as they are now."""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from articles_qa.index.backends import backend_at, check_index
from articles_qa.index.english import count
from articles_qa.index.errors import InputError
from articles_qa.index.files.printable import one_line, printable
from articles_qa.index.files.source_files import Sources
from articles_qa.index.verify.findings import MAX_FINDINGS, Soundness
from articles_qa.qa.proof.prove import VERIFICATION, Proof, Verdict, prove
from articles_qa.qa.proof.saved_answer import SavedAnswer
from articles_qa.qa.proof.tally import Tally
from articles_qa.ui.commands.output import ExitStatus, note, show, show_json
from articles_qa.ui.commands.read_answers import read_answers, shown_name
from articles_qa.ui.text.wording import place_of


@dataclass(frozen=True, slots=True)
class _Proven:
    """A saved answer with its proofs. Its record is number `number` of the `of` records in `file`."""

    file: Path
    number: int
    of: int
    answer: SavedAnswer
    proofs: tuple[Proof, ...]


def _summary(tally: Tally) -> str:
    """Return the counts in a line; claims are counted only where one of them is wrong."""
    told = [f"{tally.verdicts[verdict]:,} {verdict.value}" for verdict in Verdict if tally.verdicts[verdict]]
    if tally.in_changed:
        told[0] += f" ({tally.in_changed:,} in files that have changed elsewhere)"
    of = f"{count(tally.verdicts.total(), 'quote')} in {count(tally.records, 'record')}"
    wrong = f"; {tally.wrong_claims:,} of {count(tally.claims, 'claim')} not equal" if tally.wrong_claims else ""
    return (f"{of}: {', '.join(told)}" if told else of) + wrong


def verify(chosen: Namespace) -> ExitStatus:
    """Check the index, or each quote of the saved answers, and print the result.

    Raises:
        InputError: the arguments do not fit together, or name nothing to check.
        IndexUnusableError: the index cannot be opened.
    """
    if not chosen.answers:
        if chosen.root is not None:
            raise InputError("--root: names the folder of the quoted files; name saved answers too")
        return _verify_index(chosen)
    return _verify_answers(chosen)


def _verify_index(chosen: Namespace) -> ExitStatus:
    found = check_index(chosen.index, number=chosen.generation)
    if chosen.json:
        findings = [asdict(finding) for finding in found.findings]
        record = {"directory": str(found.directory), "generation": found.generation, "checked": asdict(found.checked)}
        show_json({"schema": VERIFICATION, "ok": not findings, "index": {**record, "findings": findings}})
    else:
        show("\n".join(_index_lines(found)))
    if found.findings:
        note(f"qa: {found.directory}: the index is damaged; run qa index --rebuild")
    return ExitStatus.INDEX_UNUSABLE if found.findings else ExitStatus.DONE


def _index_lines(found: Soundness) -> Iterator[str]:
    checked = found.checked
    for finding in found.findings:
        yield f"{printable(finding.where)}: {printable(finding.what)}"
    content = [count(checked.files, "file") + f" ({checked.size_bytes / 1e6:.1f} MB)"] if checked.files else []
    if checked.articles:
        content += [count(getattr(checked, f"{noun}s"), noun) for noun in ("article", "passage", "sentence")]
    wrong = count(len(found.findings), "fault") if found.findings else "nothing wrong"
    wrong += " or more" if len(found.findings) == MAX_FINDINGS else ""
    wrong += f"; {found.not_checked} were not looked at" if found.not_checked else ""
    yield f"{printable(str(found.directory))}, generation {found.generation}: {', '.join(content)} checked, {wrong}"


def _verify_answers(chosen: Namespace) -> ExitStatus:
    sources = _sources(chosen)
    tally = Tally()
    unusable: list[str] = []
    shown: list[dict[str, Any]] = []
    for proven in _each_proven(chosen.answers, sources, unusable):
        tally.add(proven.proofs)
        if chosen.json:
            proofs = [proof.to_dict() for proof in proven.proofs]
            shown.append(
                {"file": str(proven.file), "record": proven.number, "question": proven.answer.question, "quotes": proofs}
            )
        elif lines := list(_proven_lines(proven, everything=chosen.verbose)):
            show("\n".join(lines))
    ok = not unusable and tally.is_ok
    if chosen.json:
        show_json(tally.to_dict(shown, unusable))
    else:
        show(_summary(tally))
    if unusable:
        return ExitStatus.INPUT_UNUSABLE
    return ExitStatus.DONE if ok else ExitStatus.NOT_PROVEN


def _each_proven(paths: Sequence[Path], sources: Sources, unusable: list[str]) -> Iterator[_Proven]:
    """Yield each saved answer with its proofs. A file that cannot be read is noted; the other files are still checked."""
    for path in paths:
        try:
            answers = read_answers(path)
        except InputError as error:
            unusable.append(str(error))
            note(f"qa: {error}")
            continue
        for number, answer in enumerate(answers, 1):
            yield _Proven(path, number, len(answers), answer, prove(answer, sources))


def _sources(chosen: Namespace) -> Sources:
    """Return the place of the articles: the root that is named, else the one in the index, damaged or not."""
    if chosen.root is not None:
        if not chosen.root.is_dir():
            raise InputError(f"--root {chosen.root}: not a folder; name the one that the articles lie in")
        return Sources.under(chosen.root)
    return backend_at(chosen.index).sources(chosen.generation, lambda text: note(f"qa: {text}"))


def _proven_lines(proven: _Proven, *, everything: bool) -> Iterator[str]:
    """Yield a heading, a line a quote, and a line a wrong claim. Without `everything`, quotes that are ok are left out."""
    told = [line for proof in proven.proofs for line in _proof_lines(proof, everything=everything)]
    if told:
        which = f", record {proven.number}" if proven.of > 1 else ""
        yield f"{shown_name(proven.file)}{which}: {one_line(proven.answer.question)}"
    yield from told


def _proof_lines(proof: Proof, *, everything: bool) -> Iterator[str]:
    if everything or proof.verdict is not Verdict.OK:
        yield f"  {_numbered(proof)} {proof.verdict.value:<12} {' - '.join(part for part in _parts(proof) if part)}"
    for claim in proof.claims:
        if claim.wrong:
            value = f"“{one_line(claim.claim.value)[:40]}” of the table {one_line(claim.about)[:40]}"
            yield f"  {_numbered(proof)} {Verdict.NOT_EQUAL.value:<12} {value} - {printable(claim.wrong)}"


def _numbered(proof: Proof) -> str:
    """Return the number of a quote as the answer shows it; nearest misses have numbers of their own."""
    return f"[{proof.quote.rank}]" if proof.answers else f"(nearest {proof.quote.rank})"


def _parts(proof: Proof) -> Sequence[str]:
    quote, now = proof.quote, proof.now
    where = printable(place_of(quote))
    moved = ""
    if proof.verdict is Verdict.MOVED and now is not None:
        moved = f"now {_lines(now.first_line, now.last_line)}, characters {now.start:,} to {now.end:,}"
        moved += f", the nearest of {proof.places:,} places" if proof.places > 1 else ""
    also = "the file has changed elsewhere" if proof.verdict is Verdict.OK and proof.file_changed else ""
    return where, moved, also, printable(proof.reason)


def _lines(first: int, last: int) -> str:
    return f"line {first:,}" if first == last else f"lines {first:,} to {last:,}"
