"""The numbers of asking that someone may tune."""

from dataclasses import dataclass

from index.errors import InputError
from qa.scoring import FEATURES, Weights

# Set by hand from a logistic regression on squad2-dev, rounded; what speakers count and the bias from the project's
# own cases. On other subjects the best sentence reaches .45 at most; on 59 of 60 answerable questions it passes .5.
HAND_SET = Weights(
    values=(2.0, 2.5, 1.5, 0.75, 0.4, 0.2, -0.6, 0.75, -2.0, -1.25, -1.25, -0.4, -0.1),
    bias=-2.65,
)


@dataclass(frozen=True, slots=True)
class AskSettings:
    """Probabilities from which an answer counts as one and a quote is shown, all 0..1; `closest` is a number of quotes.

    `min_quote_share` is of the best quote's probability.
    """

    weights: Weights = HAND_SET
    min_answer: float = 0.5
    min_quote: float = 0.4
    min_quote_share: float = 0.6
    closest: int = 3

    def __post_init__(self) -> None:
        if len(self.weights.values) != len(FEATURES):
            raise InputError(f"weights: {len(self.weights.values)} numbers for {len(FEATURES)} features")
        if not all(0 <= value <= 1 for value in (self.min_answer, self.min_quote, self.min_quote_share)):
            raise InputError("settings: probabilities lie in 0..1")
