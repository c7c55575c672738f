"""The invented stories and their questions fit each other."""

from collections import Counter
from pathlib import Path

from articles_qa.eval.datasets.cases import UNANSWERABLE_KINDS, check_spans, load_cases
from articles_qa.index.articles.article import read_article

STORIES = Path(__file__).parents[3] / "eval" / "stories"


def test_every_question_is_about_a_story_and_every_span_is_a_whole_stretch_of_it() -> None:
    articles = [read_article(path, path.name) for path in sorted((STORIES / "articles").glob("*.txt"))]
    cases = load_cases([STORIES / "questions.jsonl"])
    check_spans(cases, articles)
    homes = Counter(case.home for case in cases)
    clusters = {article.source[: -len("-a.txt")] for article in articles}
    assert {home[: -len("-a.txt")] for home in homes} == clusters and min(homes.values()) >= 13
    assert all(gold.source[: -len("-a.txt")] == case.home[: -len("-a.txt")] for case in cases for gold in case.spans)


def test_three_in_ten_questions_have_no_answer() -> None:
    for name in ("questions.jsonl", "news_questions.jsonl"):
        cases = load_cases([STORIES / name])
        unanswerable = sum(case.kind in UNANSWERABLE_KINDS for case in cases)
        assert 0.25 < unanswerable / len(cases) < 0.35, name
