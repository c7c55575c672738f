"""Page furniture is never an answer, and a sentence that it interrupts is still found."""

import re

import pytest

from articles_qa.index.articles.boilerplate import is_furniture
from articles_qa.qa import Retriever

# The furniture of the five pages, in the words a question could be made of.
FURNITURE = [
    "COMMENTS",
    "Please let us know if you're having issues with commenting.",
    "TOPSHOT - Gunners from 43rd Separate Mechanized Brigade of the Armed Forces of Ukraine fir",
    "ANATOLII STEPANOV/AFP via Getty Images",
    "Ask me anything",
    "Explore related questions",
    "pic.twitter.com/bzqcjMUfov",
    "OSINTdefender (@sentdefender) December 27, 2024",
    "A photo purportedly showing the captured North Korean soldier alongside a Ukrainian serviceman.",
    "https://www.themoscowtimes.com/author/afp-3",
    "Related article: Lavrov Claims France Sought Dialogue on Ukraine War Without Kyiv",
    "3 min read",
    "About The Author",
    "Leave a Reply",
    "Your email address will not be published. Required fields are marked *",
    "Translate »",
    "Omega TV UK",
]
FORMS = ["{}", "{}?", "what about {}", "who said {}", "how many {}", "when {}", "where does it say {}", "why {}"]


@pytest.mark.parametrize("words", FURNITURE)
def test_furniture_is_not_quoted_whatever_is_asked(words: str, retriever: Retriever) -> None:
    for form in FORMS:
        answer = retriever.ask(form.format(words), top_k=50)
        for quote in (*answer.quotes, *answer.closest):
            assert words not in quote.text or words.startswith(("https", "pic.")), form
            assert not is_furniture(quote.text) and not re.fullmatch(r"\S*https?://\S+|COMMENTS", quote.text)


def test_no_quote_is_a_heading(generous: Retriever) -> None:
    for heading in (
        "Heavy Casualties in Kursk",
        "Russia-North Korea Partnership",
        "Intelligence Sharing and International Response",
    ):
        answer = generous.ask(heading, top_k=50)
        assert answer.quotes and all(not quote.text.startswith(heading) for quote in answer.quotes)


def test_the_sentence_that_a_link_interrupts_is_quoted_whole(retriever: Retriever) -> None:
    answer = retriever.ask("What has been confirmed through real-time information sharing, said NIS?")
    (quote,) = (quote for quote in answer.quotes if quote.source.startswith("003_") and quote.first_line == 10)
    assert quote.text.startswith('"Through real-time') and quote.text.endswith("(NIS) said in a statement.")
    (gap,) = quote.gaps
    assert gap.cut(quote.article.text).strip() == "https://www.themoscowtimes.com/author/afp-3"
    assert (quote.last_line, quote.said_by) == (16, "National Intelligence Service")


def test_no_word_inside_a_link_is_marked(retriever: Retriever) -> None:
    for question in ("how many soldiers did NIS say were captured?", "moscow times author afp-3", "when was one captured?"):
        for quote in retriever.ask(question, top_k=50).quotes:
            assert not any(mark.start < gap.end and gap.start < mark.end for mark in quote.marks for gap in quote.gaps)


def test_a_footnote_of_markdown_is_furniture() -> None:
    assert is_furniture("[^1]: An earlier count gave 41 injured passengers.") and not is_furniture("He said [^1]: no.")
