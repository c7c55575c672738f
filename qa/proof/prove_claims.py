"""Proving claims: comparing the values of a saved answer, and their speakers, with the quote and its article."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from articles_qa.index.articles.article import Article
from articles_qa.qa.proof.contradictions import stands
from articles_qa.qa.proof.saved_answer import SavedAnswer, SavedClaim, SavedQuote


@dataclass(frozen=True, slots=True)
class ClaimProof:
    """A claim of a table, and its false statements; `wrong` is "" where there are none."""

    about: str
    claim: SavedClaim
    wrong: str

    def to_dict(self) -> dict[str, Any]:
        """Return the proof as JSON holds it, with the fields that identify the claim."""
        claim = self.claim
        named = {"about": self.about, "value": claim.value, "start": claim.start, "end": claim.end}
        return {**named, "ok": not self.wrong, "reason": self.wrong}


def claims_by_quote(answer: SavedAnswer) -> Mapping[int, list[tuple[str, SavedClaim]]]:
    """Return the claims on each quote with the headings of their tables, by the quote's rank."""
    found: dict[int, list[tuple[str, SavedClaim]]] = {}
    for table in answer.claims:
        for claim in table.all_claims:
            found.setdefault(claim.rank, []).append((table.about, claim))
    return found


def prove_claims(
    claims: Sequence[tuple[str, SavedClaim]], quote: SavedQuote, article: Article | None
) -> tuple[ClaimProof, ...]:
    """Prove the claims on a quote by its article; by the record alone where the file is missing or has changed.

    A value lies inside its quote and moves with the quote.
    """
    words = _QuotedTexts(quote, article) if article is not None and claims else None
    made = []
    for about, claim in claims:
        wrong = [*_contradictions(claim, quote), *(_false_statements(claim, words) if words else ())]
        made.append(ClaimProof(about, claim, "; ".join(wrong)))
    return tuple(made)


def _false_statements(claim: SavedClaim, words: "_QuotedTexts") -> Iterator[str]:
    """Yield the statements of a claim that are false of its article."""
    for name, span in (("said_by", claim.said_by_span), ("citing", claim.citing_span)):
        if span is not None and not stands(getattr(claim, name) or "", span, words.article.text):
            yield f"{name} does not stand where {name}_span says"
    for name, said in (("counted", claim.counted), ("period", claim.period)):
        if said is not None and not words.hold(said):
            yield f"its {name} does not stand in the file"


class _QuotedTexts:
    """The words of an article and of a quote from it. Each text is searched for once."""

    def __init__(self, quote: SavedQuote, article: Article) -> None:
        self.article = article
        self._texts = (_folded_line(article.text), _uninterrupted(quote))
        self._held: dict[str, bool] = {}

    def hold(self, words: str) -> bool:
        """Return whether words stand in the article, or in the quote without the page furniture inside it."""
        line = " ".join(words.split()).casefold()
        if line not in self._held:
            self._held[line] = line != "" and any(line in text for text in self._texts)
        return self._held[line]


@lru_cache(4)  # The quotes of one file are proved in turn. For a long file this takes as long as the rest of the proof.
def _folded_line(text: str) -> str:
    """Return a text as one line in small letters."""
    return " ".join(text.split()).casefold()


def _contradictions(claim: SavedClaim, quote: SavedQuote) -> Iterator[str]:
    """Yield the statements of a claim that cannot be true of any file."""
    if quote.text[claim.start - quote.start : claim.end - quote.start] != claim.value:
        yield "its value does not stand in the quote from start to end"
    for name in ("said_by", "citing"):
        if (getattr(claim, name) is None) != (getattr(claim, f"{name}_span") is None):
            yield f"only one of {name} and {name}_span is given"
    if claim.citing is not None and claim.said_by is None:
        yield "citing is given, said_by is not"
    if claim.speaker is not None and claim.said_by is None:
        yield "speaker is given, said_by is not"
    same = claim.said_by is not None and claim.said_by_span == quote.said_by_span
    if same and claim.speaker is not None and quote.speaker is not None and claim.speaker != quote.speaker.name:
        yield "its speaker is another than that of the quote"
    if claim.published not in (None, quote.published):
        yield "its day of publication is another than that of the quote"


def _uninterrupted(quote: SavedQuote) -> str:
    """Return the words of a quote without its gaps."""
    text = list(quote.text)
    for gap in quote.gaps:
        start, end = max(0, gap.start - quote.start), min(len(text), gap.end - quote.start)
        text[start:end] = " " * max(0, end - start)
    return " ".join("".join(text).split()).casefold()
