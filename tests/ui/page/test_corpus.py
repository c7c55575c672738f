"""The articles behind the page: added, taken out, brought back and read again; nobody's own folder is written to."""

import hashlib
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

import articles_qa.ui.page.corpus
from articles_qa.index import BuildReport, BuildSettings, InputError, Progress, build
from articles_qa.index.files.printable import printable
from articles_qa.index.local.write_lock import writer
from articles_qa.ui.page.corpus import REFUSED_SHOWN, Corpus
from articles_qa.ui.page.live_index import LiveIndex
from articles_qa.ui.page.service import reported

DEADLINE_S = 30.0
FERRY = "The ferry Amalia sank near Linz, the police said."
BRIDGE = "The old bridge of Steyr was closed, the mayor said."
TRAIN = "The night train to Graz was late, the railways said."


@dataclass(frozen=True)
class Shop:
    """A folder of two articles, an index of it that is served, and what changes it."""

    articles: Path
    index: Path
    live: LiveIndex
    corpus: Corpus

    def sources(self) -> list[str]:
        """What is served."""
        return [article.source for article in self.live.now().index.articles().articles]

    def answers(self, question: str) -> list[str]:
        answer = self.live.call(lambda opened: opened.retriever.ask(question))
        return [quote.text for quote in answer.quotes]

    def files(self) -> dict[str, tuple[str, int]]:
        """The user's own folder: each file's content and when it was written."""
        paths = [path for path in self.articles.parent.rglob("*") if self.index not in (path, *path.parents) and path.is_file()]
        return {str(path): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns) for path in paths}

    def done(self) -> dict[str, Any]:
        """What came of the change under way."""
        end = time.monotonic() + DEADLINE_S
        while not (progress := self.corpus.progress({}))["finished"]:
            assert time.monotonic() < end
            time.sleep(0.01)
        return progress

    def changed(self, **request: object) -> str:
        self.corpus.change(request)
        return str(self.done()["outcome"])

    def added(self, name: str, text: str) -> str:
        assert self.corpus.add(name, text.encode()) == f"added/{name}"
        return str(self.done()["outcome"])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the shop is, and beside it as it was at first: an index knows its articles' folder by its path."""
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "shop" / "articles").mkdir(parents=True)
    (folder / "shop" / "articles" / "bridge.txt").write_text(BRIDGE, "utf-8")
    (folder / "shop" / "articles" / "ferry.txt").write_text(FERRY, "utf-8")
    build([folder / "shop" / "articles"], folder / "shop" / "index")
    shutil.copytree(folder / "shop", folder / "first")
    return folder / "shop"


@pytest.fixture
def shop(place: Path) -> Shop:
    shutil.rmtree(place)
    shutil.copytree(place.with_name("first"), place)
    live = LiveIndex(place / "index")
    return Shop(place / "articles", place / "index", live, Corpus(place / "index", live))


def test_an_added_file_is_read_and_answers(shop: Shop) -> None:
    before = shop.files()
    assert shop.added("train.txt", TRAIN) == "1 added"
    assert shop.sources() == ["added/train.txt", "bridge.txt", "ferry.txt"]
    assert shop.answers("which train was late?") == [TRAIN]
    assert shop.files() == before


def test_several_files_are_kept_and_then_read_at_once_and_each_refusal_is_named(shop: Shop) -> None:
    refused = []
    for name, data in (("photo.jpg", b"x"), ("empty.md", b" "), ("bad.txt", b"\xff")):
        with pytest.raises(InputError) as error:
            shop.corpus.add(name, data, more=True)
        refused.append(str(error.value))
    assert [line.split(":")[0] for line in refused] == ["added/photo.jpg", "added/empty.md", "added/bad.txt"]
    assert all(line == printable(line) for line in refused)
    assert shop.corpus.add("train.txt", TRAIN.encode(), more=True) == "added/train.txt"
    assert shop.corpus.add("../../evil.txt", f"{FERRY} Again.".encode(), more=True) == "added/evil.txt"
    assert shop.corpus.progress({})["number"] == 0 and shop.sources() == ["bridge.txt", "ferry.txt"]
    assert shop.changed(added=2) == "2 added"
    assert shop.done()["doing"] == "Adding 2 files"
    assert shop.sources() == ["added/evil.txt", "added/train.txt", "bridge.txt", "ferry.txt"]


@pytest.mark.parametrize(("name", "data"), [("photo.jpg", b"x"), ("empty.txt", b"")])
def test_a_refused_file_starts_nothing(shop: Shop, name: str, data: bytes) -> None:
    before = shop.corpus.progress({})
    with pytest.raises(InputError):
        shop.corpus.add(name, data)
    assert shop.corpus.progress({}) == before and shop.sources() == ["bridge.txt", "ferry.txt"]


