"""The numbers of an answer's quotes, in the order in which a screen shows them."""

from collections.abc import Iterable, Iterator

from articles_qa.qa import by_article
from articles_qa.qa.proof.saved_answer import SavedAnswer, SavedQuote


def numbers(answer: SavedAnswer) -> dict[int, int]:
    """Return the number of each quote by its rank.

    An answer with the quotes 1 (a.txt), 2 (b.txt) and 3 (a.txt) is read as 1, 3, 2, since quotes of an article stand
    together: the third quote is number 2. Quotes beside the answer follow. Misses have ranks of their own.
    """
    shown = [*_parts(answer), answer.beside] if answer.answered else [answer.closest]
    return {quote.rank: number for number, quote in enumerate(_in_order(shown), 1)}


def _parts(answer: SavedAnswer) -> list[list[SavedQuote]]:
    if not answer.parts:
        return [answer.quotes]
    return [[quote for quote in answer.quotes if quote.rank in part.ranks] for part in answer.parts]


def _in_order(shown: Iterable[list[SavedQuote]]) -> Iterator[SavedQuote]:
    for part in shown:
        for group in by_article(part):
            yield from group
