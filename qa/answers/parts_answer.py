"""The answer to a question in parts, made of the answers to its parts.

"How old is Mubanga, and where is he from?" is asked as two questions. Of the
answer's quotes, say, [1] and [2] answer the first part, and [3] the second.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from articles_qa.qa.answers.answer import Answer, AnsweredPart
from articles_qa.qa.answers.comparison import QuotedClaim, QuotedTable
from articles_qa.qa.answers.quote import Quote


def join_parts(question: str, parts: Sequence[Answer], *, took_ms: float) -> Answer:
    """Return the answer to a question whose parts have these answers, at least one.

    Each part keeps its quotes, also one that another part has. Ranks count on
    from part to part. Tables and the quotes beside them are those of the first
    part that has any.
    """
    first = parts[0]
    quotes = tuple(_counted_on(parts))
    answered = any(part.answered for part in parts)
    starts = [sum(len(part.quotes) for part in parts[:number]) for number in range(len(parts))]
    claims, beside = _tables(parts, starts, quotes)
    return Answer(
        question=question,
        searched=tuple(dict.fromkeys(text for part in parts for text in part.searched)),
        answered=answered,
        confidence=max(part.confidence for part in parts),
        reason=None if answered else first.reason,
        quotes=quotes,
        closest=() if answered else _misses(parts),
        index=first.index,
        took_ms=took_ms,
        beside=beside,
        claims=claims,
        within=first.within,
        more=sum(part.more for part in parts),
        parts=tuple(
            AnsweredPart(
                part.question,
                part.answered,
                part.confidence,
                part.reason,
                tuple(start + quote.rank for quote in part.quotes),
                part.more,
            )
            for part, start in zip(parts, starts, strict=True)
        ),
    )


def _counted_on(parts: Sequence[Answer]) -> Iterator[Quote]:
    """Yield the quotes of all parts, ranked in this order."""
    start = 0
    for part in parts:
        for quote in part.quotes:
            yield _moved(quote, start)
        start += len(part.quotes)


def _moved(quote: Quote, by: int) -> Quote:
    """Return a quote whose rank, and that of the quote which it repeats, is higher by so much."""
    return replace(quote, rank=quote.rank + by, same_as=quote.same_as + by if quote.same_as else None)


def _misses(parts: Sequence[Answer]) -> tuple[Quote, ...]:
    """Return the nearest misses of all parts, each sentence once."""
    found: dict[tuple[str, int, int], Quote] = {}
    for part in parts:
        ranks: dict[int, int] = {}  # Of this part's misses: the rank among all, or that of the miss which it repeats.
        for quote in part.closest:
            same_as = ranks[quote.same_as] if quote.same_as else None
            place = (quote.source, quote.start, quote.end)
            known = found.setdefault(place, replace(quote, rank=len(found) + 1, same_as=same_as))
            ranks[quote.rank] = known.same_as or known.rank
    return tuple(found.values())


def _tables(
    parts: Sequence[Answer], starts: Sequence[int], quotes: Sequence[Quote]
) -> tuple[tuple[QuotedTable, ...], tuple[Quote, ...]]:
    """Return the tables of the first part that has any, and the quotes beside them, ranked after all quotes.

    A claim on a quote beside them that lies in a quote of another part stands on that quote.
    """
    number = next((number for number, part in enumerate(parts) if part.claims), None)
    if number is None:
        return (), ()
    part, start = parts[number], starts[number]
    placed = {quote.rank: quotes[start + quote.rank - 1] for quote in part.quotes}  # By the rank in the part.
    beside: list[Quote] = []
    for quote in part.beside:
        shown = next((other for other in quotes if other.source == quote.source and other.span.holds(quote.span)), None)
        if shown is None:
            shown = replace(quote, rank=len(quotes) + len(beside) + 1)
            beside.append(shown)
        placed[quote.rank] = shown

    def on_quote(claim: QuotedClaim) -> QuotedClaim:
        quote, original = placed[claim.quote.rank], placed[claim.same_as].rank if claim.same_as else None
        return replace(claim, quote=quote, same_as=None if original == quote.rank else original)

    def on_quotes(claimed: tuple[tuple[QuotedClaim, ...], ...]) -> tuple[tuple[QuotedClaim, ...], ...]:
        return tuple(tuple(on_quote(claim) for claim in claims) for claims in claimed)

    tables = tuple(QuotedTable(each.table, on_quotes(each.claims), on_quotes(each.denied)) for each in part.claims)
    return tables, tuple(beside)
