"""The numbers of asking that someone may tune."""

from dataclasses import dataclass

from index.errors import InputError
from qa.weights import Weights


@dataclass(frozen=True, slots=True)
class AskSettings:
    """Probabilities from which an answer counts as one and a quote is shown, all 0..1; `closest` is a number of quotes.

    `min_quote_share` is of the best quote's probability. No `weights` are
    those that come with the program.
    """

    weights: Weights | None = None
    min_answer: float = 0.1
    min_quote: float = 0.03
    min_quote_share: float = 0.15
    closest: int = 3

    def __post_init__(self) -> None:
        if not all(0 <= value <= 1 for value in (self.min_answer, self.min_quote, self.min_quote_share)):
            raise InputError("settings: probabilities lie in 0..1")
