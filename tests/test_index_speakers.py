from pathlib import Path

import pytest

from index.names import aliases
from index.sentences import sentences
from index.speakers import speakers


def said_by(text: str) -> list[str | None]:
    """Who says each sentence of a text, on one line."""
    return [" ".join(told[0].name.cut(text).split()) if told else None for told in speakers(text, sentences(text))]


@pytest.mark.parametrize(
    ("name", "opening", "speaker"),
    [
        ("000", "The NIS claims over 100", "NIS"),
        ("000", "Zelensky has suggested", "Zelensky"),
        ("000", "The South Korean intelligence agency said", "South Korean intelligence agency"),
        ("000", "“There is not a single reason", "Zelensky"),  # Named at the end of the quotation.
        ("000", "And even after they do", "Zelensky"),
        ("000", "The soldier was reportedly captured", None),
        ("000", "The Russians, evidently", None),
        ("001", "A wounded North Korean soldier", "Yonhap news agency"),  # "According to".
        ("001", "On the same day, Seoul reported", "Seoul"),
        ("001", "Yerin noted", "Yerin"),
        ("001", "An historic defense agreement", None),
        ("002", "However, U.S., Ukrainian", "U.S., Ukrainian, and South Korean intelligence"),
        ("002", "A South Korean lawmaker, citing", "South Korean lawmaker"),
        ("002", "The agency noted", "South Korea’s National Intelligence Service"),  # Stands for the speaker before.
        ("002", "A lot.", "Zelensky"),
        ("002", "Zelensky did not specify", None),
        ("003", "Around 12,000 North Korean troops", "U.S. and South Korean officials"),
        ("003", '"Through real-time', "National Intelligence Service (NIS)"),  # A link parts the name.
        ("003", "South Korea's intelligence service had", "South Korea's intelligence service"),
        ("003", "Pyongyang's soldiers", "South Korean lawmaker Lee Seong-kweun"),  # The name goes over a line end.
        ("004", "The White House has claimed", "White House"),
        ("004", "The captured soldier’s death", "South Korea’s National Intelligence Service"),  # "Confirmed by".
        ("004", "He noted that", "Research fellow Yang Uk"),
        ("004", "Mr. Yang indicated", "Mr. Yang"),
        ("004", "This unit is highly trained", None),
    ],
)
def test_the_seeds_name_their_speakers(seeds: Path, name: str, opening: str, speaker: str | None) -> None:
    (path,) = seeds.glob(f"{name}_*.txt")
    text = path.read_bytes().decode()
    (at,) = [i for i, sentence in enumerate(sentences(text)) if sentence.words(text).startswith(opening)]
    assert said_by(text)[at] == speaker


@pytest.mark.parametrize(
    ("text", "speakers_in_order"),
    [
        (
            "The mayor, Anna Lind, said nobody was hurt. She added that the water fell.",
            ["Anna Lind", "Anna Lind"],
        ),
        ("“Nobody was hurt,” said Anna Lind.", ["Anna Lind"]),
        ("“Nobody was hurt. The water fell,” Anna Lind said.", ["Anna Lind", "Anna Lind"]),
        ("“Nobody was hurt!” said the mayor of Oslo.", ["mayor of Oslo"]),
        ('"Nobody was hurt," Anna Lind told reporters on Friday.', ["Anna Lind"]),
        ("He read the reports, and left.", [None]),
        ("The bridge is believed to be safe.", [None]),
        ("He said so.", [None]),  # Nobody has been named.
        ("The river rose.", [None]),
    ],
)
def test_a_speaker_is_named_by_the_sentence_or_those_before(text: str, speakers_in_order: list[str | None]) -> None:
    assert said_by(text) == speakers_in_order


@pytest.mark.parametrize(
    ("text", "short", "long", "owner"),
    [
        ("South Korea’s National Intelligence Service (NIS) said so.", "NIS", "National Intelligence Service", "South Korea"),
        ("South Korea's National Intelligence\nService (NIS) said so.", "NIS", "National Intelligence Service", "South Korea"),
        ("The World Health Organization (WHO) said so.", "WHO", "World Health Organization", ""),
        ("Ukraine’s military intelligence agency (GUR) said so.", "GUR", "military intelligence agency", "Ukraine"),
        ("The Department of Justice (DOJ) said so.", "DOJ", "Department of Justice", ""),
        ("The National Intelligence Service, or NIS, said so.", "NIS", "National Intelligence Service", ""),
    ],
)
def test_an_abbreviation_is_read_where_it_is_spelt_out(text: str, short: str, long: str, owner: str) -> None:
    (alias,) = aliases(text)
    assert (alias.short, alias.long, alias.owner) == (short, long, owner)
    assert short in alias.span.cut(text)


@pytest.mark.parametrize(
    "text",
    [
        "The river rose (NIS).",
        "The deal (see page 3) holds.",
        "He met the minister (CNN) on Friday.",
        "National Intelligence Service\n\n(NIS) said so.",  # Two paragraphs.
    ],
)
def test_other_brackets_spell_out_nothing(text: str) -> None:
    assert aliases(text) == ()
