"""The file of notes: the last line of a place is in force, and nothing but a regular file is read or written."""

import os
from pathlib import Path

import pytest

from articles_qa.index import InputError, Span
from articles_qa.index.articles.article import decode_article
from articles_qa.ui.notes import note_file
from articles_qa.ui.notes.note import Note
from articles_qa.ui.notes.note_file import FILE, NoteFile

TEXT = "Twelve died. Forty are missing. Twelve died."


def note(start: int = 0, end: int = 12, *, star: bool = True, tags: tuple[str, ...] = (), words: str = "") -> Note:
    values = {"at": "", "source": "a.txt", "sha256": "0" * 64, "start": start, "end": end, "text": TEXT[start:end]}
    return Note(**values, star=star, tags=list(tags), words=words)  # type: ignore[arg-type]


@pytest.fixture
def file(tmp_path: Path) -> NoteFile:
    return NoteFile(lambda: tmp_path)


def test_the_last_note_on_a_place_is_in_force_and_an_empty_one_takes_it_back(file: NoteFile, tmp_path: Path) -> None:
    assert file.all() == ()
    file.keep([note()])
    file.keep([note(13, 31), note(words="é\n“x”")])
    assert file.all() == NoteFile(lambda: tmp_path).all() == (note(words="é\n“x”"), note(13, 31))
    file.keep([note(star=False)])
    assert file.all() == (note(13, 31),)


def test_lines_of_another_process_and_of_another_file_are_read(file: NoteFile, tmp_path: Path) -> None:
    file.keep([note()])
    assert len(file.all()) == 1
    NoteFile(lambda: tmp_path).keep([note(13, 31)])
    assert len(file.all()) == 2
    (tmp_path / FILE).unlink()
    assert file.all() == ()


def test_a_torn_line_costs_no_other_note(file: NoteFile, tmp_path: Path) -> None:
    file.keep([note()])
    whole = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(whole + b'{"torn": [\n\xff\n' + whole[: len(whole) // 2])
    file.keep([note(13, 31)])
    assert NoteFile(lambda: tmp_path).all() == (note(), note(13, 31))


def test_no_link_or_pipe_is_followed(file: NoteFile, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    profile.touch()
    (tmp_path / FILE).symlink_to(profile)
    for act in (file.all, lambda: file.keep([note()])):
        with pytest.raises(InputError, match="symbolic links"):
            act()
    assert profile.read_bytes() == b""
    (tmp_path / FILE).unlink()
    os.mkfifo(tmp_path / FILE)
    with pytest.raises(InputError, match="not a regular file"):
        file.all()


def test_notes_and_their_file_are_bounded(file: NoteFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(note_file, "MOST_NOTES", 2)
    file.keep([note(), note(13, 31)])
    with pytest.raises(InputError, match="take some back first"):
        file.keep([note(32, 44)])
    file.keep([note(star=False)])
    file.keep([note(32, 44)])
    monkeypatch.setattr(note_file, "MAX_BYTES", (tmp_path / FILE).stat().st_size + 10)
    with pytest.raises(InputError, match="full"):
        file.keep([note(13, 31, words="more")])
    assert file.all() == (note(13, 31), note(32, 44))


@pytest.mark.parametrize(
    ("now", "place"),
    [
        (TEXT, Span(32, 44)),
        (f"More. {TEXT}", Span(38, 50)),
        ("Twelve died. And forty?", Span(0, 12)),
        ("Thirteen died.", None),
    ],
)
def test_a_note_stands_where_its_words_are_nearest(now: str, place: Span | None) -> None:
    assert note(32, 44).span_in(decode_article(now.encode(), "a.txt")) == place
