"""A tally of proofs: the verdicts on quotes and on the claims in their tables, over all records, and its own record."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from articles_qa.qa.proof.prove import VERIFICATION, Proof, Verdict


@dataclass(slots=True)
class Tally:
    """Counts of verdicts, of claims and of wrong ones. `in_changed` are quotes that stand, in files that have changed."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    records: int = 0
    claims: int = 0
    wrong_claims: int = 0
    in_changed: int = 0

    def add(self, proofs: Sequence[Proof]) -> None:
        """Count the proofs of one more record."""
        self.records += 1
        self.verdicts.update(proof.verdict for proof in proofs)
        self.claims += sum(len(proof.claims) for proof in proofs)
        self.wrong_claims += sum(bool(claim.wrong) for proof in proofs for claim in proof.claims)
        self.in_changed += sum(proof.verdict is Verdict.OK and bool(proof.file_changed) for proof in proofs)

    @property
    def is_ok(self) -> bool:
        """True where every quote is ok and every claim is right."""
        return self.verdicts.total() == self.verdicts[Verdict.OK] and not self.wrong_claims

    def to_dict(self, records: Sequence[dict[str, Any]], unusable: Sequence[str] = ()) -> dict[str, Any]:
        """Return the record of the check, with those of the records' quotes, and lines on what could not be read."""
        return {
            "schema": VERIFICATION,
            "ok": not unusable and self.is_ok,
            "counts": {verdict.value: self.verdicts[verdict] for verdict in Verdict},
            "claims": {"ok": self.claims - self.wrong_claims, Verdict.NOT_EQUAL.value: self.wrong_claims},
            "records": list(records),
            "unusable": list(unusable),
        }
