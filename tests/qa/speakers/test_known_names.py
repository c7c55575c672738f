"""Names of bodies: a short name of the question and a long one of the articles, and the other way round."""

from collections.abc import Callable, Mapping

import pytest

from articles_qa.qa import Retriever
from articles_qa.qa.speakers.known_names import known_names

TEXT = "The Harbour Workers' Union met. The Bank of the Northern Isles closed, and the Kessa Aid Fund gave money."


@pytest.mark.parametrize(
    ("question", "text", "other"),
    [
        ("What did the HWU do?", TEXT, {"HWU": "Harbour Workers' Union"}),
        ("Did the BNI close?", TEXT, {"BNI": "Bank of the Northern Isles"}),
        ("WHAT DID THE HWU DO?", TEXT, {}),  # Any word may be an abbreviation.
        ("Did the KA give money?", TEXT, {}),  # Two letters begin too many names.
        ("What did the KAF do?", TEXT + " The Kopen Arts Fair opened.", {}),  # Two names.
        ("What did the Kessa Aid Fund do?", "The KAF gave money.", {"Kessa Aid Fund": "KAF"}),
        ("What did the Kessa Aid Fund do?", "The fund gave money.", {}),
    ],
)
def test_initials_tell_the_other_name(question: str, text: str, other: dict[str, str]) -> None:
    known = known_names(()).with_initials(question, lambda: [text], lambda term: term in text.lower().split())
    assert {name: long for name, long in known.other.items() if name in question} == other


def test_a_question_by_initials_is_answered(retriever_of: Callable[[Mapping[str, str]], Retriever]) -> None:
    retriever = retriever_of(
        {
            "a.txt": "The World Food Programme suspended aid to Kessa after two lorries were looted.\n",
            "b.txt": "The IAEA said that its inspectors had left Kessa in January.\n",
        }
    )
    assert retriever.ask("Why did the WFP suspend aid?").quotes[0].source == "a.txt"
    assert retriever.ask("When did the International Atomic Energy Agency leave Kessa?").quotes[0].source == "b.txt"
