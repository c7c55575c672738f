"""Comparing claims: of the story of the first quote, of sentences that answer, with the first quote's own value."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from articles_qa.index import Index, build
from articles_qa.index.arrays import Logits
from articles_qa.index.models.embedder import PassageText
from articles_qa.index.models.reader import Reader
from articles_qa.qa import Retriever
from articles_qa.qa.answers.compare_claims import MOST_TIMES
from articles_qa.qa.claims.story import Stories

ASKED = "how many people died when the ferry sank?"
ARTICLES = {
    "a.txt": """Cebu Post

Ferry sinks off Cebu

May 3, 2024

The ferry Santa Lida sank off Cebu on Friday. The ferry sank and 52 people died, police in Cebu said. Divers looked for
passengers of the Santa Lida.
""",
    "b.txt": """Visayas News

Toll of the Santa Lida

May 4, 2024

The ferry Santa Lida sank off Cebu in calm water. The ferry sank and 54 people died, the mayor of Cebu said. No passengers
were found by divers.
""",
    "c.txt": """Lima Daily

Bus falls in Peru

May 4, 2024

A bus fell into a gorge near Cuzco. The bus crash killed 25 people, a doctor of the hospital said. Rain had washed the road
away, he said.
""",
    "d.txt": """Visayas News

Ferries of Cebu

May 5, 2024

The Santa Lida was a ferry of Cebu. In all 9,000 people died when ferries sank off Cebu, divers said. Passengers of the Santa
Lida told of calm water.
""",
}


class Knows(Reader):
    """Gives each sentence the logit of the first words in it that it knows, else -9."""

    def __init__(self, words: Mapping[str, float]) -> None:
        self.words = words

    def read(self, question: str, passages: Sequence[PassageText]) -> list[Logits]:
        return [np.array([self.of(text) for text in passage.sentences]) for passage in passages]

    def of(self, text: str) -> float:
        return next((logit for word, logit in self.words.items() if word in text), -9.0)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    folder: Path = tmp_path_factory.mktemp("stories")
    for name, text in ARTICLES.items():
        (folder / "articles" / name).parent.mkdir(exist_ok=True)
        (folder / "articles" / name).write_text(text)
    build([folder / "articles"], folder / "index")
    return Index.open(folder / "index")


def values(index: Index, **known: float) -> list[str]:
    """Return the values of the tables, where the reader knows these figures."""
    words = {name.removeprefix("n"): logit for name, logit in known.items()}
    claims = Retriever(index, reader=Knows(words)).ask(ASKED).to_dict()["claims"]
    return [claim["value"] for table in claims for value in table["values"] for claim in value["claims"]]


def test_what_answers_of_one_story_stands_side_by_side(index: Index) -> None:
    assert values(index, n52=6.0, n54=2.0) == ["52", "54"]


def test_another_story_stays_out_whatever_the_reader_says(index: Index) -> None:
    assert values(index, n52=6.0, n54=2.0, n25=5.0) == ["52", "54"]


def test_what_the_reader_says_does_not_answer_stays_out(index: Index) -> None:
    assert values(index, n52=6.0) == []  # One claim is no table.


def test_a_figure_many_times_as_large_counts_something_else(index: Index) -> None:
    assert MOST_TIMES * 54 < 9_000
    assert values(index, n52=6.0, n54=2.0, **{"n9,000": 2.0}) == ["52", "54"]


def test_without_the_first_quotes_own_value_there_is_no_table(index: Index) -> None:
    assert values(index, **{"calm water": 12.0, "n52": 2.0, "n54": 2.0}) == []


def test_articles_of_one_story_share_rare_words(index: Index) -> None:
    stories = Stories(index)
    of = {source: number for number, source in enumerate(index.store.sources())}
    assert stories.are_one(of["a.txt"], of["b.txt"]) and stories.are_one(of["a.txt"], of["a.txt"])
    assert not stories.are_one(of["a.txt"], of["c.txt"])
