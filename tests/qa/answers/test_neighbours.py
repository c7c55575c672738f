"""The sentences beside a quote are those before and after it in its own article."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from articles_qa.index import Span, build
from articles_qa.qa import AskSettings, Quote, Retriever

RetrieverOf = Callable[[Mapping[str, str | bytes]], Retriever]
QUESTION = "how many people were rescued?"


def whatever(directory: Path) -> Retriever:
    """Quotes every sentence that it judges."""
    return Retriever.open(directory, settings=AskSettings(min_answer=0.0, min_quote=0.0, min_quote_share=0.0))


def beside(quote: Quote) -> list[str | None]:
    return [span.cut(quote.article.text) if span else None for span in (quote.before, quote.after)]


def check(retriever: Retriever, quote: Quote) -> None:
    """Compare a quote's neighbours with all sentences of its article."""
    store = retriever._index.store
    passages = [one.id for one in store.passages(range(retriever.info.passages)) if store.article(one.article) == quote.article]
    spans = [sentence.span for sentence in store.sentences(passages)]
    before = [span for span in spans if span.end <= quote.start]
    after = [span for span in spans if span.start >= quote.end]
    assert quote.before == (before[-1] if before else None) and quote.after == (after[0] if after else None)


def test_each_quote_has_the_sentences_beside_it(generous: Retriever) -> None:
    across = 0  # Neighbours in another passage than the quote's.
    for question in ("how many casualties did NIS report?", "What did John Kirby say?", "when did the soldier die?"):
        answer = generous.ask(question, top_k=50)
        for quote in (*answer.quotes, *answer.beside):
            check(generous, quote)
            across += sum(1 for span in (quote.before, quote.after) if span and not quote.passage.holds(span))
    assert across > 10


def test_misses_have_them_too(retriever: Retriever) -> None:
    closest = retriever.ask("Who painted the Mona Lisa?").closest
    assert closest
    for quote in closest:
        check(retriever, quote)


def test_nothing_of_another_article_is_beside_a_quote(tmp_path: Path) -> None:
    """Nor of a removed one, and whatever segment an article is in."""
    (tmp_path / "articles").mkdir()
    for names in ("bd", "ac"):  # The second build adds a segment whose articles stand between those of the first.
        for name in names:
            text = f"The ferry {name.upper()} carried 117 people.\n\nAll of them were rescued."
            (tmp_path / "articles" / f"{name}.txt").write_text(text, "utf-8")
        build([tmp_path / "articles"], tmp_path / "index")
    (tmp_path / "articles" / "b.txt").unlink()
    build([tmp_path / "articles"], tmp_path / "index")
    retriever = whatever(tmp_path / "index")
    quotes = retriever.ask(QUESTION, top_k=20).quotes
    assert {quote.source for quote in quotes} == {"a.txt", "c.txt", "d.txt"} and len(quotes) == 6
    for quote in quotes:
        check(retriever, quote)
        assert beside(quote).count(None) == 1


def test_a_headline_is_not_beside_a_quote(retriever_of: RetrieverOf) -> None:
    text = "Daily Herald\n\nFerry sinks near Linz\n\nMay 3, 2024\n\nThe ferry sank and forty people were rescued.\n"
    assert beside(retriever_of({"a.txt": text}).ask(QUESTION).quotes[0]) == [None, None]


def test_a_joined_quote_is_between_them(retriever_of: RetrieverOf) -> None:
    first, last = "The market opened at nine on Tuesday.", "Rain fell on the town all day."
    said = "“The bridge is closed. We will repair the bridge by May,” the mayor said."
    quote = retriever_of({"a.txt": f"{first}\n\n{said}\n\n{last}"}).ask("when will the bridge be repaired?").quotes[0]
    assert quote.text == said and beside(quote) == [first, last]


@pytest.mark.parametrize("name", ["before", "after"])
def test_the_record_has_their_offsets_alone(name: str, generous: Retriever) -> None:
    quotes = generous.ask(QUESTION, top_k=20).quotes
    spans: list[Span | None] = [getattr(quote, name) for quote in quotes]
    assert any(spans)
    expected = [{"start": span.start, "end": span.end} if span else None for span in spans]
    assert [quote.to_dict()[name] for quote in quotes] == expected
