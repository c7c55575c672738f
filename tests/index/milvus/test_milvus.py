"""An index in Milvus answers as one in a folder, is published in one step, and says in a line what is wrong with its server."""

import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import articles_qa.index.milvus.connection
import articles_qa.index.milvus.generation
import articles_qa.index.milvus.server
import articles_qa.index.milvus.write_lease
from articles_qa.eval.datasets.cases import OWN_CASES
from articles_qa.eval.datasets.load_dataset import even_sample, load_dataset
from articles_qa.index import (
    BuildSettings,
    Index,
    IndexBusyError,
    IndexMismatchError,
    IndexUnusableError,
    InputError,
    ModelSettings,
    SourceState,
    add_file,
    build,
)
from articles_qa.index.backends import backend_at
from articles_qa.index.local.segment_reader import SegmentReader
from articles_qa.index.milvus.collections import data_collections
from articles_qa.index.milvus.milvus_index import MilvusIndex
from articles_qa.index.milvus.place import NOT_INSTALLED, milvus_place
from articles_qa.index.milvus.server import MilvusServer, milvus_server
from articles_qa.index.milvus.store import MilvusStore
from articles_qa.index.milvus.verify_milvus import check_milvus_index
from articles_qa.index.milvus.write_lease import milvus_writer
from articles_qa.index.models.embedder import Embedder
from articles_qa.index.models.export import export_model
from articles_qa.index.models.model_files import Export
from articles_qa.qa import Answer, Retriever, Scope
from articles_qa.ui.cli import main
from articles_qa.ui.commands.output import ExitStatus
from articles_qa.ui.page.live_index import LiveIndex, OpenGeneration

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.tier("check")  # Milvus is an extra, and its server takes a while.
QUESTION = "How many people did the ferry Amalia carry?"
CASES = 15
SAME_SHARE = 0.97
TIMEOUT_S = 3.0

SERVER = """
import logging, sys
from milvus_lite.adapter.grpc.server import run_server
logging.disable(logging.CRITICAL)
run_server(sys.argv[1], host="127.0.0.1", port=int(sys.argv[2]), max_workers=4)
"""
# Builds, and stops for ever where it is told to: until it is killed.
BUILD = """
import sys, time
import articles_qa.index.milvus.build_milvus, articles_qa.index.milvus.write_lease, articles_qa.index.milvus.server
from articles_qa.index import build
def stop(*arguments, **named):
    print("here", flush=True)
    time.sleep(600)
articles_qa.index.milvus.write_lease.BEAT_S = 0.3
server = articles_qa.index.milvus.server.MilvusServer
moments = {
    "before the alias": (server, "point"), "before the manifest": (articles_qa.index.milvus.build_milvus, "publish_generation"),
    "before the rows": (server, "insert"), "after the alias": (articles_qa.index.milvus.build_milvus, "_drop_older"),
}
setattr(*moments[sys.argv[3]], stop)
build([sys.argv[1]], sys.argv[2])
"""
MOMENTS = ("before the alias", "before the manifest", "before the rows", "after the alias")


