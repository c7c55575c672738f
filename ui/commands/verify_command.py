"""The command `qa verify`: what is checked, and what is said of it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from index.backends import backend_at, check_index
from index.english import count
from index.errors import InputError
from index.files.printable import one_line, printable
from index.files.source_files import Sources
from index.verify.findings import MAX_FINDINGS, Soundness
from qa.proof.prove import Proof, Verdict, prove
from qa.proof.saved_answer import SavedAnswer
from ui.commands.output import note, show, show_json
from ui.commands.read_answers import named, read_records
from ui.text.wording import place

SCHEMA = "verification/1"


@dataclass(frozen=True, slots=True)
class Request:
    """What `qa verify` is asked for. No `answers`: the index itself. `everything` shows what is right, too."""

    index: Path | str
    answers: tuple[Path, ...] = ()
    root: Path | None = None
    generation: int | None = None
    json: bool = False
    everything: bool = False


class Outcome(Enum):
    """What came of it; of several, what stands last counts."""

    SOUND = "sound"
    NOT_PROVEN = "not proven"
    INPUT_UNUSABLE = "input unusable"
    INDEX_DAMAGED = "index damaged"


@dataclass(frozen=True, slots=True)
class _Proven:
    """An answer with its proofs, the file that its record stands in and which one there it is; `of` how many."""

    file: Path
    number: int
    of: int
    answer: SavedAnswer
    proofs: tuple[Proof, ...]


class _Tally:
    """How many quotes came out how, and how many claims of their tables are right, over all records."""

    def __init__(self) -> None:
        self.verdicts: Counter[Verdict] = Counter()
        self.claims = self.wrong_claims = 0
        self._records = self._in_changed = 0

    def add(self, proven: _Proven) -> None:
        self._records += 1
        self.verdicts.update(proof.verdict for proof in proven.proofs)
        self.claims += sum(len(proof.claims) for proof in proven.proofs)
        self.wrong_claims += sum(bool(claim.wrong) for proof in proven.proofs for claim in proof.claims)
        self._in_changed += sum(proof.verdict is Verdict.OK and bool(proof.file_changed) for proof in proven.proofs)

    @property
    def is_ok(self) -> bool:
        """Whether nothing is wrong with any."""
        return self.verdicts.total() == self.verdicts[Verdict.OK] and not self.wrong_claims

    def summary(self) -> str:
        """All of it in a line; claims are told of where one of them is wrong."""
        told = [f"{self.verdicts[verdict]:,} {verdict.value}" for verdict in Verdict if self.verdicts[verdict]]
        if self._in_changed:
            told[0] += f" ({self._in_changed:,} in files that have changed elsewhere)"
        of = f"{count(self.verdicts.total(), 'quote')} in {count(self._records, 'record')}"
        wrong = f"; {self.wrong_claims:,} of {count(self.claims, 'claim')} not equal" if self.wrong_claims else ""
        return (f"{of}: {', '.join(told)}" if told else of) + wrong


def verify(request: Request) -> Outcome:
    """Check the index, or each quote of the answers against its source file, and print what came of it.

    Raises:
        InputError: the request cannot be met.
        IndexUnusableError: the index cannot be looked at.
    """
    if not request.answers:
        if request.root is not None:
            raise InputError("--root: says where the files of quotes lie; name saved answers too")
        return _verify_index(request)
    return _verify_answers(request)


def _verify_index(request: Request) -> Outcome:
    found = check_index(request.index, number=request.generation)
    if request.json:
        findings = [asdict(finding) for finding in found.findings]
        record = {"directory": str(found.directory), "generation": found.generation, "checked": asdict(found.checked)}
        show_json({"schema": SCHEMA, "ok": not findings, "index": {**record, "findings": findings}})
    else:
        show("\n".join(_index_lines(found)))
    if found.findings:
        note(f"qa: {found.directory}: the index is damaged; run qa index --rebuild")
    return Outcome.INDEX_DAMAGED if found.findings else Outcome.SOUND


def _index_lines(found: Soundness) -> Iterator[str]:
    checked = found.checked
    for finding in found.findings:
        yield f"{printable(finding.where)}: {printable(finding.what)}"
    held = [count(checked.files, "file") + f" ({checked.size_bytes / 1e6:.1f} MB)"] if checked.files else []
    if checked.articles:
        held += [count(checked.articles, "article"), count(checked.passages, "passage"), count(checked.sentences, "sentence")]
    wrong = count(len(found.findings), "fault") if found.findings else "nothing wrong"
    wrong += " or more" if len(found.findings) == MAX_FINDINGS else ""
    wrong += f"; {found.not_checked} were not looked at" if found.not_checked else ""
    yield f"{printable(str(found.directory))}, generation {found.generation}: {', '.join(held)} checked, {wrong}"


def _verify_answers(request: Request) -> Outcome:
    sources = _sources(request)
    tally = _Tally()
    unusable: list[str] = []
    shown: list[dict[str, Any]] = []
    for proven in _each_proven(request.answers, sources, unusable):
        tally.add(proven)
        if request.json:
            shown.append(_proven_dict(proven))
        elif lines := list(_proven_lines(proven, everything=request.everything)):
            show("\n".join(lines))
    ok = not unusable and tally.is_ok
    if request.json:
        counts = {verdict.value: tally.verdicts[verdict] for verdict in Verdict}
        claims = {"ok": tally.claims - tally.wrong_claims, Verdict.NOT_EQUAL.value: tally.wrong_claims}
        show_json({"schema": SCHEMA, "ok": ok, "counts": counts, "claims": claims, "records": shown, "unusable": unusable})
    else:
        show(tally.summary())
    if unusable:
        return Outcome.INPUT_UNUSABLE
    return Outcome.SOUND if ok else Outcome.NOT_PROVEN


def _each_proven(paths: Sequence[Path], sources: Sources, unusable: list[str]) -> Iterator[_Proven]:
    """Each answer with its proofs; what is wrong with a file is noted, and the others are proven all the same."""
    for path in paths:
        try:
            answers = read_records(path)
        except InputError as error:
            unusable.append(str(error))
            note(f"qa: {error}")
            continue
        for number, answer in enumerate(answers, 1):
            yield _Proven(path, number, len(answers), answer, prove(answer, sources))


def _sources(request: Request) -> Sources:
    """Where the files lie: below the root that is named, else where the index says, damaged or not."""
    if request.root is not None:
        if not request.root.is_dir():
            raise InputError(f"--root {request.root}: not a folder; name the one that the articles lie in")
        return Sources.under(request.root)
    return backend_at(request.index).sources(request.generation, lambda text: note(f"qa: {text}"))


def _proven_lines(proven: _Proven, *, everything: bool) -> Iterator[str]:
    """A heading and a line a quote, and a line a claim that is wrong: of those that are not ok, or of all quotes."""
    told = [line for proof in proven.proofs for line in _proof_lines(proof, everything=everything)]
    if told:
        which = f", record {proven.number}" if proven.of > 1 else ""
        yield f"{named(proven.file)}{which}: {one_line(proven.answer.question)}"
    yield from told


def _proof_lines(proof: Proof, *, everything: bool) -> Iterator[str]:
    if everything or proof.verdict is not Verdict.OK:
        yield f"  {_numbered(proof)} {proof.verdict.value:<12} {' - '.join(part for part in _parts(proof) if part)}"
    for claim in proof.claims:
        if claim.wrong:
            value = f"“{one_line(claim.claim.value)[:40]}” of the table {one_line(claim.about)[:40]}"
            yield f"  {_numbered(proof)} {Verdict.NOT_EQUAL.value:<12} {value} - {printable(claim.wrong)}"


def _numbered(proof: Proof) -> str:
    """A quote's number as the answer shows it; nearest misses are numbered for themselves."""
    return f"[{proof.quote.rank}]" if proof.answers else f"(nearest {proof.quote.rank})"


def _parts(proof: Proof) -> Sequence[str]:
    quote, now = proof.quote, proof.now
    where = place(printable(quote.source), quote.first_line, quote.last_line)
    moved = ""
    if proof.verdict is Verdict.MOVED and now is not None:
        moved = f"now {_lines(now.first_line, now.last_line)}, characters {now.start:,} to {now.end:,}"
        moved += f", the nearest of {proof.places:,} places" if proof.places > 1 else ""
    also = "the file has changed elsewhere" if proof.verdict is Verdict.OK and proof.file_changed else ""
    return where, moved, also, printable(proof.reason)


def _lines(first: int, last: int) -> str:
    return f"line {first:,}" if first == last else f"lines {first:,} to {last:,}"


def _proven_dict(proven: _Proven) -> dict[str, Any]:
    proofs = [proof.to_dict() for proof in proven.proofs]
    return {"file": str(proven.file), "record": proven.number, "question": proven.answer.question, "quotes": proofs}
