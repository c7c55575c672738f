"""What is said about answers, in the same words on every screen."""

from index import SourceState

FILE_NOTES = {
    SourceState.UNCHANGED: "",
    SourceState.CHANGED: "the file has changed since it was indexed",
    SourceState.MISSING: "the file is gone or cannot be read",
}
# Lowest probability and the word for it, best first. Of the questions that taught the probabilities half were made to
# mislead; of people's own, .25 and .5 mean about an even chance and three in four.
SURENESS = ((0.5, "very likely"), (0.25, "likely"), (0.0, "possibly"))
NEAREST = "The nearest sentences, which are not an answer"


def sureness(probability: float) -> str:
    """A word for how surely a quote answers."""
    return next(word for least, word in SURENESS if probability >= least)


def count(number: int, noun: str) -> str:
    """A number of things: "1 quote", "2,000 quotes"."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def found(quotes: int, articles: int) -> str:
    """What an answer found, in a line."""
    return f"{count(quotes, 'quote')} from {count(articles, 'article')}"


def place(source: str, first_line: int, last_line: int) -> str:
    """Where a quote stands: "flood.txt:12-14"."""
    return f"{source}:{first_line}" + (f"-{last_line}" if last_line > first_line else "")
