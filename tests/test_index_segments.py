"""An index of many parts answers as one built afresh, whatever became of its articles; what stays is not written again."""

import errno
import random
from pathlib import Path
from typing import Any

import pytest

from index import BuildSettings, Index, build
from index.disk import Disk
from index.segments import EXACT, MERGED_AT, is_kept, merged
from index.soundness import check_index
from qa import Retriever, Scope

SMALL = BuildSettings(min_segment_passages=1)
QUESTIONS = (
    "how many casualties did NIS report?",
    "who was captured in Kursk?",
    "North Korean troops",
    "what did Zelensky say about the soldiers?",
    "when did the soldier die?",
    "how many cats live on the moon?",
)


@pytest.fixture
def pieces(seeds: Path) -> list[str]:
    """The paragraphs of the seeds, each with the next, so that many articles tell of one matter."""
    texts = [path.read_text("utf-8") for path in sorted(seeds.glob("*.txt"))]
    lines = [line for text in texts for line in text.split("\n\n") if line.strip()]
    return ["\n\n".join(lines[at : at + 2]) + "\n" for at in range(0, len(lines) - 1)]


def record(directory: Path, question: str, **asked: Any) -> dict[str, Any]:
    """An answer without what differs between two indexes that hold the same."""
    told = Retriever.open(directory).ask(question, **asked).to_dict()
    left_out = ("took_ms", "index", "confidence")
    said = {key: value for key, value in told.items() if key not in left_out}
    for key in ("quotes", "closest", "beside"):
        said[key] = [{**quote, "probability": pytest.approx(quote["probability"], abs=0.01)} for quote in said.get(key) or ()]
    return said


def assert_answers_alike(directory: Path, folder: Path, fresh: Path) -> None:
    build([folder], fresh, BuildSettings(rebuild=True))
    assert len(Index.open(fresh).segments) == 1
    assert Index.open(directory).store.sources() == Index.open(fresh).store.sources()
    for question in QUESTIONS:
        assert record(directory, question) == record(fresh, question), question
    some = Scope(sources=tuple(Index.open(fresh).store.sources()[::2]))
    assert record(directory, QUESTIONS[0], within=some) == record(fresh, QUESTIONS[0], within=some)


def test_an_index_that_was_changed_again_and_again_answers_as_a_new_one(tmp_path: Path, pieces: list[str]) -> None:
    draw, folder, directory = random.Random(3), tmp_path / "articles", tmp_path / "index"
    folder.mkdir()
    for number in range(80):
        (folder / f"{number * 7 % 80:03}.txt").write_text(f"{pieces[number % len(pieces)]}\nPage {number}.\n", "utf-8")
    build([folder], directory, SMALL)
    parts = set()
    for step in range(4):
        names = sorted(folder.iterdir())
        (folder / f"new {step}.txt").write_text(f"{pieces[step]}\nIt rained {step} days.\n", "utf-8")
        draw.choice(names[: len(names) // 2]).write_text(f"{draw.choice(pieces)}\nChanged.\n", "utf-8")
        draw.choice(names[len(names) // 2 :]).unlink()
        build([folder], directory, SMALL)
        parts.add(len(Index.open(directory).segments))
        if step % 2:
            assert_answers_alike(directory, folder, tmp_path / "fresh")
    assert max(parts) > 2 and not check_index(directory).findings


def test_articles_that_are_gone_are_not_found_and_weigh_nothing(tmp_path: Path, pieces: list[str]) -> None:
    """One in thirty is gone, which leaves the part as it was written."""
    folder, directory = tmp_path / "articles", tmp_path / "index"
    folder.mkdir()
    for number in range(60):
        (folder / f"{number:02}.txt").write_text(pieces[number % len(pieces)].split("\n\n")[0] + f" {number}\n", "utf-8")
    build([folder], directory, SMALL)
    before = Index.open(directory)
    (folder / "07.txt").unlink(), (folder / "08.txt").unlink()
    (folder / "zz.txt").write_text("The harbour master sent two brass bells to Ostwick.\n", "utf-8")
    build([folder], directory, SMALL)
    after = Index.open(directory)
    assert [segment.record.serial for segment in after.segments] == [1, 2]
    assert after.segments[0].record.articles == 60 and after.info.articles == 59
    assert after.store.article_named("07.txt") is None
    assert after.passages_with("harbour") == 1 and before.passages_with("korean") > after.passages_with("korean") - 1
    assert after.info.passages == before.info.passages - 1
    assert_answers_alike(directory, folder, tmp_path / "fresh")
    assert Retriever(after).ask("what was sent to Ostwick?").quotes[0].source == "zz.txt"
    assert {quote.source for quote in Retriever(after).ask("07", top_k=50).quotes}.isdisjoint({"07.txt", "08.txt"})


def test_a_part_that_stays_is_the_same_file_in_the_next_generation(tmp_path: Path, pieces: list[str]) -> None:
    for number, piece in enumerate(pieces[:4]):
        (tmp_path / f"{number}.txt").write_text(piece, "utf-8")
    build([tmp_path], tmp_path / "index", SMALL)
    (tmp_path / "more.txt").write_text(pieces[5], "utf-8")
    build([tmp_path], tmp_path / "index", SMALL)
    one, two = (tmp_path / "index" / f"gen-00000{number}" / EXACT for number in (1, 2))
    assert one.stat().st_ino == two.stat().st_ino
    assert (two.parent / "seg-000002" / EXACT).is_file()


class Linkless(Disk):
    """A file system without hard links."""

    def link(self, path: Path, other: Path) -> None:
        raise OSError(errno.EPERM, "no links here")


def test_without_hard_links_parts_are_copied(tmp_path: Path, pieces: list[str]) -> None:
    (tmp_path / "a.txt").write_text(pieces[0], "utf-8")
    build([tmp_path], tmp_path / "index", SMALL)
    (tmp_path / "b.txt").write_text(pieces[1], "utf-8")
    build([tmp_path], tmp_path / "index", SMALL, disk=Linkless())
    assert len(Index.open(tmp_path / "index").segments) == 2 and not check_index(tmp_path / "index").findings


def test_many_small_parts_become_one(tmp_path: Path, pieces: list[str]) -> None:
    for number, piece in enumerate(pieces[: MERGED_AT + 1]):
        (tmp_path / f"{number}.txt").write_text(piece, "utf-8")
        build([tmp_path], tmp_path / "index", SMALL)
        assert len(Index.open(tmp_path / "index").segments) < MERGED_AT
    assert_answers_alike(tmp_path / "index", tmp_path, tmp_path.with_name("fresh"))


def test_small_parts_are_written_anew_and_large_ones_stay(tmp_path: Path) -> None:
    assert is_kept(2000, 2000, min_passages=2000) and is_kept(2000, 1900, min_passages=1900)
    assert not is_kept(1999, 1999, min_passages=2000) and not is_kept(4000, 3700, min_passages=2000)
    assert merged([2000] * 7 + [100_000], min_passages=2000) == []
    assert merged([100_000, *[2000] * 8], min_passages=2000) == list(range(1, 9))
