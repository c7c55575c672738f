"""The measures in words for people who do not know their names."""

from collections.abc import Mapping

MEANINGS: Mapping[str, str] = {
    "recall@1": "right passages that rank first",
    "recall@5": "right passages among the first five",
    "recall@10": "right passages among the first ten",
    "MRR@10": "one divided by the rank of the first right passage",
    "nDCG@5": "how well the first five passages are ordered",
    "nDCG@10": "how well the first ten passages are ordered",
    "answer@1": "the first quote holds an answer",
    "answer@3": "one of the first three quotes holds an answer",
    "ranked answer@1": "as answer@1, with what refusals held back",
    "ranked answer@3": "as answer@3, with what refusals held back",
    "exact span@1": "the first quote is what was wanted, no more and no less",
    "overlapping span@1": "the first quote has some of what was wanted",
    "word precision": "quoted words that were wanted",
    "word recall": "wanted words that were quoted",
    "word F1": "word precision and word recall in one",
    "abstention precision": "refused questions that have no answer",
    "abstention recall": "questions without an answer that were refused",
    "decision accuracy": "questions rightly answered or rightly refused",
    "answerable AUROC": "how well confidence tells questions with an answer from those without",
    "AURC": "share of wrong answers, averaged over how many of the surest are given",
    "ECE": "how far probabilities are from how often they come true",
    "Brier": "squared error of the probabilities",
    "p50 ms": "half of the answers take no longer, in milliseconds",
    "p95 ms": "95 % of the answers take no longer, in milliseconds",
    "p99 ms": "99 % of the answers take no longer, in milliseconds",
}
