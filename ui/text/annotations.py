"""Quotes as W3C web annotations, which other programs can lay over the articles.

Source: Web Annotation Data Model, W3C Recommendation of 23 February 2017, sections 4.2.4 and 4.2.5 (text selectors).
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote as percent_encoded

from articles_qa.qa.proof.saved_answer import SavedAnswer, SavedQuote
from articles_qa.ui.text.quote_notes import ArticleNamed, QuoteNotes, no_article, quote_notes
from articles_qa.ui.text.wording import quote_link, source_words

CONTEXT = "http://www.w3.org/ns/anno.jsonld"


def to_annotations(
    answers: Sequence[SavedAnswer], *, page: str = "", article_named: ArticleNamed = no_article
) -> dict[str, Any]:
    """Return the quotes of a conversation as a collection of annotations, each with its question, its source and its notes.

    Offsets count code points of the article's text, as the model asks. Quotes that do not answer are left out.
    """
    quoted = [(answer, quote) for answer in answers for quote in (*answer.quotes, *answer.beside)]
    items = [
        _annotation(number, answer, quote, page, quote_notes(quote, article_named))
        for number, (answer, quote) in enumerate(quoted, 1)
    ]
    first = {"type": "AnnotationPage", "startIndex": 0, "items": items}
    return {"@context": CONTEXT, "type": "AnnotationCollection", "total": len(items), "first": first}


def _annotation(number: int, answer: SavedAnswer, quote: SavedQuote, page: str, notes: QuoteNotes) -> dict[str, Any]:
    selectors = [
        {"type": "TextQuoteSelector", "exact": quote.text},
        {"type": "TextPositionSelector", "start": quote.start, "end": quote.end},
    ]
    return {
        "type": "Annotation",
        "id": f"{quote_link(quote, page=page)}#annotation-{number}",
        "motivation": "linking",
        "body": [
            {"type": "TextualBody", "purpose": "tagging", "value": answer.question},
            {"type": "TextualBody", "purpose": "describing", "value": source_words(quote)},
            *({"type": "TextualBody", "purpose": "commenting", "value": line} for line in notes.lines),
        ],
        "target": {"source": percent_encoded(quote.source), "selector": selectors},
    }
