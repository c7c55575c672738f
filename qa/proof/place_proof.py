"""Proving the place of a quote from an extracted text: its stretches of the file hold the quote's words."""

from collections.abc import Iterator

from articles_qa.index.articles.article import Article
from articles_qa.index.articles.places import Stretch
from articles_qa.index.articles.span import Span
from articles_qa.qa.proof.contradictions import codec_of
from articles_qa.qa.proof.current_file import CurrentFile
from articles_qa.qa.proof.saved_answer import SavedPlace, SavedQuote


def place_faults(quote: SavedQuote, article: Article, file: CurrentFile) -> Iterator[str]:
    """Yield the statements about a quote's place that are false of its file, which did not change."""
    place = article.place(Span(quote.start, min(quote.end, len(article.text))))
    if place is None or quote.place is None:
        if quote.place is not None:
            yield "its place is that of an extracted text, the file is plain text"
        elif place is not None:
            yield f"it says no place in the file, which {place.reader} reads"
        return
    said, true = quote.place.model_dump(), place.to_dict()
    yield from (f"{name} of its place is not that of the file" for name in true if said[name] != true[name])
    if not _holds(quote, quote.place, file):
        yield "the stretches of the file that its place names do not hold its words"


def by_other_reader(quote: SavedQuote, place: SavedPlace, article: Article, file: CurrentFile) -> tuple[bool, str]:
    """Judge a quote that another version of a reader read: its stretches of the file hold its words, or do not."""
    now = article.places.reader if article.places else "plain text"
    if _holds(quote, place, file):
        return True, f"another reader version read it ({place.reader}, now {now}); its stretches of the file hold its words"
    return False, "the stretches of the file that its place names do not hold its words"


def _holds(quote: SavedQuote, place: SavedPlace, file: CurrentFile) -> bool:
    """Tell whether the stretches of a place hold a quote's words, whatever the blanks between them."""
    stretches = (Stretch(one.part, one.start, one.end) for one in place.stretches)
    words = file.words_at(place.reader, stretches, codec_of(quote) or "utf-8")
    return words is not None and "".join(words.split()) == "".join(quote.text.split())
