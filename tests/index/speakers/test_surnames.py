import pytest

from articles_qa.index.articles.sentences import sentences
from articles_qa.index.grammar.parser import loaded_parser
from articles_qa.index.speakers.abbreviations import AliasKind
from articles_qa.index.speakers.find_speakers import find_speakers
from articles_qa.index.speakers.surnames import surnames


def named(text: str) -> list[tuple[str, str]]:
    found = surnames(text, find_speakers(text, sentences(text), loaded_parser()).people)
    assert all(alias.kind is AliasKind.SURNAME and " ".join(alias.span.cut(text).split()) == alias.long for alias in found)
    return [(alias.short, alias.long) for alias in found]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The dam held, according to Yevhen Yerin, a spokesperson. Yerin noted that it rained.", [("Yerin", "Yevhen Yerin")]),
        ("White House spokesman John Kirby said so. Kirby said more.", [("Kirby", "John Kirby")]),
        ("Ukrainian President Volodymyr Zelensky said it was over.", [("Zelensky", "Volodymyr Zelensky")]),
        ("Research fellow Yang Uk spoke about the dam. Mr. Yang said it held.", [("Yang", "Yang Uk")]),
        ("Korean lawmaker Lee Seong-kweun said it rained.", [("Lee", "Lee Seong-kweun")]),
        ("Ana Ruiz said so. Leo Ruiz left. Ruiz said no.", [("Ruiz", "Ana Ruiz"), ("Ruiz", "Leo Ruiz")]),
        ("John Kirby spoke in Kursk. Kirby said more.", [("Kirby", "John Kirby")]),
        ("Ursula von der Leyen, the president, said it was late.", [("Leyen", "Ursula von der Leyen")]),
        ("The Health Ministry said so. The ministry said more.", []),
        ("Seoul said it rained at Seoul National University.", []),
        ("The mayor said it rained.", []),
    ],
)
def test_a_surname_stands_for_the_full_name(text: str, names: list[tuple[str, str]]) -> None:
    assert named(text) == names
