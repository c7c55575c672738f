"""An index of many parts answers as one built afresh, whatever became of its articles; what stays is not written again."""

import errno
import json
import random
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from articles_qa.index import BuildSettings, build
from articles_qa.index.backends import check_index
from articles_qa.index.files.disk import Disk
from articles_qa.index.local.generation import open_generation
from articles_qa.index.local.local_index import LocalIndex
from articles_qa.index.local.manifest import Manifest
from articles_qa.index.local.merge_policy import MERGED_AT, is_kept, merged
from articles_qa.index.local.publish import publish
from articles_qa.index.local.segment import EXACT
from articles_qa.index.local.tombstones import TOMBSTONES
from articles_qa.index.local.write_lock import writer
from articles_qa.qa import Retriever, Scope

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


def told(directory: Path, question: str, **asked: Any) -> tuple[dict[str, Any], list[float], list[int]]:
    """An answer without what differs between two indexes that hold the same; its probabilities, and its ranks by words."""
    record = Retriever.open(directory).ask(question, **asked).to_dict()
    said = {key: value for key, value in record.items() if key not in ("took_ms", "index", "confidence")}
    probabilities, by_words = [record["confidence"]], []
    for key in ("quotes", "closest", "beside"):
        quotes = said.get(key) or ()
        probabilities += [quote["probability"] for quote in quotes]
        by_words += [quote["ranks"].pop("by_words") or 0 for quote in quotes]
        said[key] = [{name: value for name, value in quote.items() if name != "probability"} for quote in quotes]
    return said, probabilities, by_words


def assert_answers_alike(directory: Path, folder: Path, fresh: Path) -> None:
    """The index answers as one built afresh, and its words weigh the same."""
    build([folder], fresh, BuildSettings(rebuild=True))
    changed, new = LocalIndex(directory), LocalIndex(fresh)
    assert len(new.segments) == 1 and changed.store.sources() == new.store.sources()
    some = Scope(sources=tuple(new.store.sources()[::2]))
    for question, asked in (*((question, {}) for question in QUESTIONS), (QUESTIONS[0], {"within": some})):
        (said, *figures), (wanted, *others) = told(directory, question, **asked), told(fresh, question, **asked)
        assert said == wanted, question
        assert figures[0] == pytest.approx(others[0], abs=0.01), question
        # BM25's mean length counts deleted passages, too, so that near copies may change places among each other.
        assert figures[1] == pytest.approx(others[1], abs=3), question
    for term in ("korean", "troop", "rain", "bell"):
        assert changed.passages_with(term) == new.passages_with(term)
        hits, wanted_hits = (index.passages_by_words([[term], ["the"]], top_k=30) for index in (changed, new))
        assert [hit.score for hit in hits] == pytest.approx([hit.score for hit in wanted_hits], rel=0.005), term


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
        parts.add(len(LocalIndex(directory).segments))
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
    before = LocalIndex(directory)
    (folder / "07.txt").unlink()
    (folder / "08.txt").unlink()
    (folder / "zz.txt").write_text("The harbour master sent two brass bells to Ostwick.\n", "utf-8")
    build([folder], directory, SMALL)
    after = LocalIndex(directory)
    assert [segment.record.serial for segment in after.segments] == [1, 2]
    assert after.segments[0].record.articles == 60 and after.info.articles == 59
    assert after.store.article_named("07.txt") is None
    assert after.info.passages == before.info.passages - 1
    assert_answers_alike(directory, folder, tmp_path / "fresh")
    assert Retriever(after).ask("what was sent to Ostwick?").quotes[0].source == "zz.txt"


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
    assert len(LocalIndex(tmp_path / "index").segments) == 2 and not check_index(tmp_path / "index").findings


def test_many_small_parts_become_one(tmp_path: Path, pieces: list[str]) -> None:
    for number, piece in enumerate(pieces[: MERGED_AT + 1]):
        (tmp_path / f"{number}.txt").write_text(piece, "utf-8")
        build([tmp_path], tmp_path / "index", SMALL)
        assert len(LocalIndex(tmp_path / "index").segments) < MERGED_AT
    assert_answers_alike(tmp_path / "index", tmp_path, tmp_path.with_name("fresh"))


def test_small_parts_are_written_anew_and_large_ones_stay(tmp_path: Path) -> None:
    assert is_kept(2000, 2000, min_passages=2000) and is_kept(2000, 1900, min_passages=1900)
    assert not is_kept(1999, 1999, min_passages=2000) and not is_kept(4000, 3700, min_passages=2000)
    assert merged([2000] * 7 + [100_000], min_passages=2000) == []
    assert merged([100_000, *[2000] * 8], min_passages=2000) == list(range(1, 9))


def test_an_article_without_a_passage_may_go(tmp_path: Path, pieces: list[str]) -> None:
    """Nothing of it is to be found, before or after."""
    (tmp_path / "a.txt").write_text(pieces[0], "utf-8")
    (tmp_path / "empty.txt").write_text("COMMENTS\n\nLeave a Reply\n\n3 min read\n", "utf-8")
    build([tmp_path], tmp_path / "index", SMALL)
    (tmp_path / "empty.txt").unlink()
    build([tmp_path], tmp_path / "index", SMALL)
    index = LocalIndex(tmp_path / "index")
    assert index.segments[0].record.articles == 2 and index.info.articles == 1
    assert Retriever(index).search("North Korean troops") and not check_index(tmp_path / "index").findings


def test_words_of_what_is_gone_that_were_miscounted_are_found(tmp_path: Path, pieces: list[str]) -> None:
    for number in range(30):
        (tmp_path / f"{number:02}.txt").write_text(pieces[number % len(pieces)].split("\n\n")[0] + f" {number}\n", "utf-8")
    build([tmp_path], tmp_path / "index", SMALL)
    (tmp_path / "07.txt").unlink()
    build([tmp_path], tmp_path / "index", SMALL)
    generation = open_generation(tmp_path / "index")
    counts = json.loads((generation.folder / TOMBSTONES).read_bytes())

    def write(folder: Path) -> Manifest:
        shutil.copytree(generation.folder, folder, dirs_exist_ok=True)
        (folder / "manifest.json").unlink()
        (folder / TOMBSTONES).write_text(json.dumps(counts | {"troop": 99}))
        return replace(generation.manifest, files=())

    with writer(tmp_path / "index"):
        publish(tmp_path / "index", write)
    assert [finding.where for finding in check_index(tmp_path / "index").findings] == [TOMBSTONES]
