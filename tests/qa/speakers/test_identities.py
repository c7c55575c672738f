"""Identities: the person or organisation that a name means, as far as the articles say so."""

from collections.abc import Callable, Mapping

import pytest

from articles_qa.index.articles.span import Span
from articles_qa.qa import Retriever
from articles_qa.qa.speakers.identities import NEAR_CHARS, Identities
from articles_qa.qa.speakers.speaker import Speaker

RetrieverOf = Callable[[Mapping[str, str | bytes]], Retriever]

SPELT_OUT = "South Korea’s National Intelligence Service (NIS) said that ten soldiers died in Kursk."
FULL = "Ukrainian spokesman Yevhen Yerin said that the soldiers died in Kursk. Yerin added that more would come."


@pytest.fixture
def meant(retriever_of: RetrieverOf) -> Callable[..., Speaker]:
    """Resolve a name that stands in the last of the articles, `a.txt` and so on."""

    def look_up(name: str, *others: str, text: str = "{} said on Monday that many soldiers died.") -> Speaker:
        articles = [*others, text.format(name)]
        index = retriever_of({f"{chr(97 + i)}.txt": article for i, article in enumerate(articles)})._index
        start = articles[-1].index(name)
        return Identities(index).resolve_name(Span(start, start + len(name)), len(articles) - 1)

    return look_up


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("NIS", "South Korea’s National Intelligence Service"),
        ("National Intelligence Service", "South Korea’s National Intelligence Service"),
        ("South Korea's intelligence service", "South Korea’s National Intelligence Service"),
        ("South Korean intelligence agency", "South Korea’s National Intelligence Service"),
        ("Yerin", "Yevhen Yerin"),
        ("Mr. Yerin", "Yevhen Yerin"),
        ("spokesman Yerin", "Yevhen Yerin"),
    ],
)
def test_names_that_an_article_says_are_one_are_one(name: str, full: str, meant: Callable[..., Speaker]) -> None:
    speaker = meant(name, SPELT_OUT, FULL)
    assert speaker.name == full
    (link,) = speaker.links
    assert all(word in link.span.cut(link.article.text) for word in full.split())


@pytest.mark.parametrize("name", ["Seoul", "intelligence agency", "Olena Yerin", "Yerinson", "NI", "Service"])
def test_no_knowledge_of_the_world_is_put_in(name: str, meant: Callable[..., Speaker]) -> None:
    assert meant(name, SPELT_OUT, FULL) == Speaker(name)


def test_a_bare_noun_is_the_body_of_that_kind_that_the_article_names(meant: Callable[..., Speaker]) -> None:
    near = "The NIS spoke on Friday. The {} said that ten soldiers died."
    speaker = meant("service", SPELT_OUT, text=near)
    assert speaker.name == "South Korea’s National Intelligence Service"
    assert [link.span.cut(link.article.text)[-5:] for link in speaker.links] == ["(NIS)", "NIS"]  # Spelt out, and named near.
    assert meant("service", SPELT_OUT) == Speaker("service")  # Whose, the article does not say.
    assert meant("agency", SPELT_OUT, text=near) == Speaker("agency")


@pytest.mark.parametrize("blanks", [1, NEAR_CHARS, 4 * NEAR_CHARS])
def test_in_a_long_article_a_body_is_the_one_named_near(blanks: int, meant: Callable[..., Speaker]) -> None:
    after = f"The NIS spoke on Friday.{' ' * blanks}The {{}} said that ten soldiers died."
    before = f"The {{}} said that ten soldiers died.{' ' * blanks}The NIS spoke on Friday."
    is_near = blanks <= NEAR_CHARS
    for text in (after, before):
        assert (meant("service", SPELT_OUT, text=text) != Speaker("service")) == is_near


def test_part_of_a_word_at_the_end_of_what_is_near_names_nobody(meant: Callable[..., Speaker]) -> None:
    """ "NIS" of "NISSAN", where the stretch ends between its letters."""
    opening = "The {} said that ten soldiers died. "
    gap = 2 * NEAR_CHARS - len("NIS") - len(opening.format("service"))
    for word, named in (("NISSAN", False), ("NIS", True)):
        text = f"{opening}{' ' * gap}{word} sells cars."
        assert (meant("service", SPELT_OUT, text=text) != Speaker("service")) == named


def test_a_full_name_needs_no_link(meant: Callable[..., Speaker]) -> None:
    assert meant("Ukrainian spokesman Yevhen Yerin", FULL) == Speaker("Yevhen Yerin")


def test_of_two_people_or_bodies_of_one_name_that_of_the_same_article_is_meant(meant: Callable[..., Speaker]) -> None:
    other = FULL.replace("Yevhen", "Olena")
    assert meant("Yerin", FULL, other) == Speaker("Yerin")
    assert meant("Yerin", FULL, text=other + " {} said so.").name == "Olena Yerin"
    near = "Fire chief Marco Ruiz said crews went in. Mayor Elena Ruiz said a memorial would come. {} said it would be stone."
    assert meant("Ms Ruiz", text=near).name == "Elena Ruiz"  # Named last, just before.
    assert meant("Ms Ruiz", text=near.replace("{}", "\n\nThe stone is dear. {}")) == Speaker("Ms Ruiz")  # Either of them.
    ministry = "{}’s Ministry of Defence (MoD) said that ten soldiers died in Kursk."
    both = [ministry.format(country) for country in ("Ukraine", "Britain")]
    assert meant("MoD", *both) == Speaker("MoD")
    assert meant("Britain’s Ministry of Defence", *both).name == "Britain’s Ministry of Defence"