@contextmanager
def serving(folder: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """Milvus Lite as a server of its own, on a port."""
    process = subprocess.Popen([sys.executable, "-c", SERVER, str(folder), str(port)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert "listening" in process.stdout.readline()
        yield process
    finally:
        process.kill()
        process.communicate()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@cache
def embedder(export: Export) -> Embedder:
    """The model, loaded once for all builds."""
    return Embedder(export)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_MILVUS_TIMEOUT_S", "20")
    monkeypatch.setattr(articles_qa.index.milvus.write_lease, "BEAT_S", 0.2)
    monkeypatch.setattr("articles_qa.index.building.prepare.Embedder", embedder)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The beginning of the places on a server that all tests share; each takes a name of its own."""
    port = free_port()
    with serving(tmp_path_factory.mktemp("milvus") / "shared.db", port):
        yield f"milvus://127.0.0.1:{port}/"


@pytest.fixture(scope="session")
def seeds_in_milvus(server: str, seeds: Path) -> str:
    build([seeds], f"{server}seeds")
    return f"{server}seeds"


_lent: list[Index] = []


def opened(place: str | Path, **opening: Any) -> Retriever:
    """An index opened; the one opened before lends its model, which takes longer to load than all else."""
    _lent[:] = [Index.open(place, like=_lent[0] if _lent else None, **opening)]
    return Retriever(_lent[0])


class Shop:
    """A folder with an article that says of which generation it is, and one that stays; their index in Milvus."""

    def __init__(self, folder: Path, place: str) -> None:
        self.articles, self.place = folder / "articles", place
        self.articles.mkdir()
        self.put("port.txt", "The port of Vienna opened in March, the city said.")

    def put(self, name: str, text: str) -> None:
        (self.articles / name).write_text(text, "utf-8")

    def publish(self, people: int) -> int:
        self.put("ferry.txt", f"The ferry Amalia carried {people} people to Linz, the police said.")
        return build([self.articles], self.place, BuildSettings(speakers=False)).generation  # Without waiting for spaCy.

    def answer(self, **opening: Any) -> str:
        return opened(self.place, **opening).ask(QUESTION).quotes[0].text


@pytest.fixture
def shop(tmp_path: Path, server: str, request: pytest.FixtureRequest) -> Shop:
    return Shop(
        tmp_path, server + "shop_" + "".join(c if c.isascii() and c.isalnum() else "_" for c in request.node.name)[-80:]
    )


def disconnect(place: str) -> None:
    """Close this process's connection. Stop Milvus Lite, so that another process can open its file."""
    where = milvus_place(place)
    if (connected := articles_qa.index.milvus.server._connected.pop(where, None)) is not None:
        connected._client.close()
    if where.lite and (running := articles_qa.index.milvus.connection._running.pop(str(where.lite.absolute()), None)):
        lite, database, uri = running
        lite.stop(grace=2).wait()
        database.close()
        shutil.rmtree(Path(uri.removeprefix("unix:")).parent, ignore_errors=True)


@pytest.fixture
def lite_shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path, f"milvus:{tmp_path / 'file.db'}")
    yield made
    disconnect(made.place)


def close_to(a: Answer, b: Answer) -> bool:
    """Whether two answers are the same but for rounding."""
    same = (a.answered, a.reason, a.searched) == (b.answered, b.reason, b.searched)
    places = [
        [(q.source, q.start, q.end, q.said_by, q.before, q.after) for q in (*x.quotes, *x.closest, *x.beside)] for x in (a, b)
    ]
    return same and places[0] == places[1] and abs(a.confidence - b.confidence) < 1e-4


def first_quote(answer: Answer) -> tuple[str, int, int] | None:
    return next(((quote.source, quote.start, quote.end) for quote in answer.quotes), None)


@pytest.mark.campaign
def test_it_answers_the_projects_own_questions_as_the_folder_does(
    seeds_index: Path, seeds_in_milvus: str, campaign: Callable[[int, int, int], int]
) -> None:
    folder, milvus = opened(seeds_index), opened(seeds_in_milvus)
    cases = load_dataset([OWN_CASES]).cases
    cases = even_sample(cases, campaign(CASES, CASES, len(cases)))
    pairs = [(folder.ask(case.question, case.history), milvus.ask(case.question, case.history)) for case in cases]
    same = [first_quote(one) == first_quote(other) for one, other in pairs]
    assert sum(same) >= SAME_SHARE * len(cases)
    assert sum(close_to(one, other) for one, other in pairs) >= SAME_SHARE * len(cases)


@pytest.mark.parametrize("scope", [Scope(sources=("00[13]*",)), Scope(outlets=("Omega TV UK",)), Scope(sources=("none",))])
def test_it_keeps_to_the_articles_chosen_as_the_folder_does(scope: Scope, seeds_index: Path, seeds_in_milvus: str) -> None:
    question = "how many casualties did NIS report?"
    answers = [opened(place).ask(question, within=scope) for place in (seeds_index, seeds_in_milvus)]
    assert close_to(*answers) and answers[0].within == answers[1].within


def test_it_says_of_itself_what_the_folder_says(seeds_index: Path, seeds_in_milvus: str) -> None:
    folder, milvus = Index.open(seeds_index), Index.open(seeds_in_milvus)
    for name in ("articles", "passages", "sentences", "model", "root", "refused", "speakers", "in_force"):
        assert getattr(folder.info, name) == getattr(milvus.info, name), name
    assert str(milvus.info.directory) == seeds_in_milvus and milvus.info.lists is None
    assert folder.articles("korea", limit=3) == milvus.articles("korea", limit=3) and folder.articles() == milvus.articles()
    assert (folder.outlets(), folder.date_range()) == (milvus.outlets(), milvus.date_range())
    assert folder.abbreviations == milvus.abbreviations and folder.full_names("Kirby") == milvus.full_names("Kirby")
    assert folder.passages_with("korean") == milvus.passages_with("korean") > 0 == milvus.passages_with("zebra")


def test_it_holds_every_article_passage_and_sentence_as_the_folder_does(seeds_index: Path, seeds_in_milvus: str) -> None:
    folder, milvus = Index.open(seeds_index), Index.open(seeds_in_milvus)
    numbers = range(folder.info.passages)
    assert folder.store.passages(numbers) == milvus.store.passages(numbers)
    assert folder.store.sentences(numbers) == milvus.store.sentences(numbers)
    for number in range(folder.info.articles):
        kept, found = folder.store.entry(number), milvus.store.entry(number)
        assert replace(kept, vectors=found.vectors) == found and (kept.vectors == found.vectors).all()
    article = folder.store.article(2)
    span = folder.store.sentences([folder.info.passages // 2])[0].span
    assert folder.surrounding(article, span, sentences=2) == milvus.surrounding(article, span, sentences=2)
    assert milvus.source_state(article) is SourceState.UNCHANGED


def test_it_has_each_public_method_of_an_index_in_a_folder(seeds_in_milvus: str) -> None:
    def public(kind: type) -> set[str]:
        return {name for name in vars(kind) if not name.startswith("_")}

    assert isinstance(Index.open(seeds_in_milvus), MilvusIndex) and issubclass(MilvusIndex, Index)
    of_segments = {"of", "contents", "rows_by_article", "rows_of_articles"}
    assert public(SegmentReader) - of_segments <= public(MilvusStore)


def test_an_index_that_changed_is_numbered_and_searched_as_one_built_at_once(tmp_path: Path, server: str) -> None:
    shop, settings = Shop(tmp_path, f"{server}changed"), BuildSettings(speakers=False)
    for names in ("mdx", "bk", "az"):  # Each name has a sentence that all have, so that only the order tells them apart.
        for name in names:
            shop.put(f"{name}.txt", f"The ferry Amalia carried 117 people to Linz. Captain {name.upper()}. said so.")
        build([shop.articles], shop.place, settings)
    (shop.articles / "d.txt").unlink()
    build([shop.articles], shop.place, settings)
    build([shop.articles], f"{server}at_once", settings)
    build([shop.articles], tmp_path / "folder", settings)
    changed, *others = (Index.open(place) for place in (shop.place, f"{server}at_once", tmp_path / "folder"))
    query, groups = changed.embed(QUESTION).vector, [("ferri",), ("peopl",), ("carri", "117")]
    numbers = range(changed.info.passages)
    for other in others:
        assert changed.store.sources() == other.store.sources()
        assert changed.store.sentences(numbers) == other.store.sentences(numbers)
        few = changed.select(np.arange(7) > 2), other.select(np.arange(7) > 2)
        for top, among in ((3, (None, None)), (20, (None, None)), (3, few)):
            near = [
                one.nearest_passages(query, sentences=top, among=kept)
                for one, kept in zip((changed, other), among, strict=True)
            ]
            assert near[0] == near[1] and near[0]
            hits = [
                one.passages_by_words(groups, top_k=top, among=kept) for one, kept in zip((changed, other), among, strict=True)
            ]
            assert [hit.passage for hit in hits[0]] == [hit.passage for hit in hits[1]]
            assert [hit.score for hit in hits[0]] == pytest.approx([hit.score for hit in hits[1]], rel=1e-5)


def test_a_text_longer_than_a_field_is_put_together_again_exactly(tmp_path: Path, server: str) -> None:
    many = f"Żółć {'𝔘' * 16_500}"  # Of four bytes each, one word for the model.
    text = f"The ferry Amalia carried 117 people. {many}\r\nThe last word was Überfähre, the police said."
    (tmp_path / "long.txt").write_bytes(text.encode())
    build([tmp_path], f"{server}long", BuildSettings(speakers=False))
    article = Index.open(f"{server}long").article_named("long.txt")
    assert article is not None and article.text == text and len(text.encode()) > 65_535
    quote = opened(f"{server}long").ask("What was the last word?").quotes[0]
    assert "Überfähre" in quote.text and text[quote.start : quote.end] == quote.text


def test_an_update_embeds_what_is_new_and_drops_what_is_gone(shop: Shop) -> None:
    shop.publish(117)
    shop.put("mill.txt", "The mill of Krems burnt down in May, the fire brigade said.")
    (shop.articles / "port.txt").rename(shop.articles / "harbour.txt")
    shop.put("ferry.txt", "The ferry Amalia carried 118 people to Linz, the police said.")
    report = build([shop.articles], shop.place)
    assert (report.added, report.changed, report.unchanged) == (("mill.txt",), ("ferry.txt",), ())
    assert [(one.before, one.now) for one in report.renamed] == [("port.txt", "harbour.txt")]
    assert "118" in shop.answer() and "117" in shop.answer(generation=1)
    (shop.articles / "mill.txt").unlink()
    assert build([], shop.place).removed == ("mill.txt",)
    assert not opened(shop.place).ask("When did the mill of Krems burn down?").answered
    assert build([], shop.place).generation == 3  # Nothing changed, nothing is published.
    assert [article.source for article in Index.open(shop.place).articles().articles] == ["ferry.txt", "harbour.txt"]
    assert check_milvus_index(shop.place).findings == ()


def test_all_is_written_anew_where_that_is_asked_for_or_most_is_gone(shop: Shop) -> None:
    shop.publish(1)
    first = data_collections(milvus_place(shop.place).name, 1)
    shop.put("port.txt", "The port of Vienna opened in April, the city said.")
    shop.publish(2)
    held = milvus_server(milvus_place(shop.place)).collections()
    assert {*first.all} <= {*held} and "2" in shop.answer()  # Generation 1 is kept, and asks its own.
    assert "1" in shop.answer(generation=1)
    assert build([], shop.place, BuildSettings(rebuild=True)).generation == 3
    assert not {*first.all} & {*milvus_server(milvus_place(shop.place)).collections()}
    assert Index.open(shop.place).info.speakers == "" and check_milvus_index(shop.place).findings == ()


def test_many_sentences_are_searched_by_a_graph(tmp_path: Path, server: str) -> None:
    shop = Shop(tmp_path, f"{server}graph")
    shop.put("ferry.txt", "The ferry Amalia carried 117 people to Linz, the police said.")
    build([shop.articles], shop.place, BuildSettings(exhaustive_up_to=1, speakers=False))
    assert "117" in shop.answer() and Index.open(shop.place).info.graph
    assert build([], shop.place).generation == 2 and not Index.open(shop.place).info.graph


def test_half_a_build_is_never_seen_and_the_next_one_goes_on(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.publish(117)
    reader = opened(shop.place)

    def fail(*_: object) -> None:
        raise IndexUnusableError("the server is gone")

    for moment in (
        "articles_qa.index.milvus.build_milvus.publish_generation",
        "articles_qa.index.milvus.server.MilvusServer.point",
    ):
        with monkeypatch.context() as patched, pytest.raises(IndexUnusableError, match="gone"):
            patched.setattr(moment, fail)
            shop.publish(999)
        assert "117" in reader.ask(QUESTION).quotes[0].text and "117" in shop.answer()
    shop.publish(999)
    assert "999" in shop.answer()
    assert "117" in reader.ask(QUESTION).quotes[0].text  # Who holds the generation before still reads it.
    assert check_milvus_index(shop.place).findings == ()


@pytest.mark.campaign
@pytest.mark.tier("soak")
def test_a_writer_on_a_server_that_is_killed_is_found_out(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(articles_qa.index.milvus.write_lease, "DEAD_AFTER_S", 5.0)
    for people, moment in enumerate(MOMENTS, 1000):
        shop.publish(117)
        shop.put("ferry.txt", f"The ferry Amalia carried {people} people to Linz, the police said.")
        shown = "117" if moment != "after the alias" else str(people)
        with halfway(shop, moment):
            assert shown in shop.answer()
            with pytest.raises(IndexBusyError, match=r"process \d+.* is writing it; wait until that is done"):
                build([shop.articles], shop.place)
        assert shown in shop.answer()  # It was killed by now.
        build([shop.articles], shop.place)
        assert str(people) in shop.answer() and check_milvus_index(shop.place).findings == ()


@pytest.mark.campaign
def test_a_file_of_milvus_lite_whose_writer_is_killed_keeps_what_was_in_force(
    lite_shop: Shop, campaign: Callable[[int, int, int], int]
) -> None:
    for people, moment in enumerate(MOMENTS[: campaign(1, 1, len(MOMENTS))], 1000):
        before = lite_shop.publish(117)
        disconnect(lite_shop.place)
        lite_shop.put("ferry.txt", f"The ferry Amalia carried {people} people to Linz, the police said.")
        with halfway(lite_shop, moment), pytest.raises(IndexUnusableError, match="another process has it open"):
            lite_shop.answer()
        done = moment == "after the alias"
        assert (str(people) if done else "117") in lite_shop.answer()
        assert Index.open(lite_shop.place).info.generation == before + done
        assert check_milvus_index(lite_shop.place).findings == ()
        build([lite_shop.articles], lite_shop.place)
        assert str(people) in lite_shop.answer() and check_milvus_index(lite_shop.place).findings == ()


@contextmanager
def halfway(shop: Shop, moment: str) -> Iterator[None]:
    """While a build in another process is so far; then that is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", BUILD, str(shop.articles), shop.place, moment], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None and process.stdout.readline() == "here\n"
        yield
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()


@contextmanager
def full_disk() -> Iterator[None]:
    """While no file can grow over some bytes."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (700, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


@pytest.mark.parametrize("is_open", [False, True], ids=["closed", "open"])
def test_a_file_that_cannot_be_written_leaves_what_was_in_force(
    is_open: bool, lite_shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    lite_shop.publish(117)
    lite_shop.put("ferry.txt", "The ferry Amalia carried 999 people to Linz, the police said.")
    if not is_open:
        disconnect(lite_shop.place)
    with full_disk():
        assert main(["index", str(lite_shop.articles), "--index", lite_shop.place]) == ExitStatus.INDEX_UNUSABLE
    line = capsys.readouterr().err
    assert line.count("\n") == 1 and line.startswith(f"qa: {lite_shop.place}: the server cannot write")
    assert line.endswith("; make room or check its rights, what was in force stays\n")
    disconnect(lite_shop.place)
    assert "117" in lite_shop.answer() and check_milvus_index(lite_shop.place).findings == ()


@pytest.mark.parametrize("place", ["milvus:/etc/passwd/file.db", "milvus:/proc/file.db"])
def test_a_file_that_cannot_be_made_is_refused_in_a_line(place: str, seeds: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["index", str(seeds), "--index", place]) == ExitStatus.INDEX_UNUSABLE
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and f"{place}: cannot be opened for writing" in told


def test_another_format_is_refused_and_built_anew(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.publish(117)
    monkeypatch.setattr(articles_qa.index.milvus.generation, "MILVUS_FORMAT", 99)
    with pytest.raises(IndexMismatchError, match="index format 3, this program reads 99; run qa index"):
        shop.answer()
    shop.publish(118)
    assert "118" in shop.answer()


def test_another_model_is_refused(seeds_in_milvus: str, monkeypatch: pytest.MonkeyPatch) -> None:
    export = export_model(ModelSettings())
    other = replace(export, card=replace(export.card, pooling="cls"))
    monkeypatch.setattr("articles_qa.index.opened.index.export_model", lambda settings: other)
    with pytest.raises(IndexMismatchError, match=seeds_in_milvus):
        Index.open(seeds_in_milvus, model=ModelSettings())


def test_what_is_missing_or_changed_on_the_server_is_found(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.publish(117)
    connected, held = milvus_server(milvus_place(shop.place)), Index.open(shop.place)
    catalogue = held.store.catalogue  # type: ignore[attr-defined]
    data = data_collections(milvus_place(shop.place).name, 1)
    row = catalogue.entries[0].first_text
    connected.upsert(
        data.texts, {"id": row, "article": catalogue.entries[0].number, "since": 1, "text": "Lies.", "none": [0.0, 0.0]}
    )
    assert main(["verify", "--index", shop.place]) == ExitStatus.INDEX_UNUSABLE
    told = capsys.readouterr()
    assert told.out.startswith("ferry.txt: ") and "--rebuild" in told.err
    connected.delete_where(data.sentences, f"id in {catalogue.sentence_rows.tolist()}")
    with pytest.raises(IndexUnusableError, match="counts differ from the manifest; run qa index --rebuild"):
        Index.open(shop.place)


def test_the_name_of_something_else_is_left_alone(server: str, seeds: Path) -> None:
    from articles_qa.index.milvus.collections import create_texts

    create_texts(milvus_server(milvus_place(f"{server}other")), "other", of="INT64")
    with pytest.raises(InputError, match="is a collection of something else"):
        build([seeds], f"{server}other")


def test_where_there_is_no_index_it_is_said(server: str) -> None:
    with pytest.raises(IndexUnusableError, match=f"there is no index here; run qa index FOLDER --index {server}none"):
        Index.open(f"{server}none")


def test_one_writer_waits_for_another_of_the_same_process(server: str) -> None:
    connected = milvus_server(milvus_place(f"{server}busy"))
    with milvus_writer(connected), pytest.raises(IndexBusyError, match=f"process {os.getpid()}"), milvus_writer(connected):
        pass
    with milvus_writer(connected):
        pass
    assert not [name for name in connected.collections() if name.startswith("busy")]


def test_a_writer_that_fell_silent_has_lost_the_right_to_write(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    connected = milvus_server(milvus_place(f"{server}silent"))
    monkeypatch.setattr(articles_qa.index.milvus.write_lease, "DEAD_AFTER_S", 0.5)
    monkeypatch.setattr(articles_qa.index.milvus.write_lease, "_beat", lambda *_: None)
    with milvus_writer(connected) as lost, milvus_writer(connected) as lease:
        lease.check()
        with pytest.raises(IndexBusyError, match="another process took over the writing; run qa index again"):
            lost.check()


@contextmanager
def deaf() -> Iterator[str]:
    """A place whose server takes connections and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(8)
        yield f"milvus://127.0.0.1:{listening.getsockname()[1]}/name"


@pytest.mark.parametrize("command", [["ask", "who?"], ["info"], ["verify"], ["chat"], ["serve", "--port", "0"]], ids=" ".join)
def test_a_server_that_is_not_there_is_said_in_a_line_at_once(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    place, began = f"milvus://127.0.0.1:{free_port()}/name", time.monotonic()
    assert main([*command, "--index", place]) == ExitStatus.INDEX_UNUSABLE
    told = capsys.readouterr().err
    assert told == f"qa: {place}: the server cannot be reached (Connection refused); start it or check the address\n"
    assert time.monotonic() - began < 5


def test_a_server_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("QA_MILVUS_TIMEOUT_S", "1")
    began = time.monotonic()
    with deaf() as place:
        assert main(["ask", "who?", "--index", place]) == ExitStatus.INDEX_UNUSABLE
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and "does not answer as Milvus does within 1 s" in told and time.monotonic() - began < 15


class OldServer:
    """A client of a server of another version, or one that fails in its own words."""

    def __init__(self, **arguments: object) -> None:
        self.arguments = arguments

    def get_server_version(self, **_: object) -> str:
        return "v2.4.17"


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("", r"the server is Milvus v2\.4\.17; 2\.5 or later is needed"),
        ("<MilvusException: (code=16, message=auth check failure, please check api key is correct)>", "QA_MILVUS_TOKEN"),
        ("<MilvusException: (code=65535, message=PrivilegeQuery: permission deny to root)>", "refuses the token"),
        ("StatusCode.UNAVAILABLE, SSL_ERROR_SSL: CERTIFICATE_VERIFY_FAILED: handshake failed", "QA_MILVUS_CA"),
        ("<_MultiThreadedRendezvous of RPC that terminated with: DEADLINE_EXCEEDED>", "within"),
        ("something quite\nelse", "the server says: something quite else"),
    ],
)
def test_a_server_that_refuses_is_quoted_in_a_line(fault: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing(OldServer):
        def get_server_version(self, **named: object) -> str:
            if fault:
                raise RuntimeError(fault)
            return super().get_server_version(**named)

    monkeypatch.setattr(articles_qa.index.milvus.connection, "_client_class", lambda: Refusing)
    with deaf() as place, pytest.raises(IndexUnusableError, match=told) as caught:
        MilvusServer(milvus_place(place))
    assert "\n" not in str(caught.value)


def test_without_the_extra_its_command_is_named_and_all_else_works(seeds_index: Path) -> None:
    program = (
        "import sys\n"
        "class Blocked:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name.split('.')[0] in ('pymilvus', 'milvus_lite', 'grpc'):\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Blocked())\n"
        "from articles_qa.ui.cli import main\n"
        "ask = ['ask', 'how many casualties did NIS report?', '--index']\n"
        "lite, server = 'milvus:x.db', 'milvus://127.0.0.1:1/x'\n"
        "commands = [*ask, lite], [*ask, server], ['index', 'seeds', '--index', lite], ['verify', '--index', lite]\n"
        f"print([int(main(command)) for command in (*commands, [*ask, {str(seeds_index)!r}])])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[2, 2, 2, 2, 0]"
    assert done.stderr == f"qa: {NOT_INSTALLED}\n" * 4
    command = NOT_INSTALLED.partition(": ")[2]
    assert f"`{command}`" in (ROOT / "index/milvus/README.md").read_text("utf-8")


def test_articles_cannot_be_added_by_hand() -> None:
    with pytest.raises(InputError, match="put this one in the folder"):
        add_file("milvus:x.db", "a.txt", b"A text.")


def test_judgements_are_not_kept_without_a_folder() -> None:
    with pytest.raises(InputError, match="judgements are kept in an index folder"):
        backend_at("milvus:x.db").judgements_folder()


def test_what_is_taken_out_stays_out_until_it_is_brought_back(shop: Shop) -> None:
    shop.publish(117)
    assert build([], shop.place, BuildSettings(exclude=("ferry.txt",))).excluded == ("ferry.txt",)
    assert not opened(shop.place).ask(QUESTION).answered
    build([], shop.place, BuildSettings(restore=("ferry.txt",)))
    assert "117" in shop.answer()


@pytest.mark.campaign
@pytest.mark.tier("soak")
def test_the_page_says_that_the_server_is_gone_and_recovers_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_MILVUS_TIMEOUT_S", str(TIMEOUT_S))
    port = free_port()
    shop = Shop(tmp_path, f"milvus://127.0.0.1:{port}/page")

    def ask(now: OpenGeneration) -> str:
        return now.retriever.ask(QUESTION).quotes[0].text

    with serving(tmp_path / "page.db", port) as process:
        shop.publish(117)
        live = LiveIndex(shop.place)
        assert "117" in live.call(ask)
        process.send_signal(signal.SIGKILL)
        process.wait()
        began = time.monotonic()
        with pytest.raises(IndexUnusableError, match=r"^milvus://.*/page: the server is gone; start it again"):
            live.call(ask)
        assert time.monotonic() - began < 4 * TIMEOUT_S + 5
        assert not live.refresh() and "the server is gone" in str(live.problem)
    with serving(tmp_path / "page.db", port):
        assert "117" in live.call(ask)
        assert not live.refresh() and live.problem is None
        shop.publish(118)
        assert live.refresh() and "118" in live.call(ask)


def test_the_command_line_answers_from_it(seeds_in_milvus: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "how many casualties did NIS report?", "--index", seeds_in_milvus]) == 0
    assert "said by" in capsys.readouterr().out
    assert main(["ask", "Who painted the Mona Lisa?", "--index", seeds_in_milvus]) == ExitStatus.NOT_PROVEN
    assert main(["info", "--json", "--index", seeds_in_milvus]) == 0
    assert f'"index": "{seeds_in_milvus}"' in capsys.readouterr().out