def test_an_article_that_is_there_already_is_refused_by_name(shop: Shop) -> None:
    assert shop.added("copy.txt", FERRY) == "1 refused"
    assert shop.done()["refused"] == ["added/copy.txt: already in the index as ferry.txt"]
    assert shop.sources() == ["bridge.txt", "ferry.txt"]


def test_an_article_is_taken_out_and_brought_back(shop: Shop) -> None:
    before = shop.files()
    assert shop.changed(exclude=["ferry.txt"]) == "1 removed"
    assert shop.sources() == ["bridge.txt"] and shop.live.now().index.info.excluded == ("ferry.txt",)
    assert shop.changed() == "Nothing has changed."  # It stays out.
    assert shop.changed(restore=["ferry.txt"]) == "1 added"
    assert shop.sources() == ["bridge.txt", "ferry.txt"] and shop.answers("where did the ferry sink?") == [FERRY]
    assert shop.files() == before


def test_an_added_article_that_is_taken_out_is_gone(shop: Shop) -> None:
    shop.added("train.txt", TRAIN)
    assert shop.changed(exclude=["added/train.txt"]) == "1 removed"
    assert shop.sources() == ["bridge.txt", "ferry.txt"] and not list((shop.index / "added").glob("*.txt"))
    assert "no such article" in shop.changed(restore=["added/train.txt"])


def test_the_folder_is_read_again(shop: Shop) -> None:
    (shop.articles / "ferry.txt").write_text(FERRY.replace("Linz", "Wels"), "utf-8")
    (shop.articles / "train.txt").write_text(TRAIN, "utf-8")
    (shop.articles / "bridge.txt").unlink()
    (shop.articles / "broken.txt").write_bytes(b"caf\xe9")
    before = shop.files()
    assert shop.changed() == "1 added, 1 changed, 1 removed, 1 refused"
    assert [line.split(":")[0] for line in shop.done()["refused"]] == ["broken.txt"]
    assert shop.sources() == ["ferry.txt", "train.txt"] and "Wels" in shop.answers("where did the ferry sink?")[0]
    assert shop.files() == before


def test_of_many_refused_files_some_are_named(shop: Shop) -> None:
    for number in range(REFUSED_SHOWN + 10):
        (shop.articles / f"{number:03}.txt").write_bytes(b"\xff\xfe\xff")
    assert shop.changed() == f"{REFUSED_SHOWN + 10} refused" and len(shop.done()["refused"]) == REFUSED_SHOWN


def test_progress_tells_what_is_done_and_how_far_it_is(shop: Shop) -> None:
    (shop.articles / "long.txt").write_text("\n\n".join(f"{TRAIN} It was number {i}." for i in range(150)), "utf-8")
    begun = shop.corpus.change({})
    assert not begun["finished"] and begun["outcome"] == ""
    seen = [begun]
    while not seen[-1]["finished"]:
        time.sleep(0.005)
        seen.append(shop.corpus.progress({}))
    at_work = [progress for progress in seen if progress["doing"]]
    assert {progress["doing"] for progress in at_work} == {"Reading the articles again"} and at_work[-1]["number"] == 1
    far = [progress["done"] for progress in at_work]
    last = at_work[-1]
    assert far == sorted(far) and last["done"] == last["total"] > 10 and len(set(far)) > 2


# What is asked for, and how it is called while it is done.
DOING: list[tuple[dict[str, Any], str]] = [
    ({}, "Reading the articles again"),
    ({"exclude": ["ferry.txt"]}, "Taking out 1 article"),
    ({"exclude": ["ferry.txt", "nowhere"]}, "Taking out 2 articles"),
    ({"restore": ["ferry.txt"]}, "Bringing back 1 article"),
]


def test_what_is_being_done_is_told(shop: Shop) -> None:
    for wanted, doing in DOING:
        shop.corpus.change(wanted)
        assert shop.done()["doing"] == doing
    shop.corpus.add("train.txt", TRAIN.encode())
    assert shop.done()["doing"] == "Adding 1 file"


# What cannot be done, and a part of the line.
UNDOABLE: list[tuple[dict[str, Any], str]] = [
    ({"exclude": ["nowhere.txt"]}, "nowhere.txt: no such article"),
    ({"exclude": ["ferry.txt", "bridge.txt"]}, "the last article cannot be taken out"),
    ({"restore": ["nowhere.txt"]}, "nowhere.txt: no such article"),
    ({"exclude": ["../ferry.txt"]}, "no such article"),
    ({"exclude": ["two\nlines\x1b"]}, "no such article"),
]


def test_what_cannot_be_done_changes_nothing_and_says_so(shop: Shop) -> None:
    before = shop.files()
    for wanted, part in UNDOABLE:
        outcome = shop.changed(**wanted)
        assert outcome.startswith("Nothing was changed: ") and part in outcome and outcome == printable(outcome)
        assert shop.sources() == ["bridge.txt", "ferry.txt"] and shop.answers("where did the ferry sink?") == [FERRY]
    assert shop.files() == before and shop.live.now().index.info.excluded == ()
    assert shop.changed() == "Nothing has changed."  # The next change is done all the same.


