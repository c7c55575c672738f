"""Speakers of sentences, compared with those that people read."""

import json
from pathlib import Path

import pytest

from articles_qa.eval import attribution
from articles_qa.eval.corpora.write_corpus import event_corpora
from articles_qa.eval.judging.attribution_scores import GivenSpeaker, ReadSentence, load_sentences, score_attributions
from articles_qa.index import InputError, Span

AGENCY = ReadSentence("a.txt", Span(0, 50), ("National Intelligence Service", "NIS"), ())
WIRE = ReadSentence("a.txt", Span(50, 90), ("Yonhap",), ("intelligence agency",))
OWN = ReadSentence("a.txt", Span(90, 120), (), ())
SOME = ReadSentence("a.txt", Span(120, 140), ("NIS",), None)
ALL = (AGENCY, WIRE, OWN, SOME)


def given(*speakers: tuple[int, int, str, str | None]) -> dict[str, list[GivenSpeaker]]:
    return {"a.txt": [GivenSpeaker(Span(start, end), name, cited) for start, end, name, cited in speakers]}


RIGHT = (0, 50, "the NIS", None), (50, 90, "Yonhap", "the intelligence agency"), (120, 140, "NIS", "anybody")


def test_all_right_is_all_right() -> None:
    found = score_attributions(ALL, given(*RIGHT))
    assert (found.speakers, found.none, found.citing) == ((3, 3), (1, 1), (1, 1))
    assert (found.nearly, found.cited_wrongly, found.wrong) == (0, 0, ())


@pytest.mark.parametrize(
    ("changed", "speakers", "none", "citing", "nearly", "cited_wrongly"),
    [
        ((0, 50, "an NIS officer", None), 2, 1, 1, 1, 0),
        ((0, 50, "Kyiv", None), 2, 1, 1, 0, 0),
        ((0, 50, "NIS", "Kyiv"), 3, 1, 1, 0, 1),
        ((50, 90, "Yonhap", None), 3, 1, 0, 0, 0),
        ((50, 90, "Yonhap", "Kyiv"), 3, 1, 0, 0, 0),
        ((90, 120, "Kyiv", None), 3, 0, 1, 0, 0),
    ],
)
def test_each_mistake_counts_where_it_belongs(
    *, changed: tuple[int, int, str, str | None], speakers: int, none: int, citing: int, nearly: int, cited_wrongly: int
) -> None:
    found = score_attributions(ALL, given(*(each for each in RIGHT if each[:2] != changed[:2]), changed))
    assert (found.speakers[0], found.none[0], found.citing[0]) == (speakers, none, citing)
    assert (found.nearly, found.cited_wrongly, len(found.wrong)) == (nearly, cited_wrongly, 1)


def test_of_two_speakers_in_a_sentence_each_has_their_part() -> None:
    police, organisers = (
        ReadSentence("a.txt", span, (name,), ()) for span, name in ((Span(0, 30), "police"), (Span(30, 70), "organisers"))
    )
    found = score_attributions((police, organisers), given((0, 32, "Police", None), (32, 70, "organisers", None)))
    assert found.speakers == (2, 2)


def test_nothing_given_is_wrong_where_somebody_speaks() -> None:
    found = score_attributions(ALL, {})
    assert (found.speakers, found.none, found.citing) == ((0, 3), (1, 1), (0, 1))


def test_sentences_are_read_from_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    line = {"source": "a.txt", "start": 0, "end": 5, "speaker": ["NIS"], "citing": None}
    path.write_text("\n".join(json.dumps(each) for each in (line, {**line, "citing": []})), "utf-8")
    assert [each.citing for each in load_sentences(path)] == [None, ()]
    path.write_text(json.dumps({**line, "end": 0}), "utf-8")
    with pytest.raises(InputError, match=r"a.jsonl:1: \[0, 0\) is no stretch"):
        load_sentences(path)


def test_the_index_of_a_folder_is_compared_with_what_was_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    articles, path = tmp_path / "articles", tmp_path / "a.jsonl"
    articles.mkdir()
    text = "The river rose by two metres on Monday.\n\nThe water agency said that the bridge would stay shut for a week.\n"
    (articles / "a.txt").write_text(text, "utf-8")
    lines = [
        {"source": "a.txt", "start": 0, "end": 39, "speaker": []},
        {"source": "a.txt", "start": 41, "end": 106, "speaker": ["water agency"]},
    ]
    path.write_text("\n".join(json.dumps(line) for line in lines), "utf-8")
    asked = ["--articles", str(articles), "--sentences", str(path), "--fail-under", "1", "--none-under", "1"]
    assert attribution.main(asked) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.split() for line in told[:2]] == [
        ["speaker", "1", "of", "1", "1.000"],
        ["no", "speaker", "1", "of", "1", "1.000"],
    ]
    lines[0]["speaker"] = ["river board"]
    path.write_text("\n".join(json.dumps(line) for line in lines), "utf-8")
    assert attribution.main(asked) == 1
    told = capsys.readouterr().out.splitlines()
    assert told[-1] == "a.txt [0, 39): wanted river board, came nobody: The river rose by two metres on Monday."


def test_an_article_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"source": "none.txt", "start": 0, "end": 5, "speaker": []}), "utf-8")
    assert attribution.main(["--sentences", str(path)]) == 2
    assert "none.txt is not in" in capsys.readouterr().err


def test_the_claims_of_the_corpora_can_be_taken_for_sentences(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(attribution, "event_corpora", lambda seed: event_corpora(seed, ["mine"]))
    assert attribution.main(["--corpora"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[-2] for line in told[:3]] == ["7", "1", "0"]
    assert attribution.main(["--corpora", "--fail-under", "1.1"]) == 1


def test_marks_in_whole_articles_are_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "The dam held all night and nobody was hurt, Anna Lind said. Bo Karr urged them to stay calm. The river fell."
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.txt").write_text(text)

    def mark(words: str, speaker: str, cue: str) -> str:
        at, by = text.index(words), text.index(speaker)
        place = {"start": by, "end": by + len(speaker), "text": speaker}
        return json.dumps({"source": "a.txt", "content": [[at, at + len(words)]], "speaker": [place], "cue": cue})

    marks = (
        mark("The dam held all night and nobody was hurt", "Anna Lind", "said"),
        mark("them to stay calm", "The dam", "urged"),
    )
    (tmp_path / "attributions.jsonl").write_text("\n".join(marks))
    assert attribution.main([str(tmp_path)]) == 0
    assert [line.split()[-4:-1] for line in capsys.readouterr().out.splitlines()] == [
        ["1", "of", "2"],
        ["1", "of", "2"],
        ["1", "of", "1"],
    ]