def test_a_folder_that_is_gone_changes_nothing(shop: Shop) -> None:
    shutil.rmtree(shop.articles)
    assert shop.changed().startswith("Nothing was changed: ") and shop.answers("where did the ferry sink?") == [FERRY]


def test_a_damaged_index_changes_nothing_and_still_answers(shop: Shop) -> None:
    (shop.index / "CURRENT").write_bytes(b"{}")
    assert shop.changed().startswith("Nothing was changed: ") and shop.answers("where did the ferry sink?") == [FERRY]


def test_while_another_process_writes_a_change_waits(shop: Shop) -> None:
    with writer(shop.index):
        shop.corpus.add("train.txt", TRAIN.encode())
        time.sleep(0.3)
        assert not shop.corpus.progress({})["finished"] and shop.sources() == ["bridge.txt", "ferry.txt"]
    assert shop.done()["outcome"] == "1 added"


def test_a_fault_of_the_program_is_an_outcome_too(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> BuildReport:
        raise ZeroDivisionError("one\ntwo")

    monkeypatch.setattr(articles_qa.ui.page.corpus, "build", fails)
    outcome = shop.changed()
    assert outcome == "Nothing was changed: a fault of the program (ZeroDivisionError: one␊two)"
    monkeypatch.undo()
    assert shop.changed() == "Nothing has changed."


UNUSABLE: list[Any] = [
    None,
    [],
    "x",
    {"extra": 1},
    {"two\nlines": 1},
    {"exclude": "ferry.txt"},
    {"exclude": [5]},
    {"exclude": [""]},
    {"exclude": ["\ud800"]},
    {"exclude": ["x" * 5_001]},
    {"restore": ["a"] * 1_001},
    {"exclude": ["ferry.txt"], "restore": ["ferry.txt"]},
    {"added": -1},
    {"added": "1"},
]


def test_a_request_that_cannot_be_used_is_one_line(shop: Shop) -> None:
    for wanted in UNUSABLE:
        reply = reported(shop.corpus.change)(wanted)
        assert set(reply) == {"error"} and reply["error"] == printable(reply["error"])
        assert shop.corpus.progress({})["number"] == 0


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Builds wait until this is called."""
    go = threading.Event()

    def waits(paths: list[Path], directory: Path, settings: BuildSettings, *, progress: Progress) -> BuildReport:
        assert go.wait(DEADLINE_S)
        return build(paths, directory, settings, progress=progress)

    monkeypatch.setattr(articles_qa.ui.page.corpus, "build", waits)
    return go.set


def test_changes_are_made_one_after_the_other(shop: Shop, held: Callable[[], None]) -> None:
    shop.corpus.add("train.txt", TRAIN.encode())
    for wanted in ({"exclude": ["ferry.txt"]}, {"exclude": ["added/train.txt"]}, {"restore": ["ferry.txt"]}):
        assert shop.corpus.change(wanted)["finished"] is False
    assert shop.sources() == ["bridge.txt", "ferry.txt"]
    held()
    last = shop.done()
    assert (last["number"], last["doing"], last["outcome"]) == (4, "Bringing back 1 article", "1 added")
    assert shop.sources() == ["bridge.txt", "ferry.txt"]


def test_too_many_changes_are_refused_and_files_are_kept_all_the_same(
    shop: Shop, held: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(articles_qa.ui.page.corpus, "MAX_WAITING", 3)
    shop = replace(shop, corpus=Corpus(shop.index, shop.live))
    replies = [reported(shop.corpus.change)({}) for _ in range(8)]
    refused = [reply["error"] for reply in replies if "error" in reply]
    assert 4 <= len(refused) <= 5 and refused[-1].startswith("busy: 3 changes wait already")  # One may be under way.
    shop.corpus.add("train.txt", TRAIN.encode())  # The changes that wait will read the file.
    held()
    shop.done()
    assert shop.sources() == ["added/train.txt", "bridge.txt", "ferry.txt"]


def test_a_change_that_waits_is_not_finished(shop: Shop, held: Callable[[], None]) -> None:
    """Else the page would stop asking between two changes."""
    held()
    for number in range(1, 4):
        asked = [shop.corpus.change({}), shop.corpus.change({})]
        assert not any(progress["finished"] for progress in asked)
        assert shop.done()["number"] == 2 * number


def test_questions_are_answered_while_articles_are_added(shop: Shop) -> None:
    for number in range(2):
        shop.corpus.add(f"{number}.txt", f"{TRAIN} It was number {number}.".encode())
        while not shop.corpus.progress({})["finished"]:
            assert shop.answers("where did the ferry sink?") == [FERRY]
    assert len(shop.sources()) == 4
