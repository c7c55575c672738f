"""Indexes, models' folders and caches from strangers: nothing in them runs, nothing outside is read, each is one line."""

import hashlib
import json
import os
import pickle
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from articles_qa.index.files.checksums import FileRecord
from articles_qa.index.local.generation import CURRENT, MANIFEST, Current
from articles_qa.index.local.manifest import sealed
from articles_qa.index.models.model_files import CARD, GRAPH, PACKAGED, TOKENIZER

ROOT = Path(__file__).parents[2]
QUESTION = "how many casualties did NIS report?"
MAX_MORE_MB, MAX_S = 200.0, 20
SECRET = "the secret of this machine\n"
OTHER = "0" * 64  # The files' sha256 of a model that no program has.

# Runs `qa` in each of some folders; prints of each the status, what it said, what it wanted to do, and what it read outside.
HANDED_OVER = (
    f"""
MAX_S = {MAX_S}
"""
    + """
import ctypes, faulthandler, json, os, sys
from pathlib import Path
outside, cases = Path(sys.argv[1]), json.loads(sys.argv[2])
wanted = []
def hook(event, arguments):
    ours = event == "socket.bind" and arguments[1] == ("::1", 0)  # urllib3 looks whether this machine knows IPv6.
    if not ours and event in {
        "socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn",
        "pickle.find_class",
    }:
        wanted.append(f"{event} {arguments}"[:200])
sys.addaudithook(hook)
libc = ctypes.CDLL(None, use_errno=True)
told = libc.inotify_init1(os.O_NONBLOCK)
for path in (outside, *outside.iterdir()):
    assert libc.inotify_add_watch(told, os.fsencode(path), 0x20 | 0x1) > 0  # Opened or read, by whatever library.
def memory(name):
    return int(next(line for line in open("/proc/self/status") if line.startswith(name)).split()[1]) / 1e3
from articles_qa.ui.cli import main
main(["ask", "who?", "--index", sys.argv[3], "--no-reader"])  # What is loaded once is no part of any case.
kept = os.fdopen(os.dup(2), "w")
from articles_qa.index.errors import InputError
from articles_qa.index.models import export
def find_model(name):
    if os.environ["QA_CACHE"].startswith(os.path.dirname(outside)):
        raise InputError("an export that is not used is made again")  # Which takes a minute.
    return find(name)
find, export.find_model = export.find_model, find_model
said = os.open("said", os.O_RDWR | os.O_CREAT | os.O_TRUNC)
out, errors = os.dup(1), os.dup(2)
for name, place, cache, arguments in cases:
    os.chdir(place)
    os.environ["QA_CACHE"] = cache
    wanted.clear()
    open("/proc/self/clear_refs", "w").write("5")
    before = memory("VmRSS")
    faulthandler.dump_traceback_later(MAX_S, exit=True, file=kept)
    os.ftruncate(said, 0)
    os.lseek(said, 0, os.SEEK_SET)
    for stream in (1, 2):
        os.dup2(said, stream)
    try:
        status = main(arguments)
    except SystemExit as stop:
        status = stop.code
    except BaseException as error:
        status = repr(error)
    faulthandler.cancel_dump_traceback_later()
    sys.stdout.flush(), sys.stderr.flush()
    os.dup2(out, 1), os.dup2(errors, 2)
    try:
        read = len(os.read(told, 10_000))
    except BlockingIOError:
        read = 0
    text = os.pread(said, 1_000_000, 0).decode("utf-8", "replace")
    print(json.dumps([name, status, text, wanted, read, memory("VmHWM") - before]), flush=True)
"""
)


@dataclass(frozen=True)
class Place:
    """A folder that a stranger made, with an index in it; beside it lies what is none of the stranger's."""

    folder: Path
    outside: Path

    @property
    def index(self) -> Path:
        return self.folder / ".qa-index"

    @property
    def generation(self) -> Path:
        return self.index / "gen-000001"

    @property
    def secret(self) -> Path:
        return self.outside / "secret.txt"

    def reseal(self, change: Callable[[dict[str, Any]], object] = lambda said: None, *, files: bool = True) -> None:
        """Change the manifest, and make all checksums right again."""
        said = json.loads((self.generation / MANIFEST).read_bytes())
        change(said)
        if files:
            said["files"] = {name: FileRecord.of((self.generation / name).resolve(), name).to_dict() for name in said["files"]}
        raw = sealed({key: value for key, value in said.items() if key != "seal"})
        (self.generation / MANIFEST).write_bytes(raw)
        (self.index / CURRENT).write_bytes(Current(1, hashlib.sha256(raw).hexdigest()).to_bytes())

    def sql(self, *statements: str) -> None:
        """Change the database, and make all checksums right again."""
        connection = sqlite3.connect(self.generation / "articles.db")
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()
        self.reseal()

    def put(self, name: str, data: bytes) -> None:
        """Put other bytes in the place of a file of the generation, and make all checksums right again."""
        (self.generation / name).write_bytes(data)
        self.reseal()

    def link(self, name: str) -> None:
        """Put a link to the secret in the place of a file of the index; a manifest gives the secret's size and digests."""
        path = self.index / name
        path.unlink()
        path.symlink_to(self.secret)
        if name.startswith("gen-") and not name.endswith(MANIFEST):
            self.reseal()


class Payload:
    """What a pickle runs."""

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return exec, ("open('ran', 'w')",)


def model_in(place: Place, **files: bytes) -> Path:
    """Make a model's folder with all that could run: a pickle, arguments of loading, a module of its own."""
    folder = place.folder / "model"
    folder.mkdir()
    modules = [{"idx": 0, "name": "0", "path": "", "type": "payload.Payload"}]
    arguments = {"model_kwargs": {"weights_only": False, "use_safetensors": False, "trust_remote_code": True}}
    made = {
        "pytorch_model.bin": pickle.dumps(Payload()),
        "payload.py": b"open('ran', 'w')",
        "config.json": json.dumps({"model_type": "bert", "auto_map": {"AutoModel": "payload.Payload"}}).encode(),
        "modules.json": json.dumps(modules).encode(),
        "sentence_bert_config.json": json.dumps(arguments).encode(),
    }
    for name, data in {**made, **files}.items():
        if data:
            (folder / name).write_bytes(data)
    return folder


def names_model(place: Place, name: str, **more: object) -> None:
    """Let the index name a model's folder, as if its vectors were of that model."""
    model_in(place)
    place.reseal(lambda said: said["model"].update({"name": name, "files_sha256": "0" * 64, **more}))


def npy(header: str, data: bytes) -> bytes:
    head = header.ljust(117).encode() + b"\n"
    return b"\x93NUMPY\x01\0" + len(head).to_bytes(2, "little") + head + data


def faiss_header(kind: bytes, dim: int = 384, rows: int = 100) -> bytes:
    return (
        kind + dim.to_bytes(4, "little") + rows.to_bytes(8, "little") + (1 << 20).to_bytes(8, "little") * 2 + b"\1" + bytes(4)
    )


def names_file(place: Place, name: str) -> None:
    record = FileRecord.of(place.secret, name).to_dict()
    place.reseal(lambda said: said["files"].update({name: record}), files=False)


def moved(place: Place, name: str) -> None:
    """Put a link to a folder outside, which has just the same files, in a folder's place."""
    shutil.copytree(place.index / name, place.outside / "moved", dirs_exist_ok=True)
    shutil.rmtree(place.index / name)
    (place.index / name).symlink_to(place.outside / "moved")


def meta(place: Place, change: Callable[[dict[str, Any]], object]) -> None:
    said = json.loads((place.generation / "words/meta.json").read_bytes())
    change(said)
    place.put("words/meta.json", json.dumps(said).encode())


def linked_words(place: Place) -> None:
    """Let the words name a file that the manifest does not, and that is a link."""
    unlisted = "0" * 32
    meta(place, lambda said: said["segments"][0].update(segment_id=unlisted))
    for ending in ("fast", "fieldnorm", "idx", "pos", "store", "term"):
        (place.generation / f"words/{unlisted}.{ending}").symlink_to(place.secret)


def source(place: Place, name: str) -> None:
    place.reseal(lambda said: said.update(root=str(place.folder)))
    place.sql(f"UPDATE articles SET source = '{name}' WHERE id = 0")  # Of the article that answers.


def linked_source(place: Place) -> None:
    (place.folder / "article.txt").symlink_to(place.secret)
    source(place, "article.txt")


def pipe(place: Place, name: str) -> None:
    (place.index / name).unlink()
    os.mkfifo(place.index / name)


EMPTY_BLOB = "UPDATE sentences SET tokens = zeroblob(50000000) WHERE id = 1"
VIEW = "CREATE VIEW passages AS WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i FROM n) SELECT i AS id FROM n"
FIRST = "words/meta.json"
INDEXES: dict[str, Callable[[Place], object]] = {
    "names a model in its own folder": lambda place: names_model(place, "model"),
    "names a model by its absolute path": lambda place: names_model(place, str(place.folder / "model")),
    "names a model that sentence-transformers runs": lambda place: names_model(place, "model", runtime="sentence-transformers"),
    "a digest that is a path": lambda place: names_model(place, "model", files_sha256="../../x" * 9),
    "a digest that is an absolute path": lambda place: names_model(place, "model", export_sha256=str(place.outside)),
    "names a file above": lambda place: names_file(place, "../../../outside/secret.txt"),
    "names a file by its absolute path": lambda place: names_file(place, str(place.secret)),
    "names a segment elsewhere": lambda place: place.reseal(lambda said: said["segments"][0].update(folder="../../outside")),
    "counts beyond all bounds": lambda place: place.reseal(lambda said: said["counts"].update(articles=10**30)),
    "a manifest nested without end": lambda place: (place.generation / MANIFEST).write_bytes(b"[" * 10**6),
    "CURRENT as a link": lambda place: place.link(CURRENT),
    "CURRENT as a pipe": lambda place: pipe(place, CURRENT),
    "a manifest as a link": lambda place: place.link("gen-000001/manifest.json"),
    "a manifest as a pipe": lambda place: pipe(place, "gen-000001/manifest.json"),
    "a database as a link": lambda place: place.link("gen-000001/articles.db"),
    "vectors as a link": lambda place: place.link("gen-000001/vectors.faiss"),
    "words as a link": lambda place: place.link(f"gen-000001/{FIRST}"),
    "words as a folder elsewhere": lambda place: moved(place, "gen-000001/words"),
    "a generation elsewhere": lambda place: moved(place, "gen-000001"),
    "words that name unlisted links": linked_words,
    "a source above": lambda place: source(place, "../outside/secret.txt"),
    "an absolute source": lambda place: source(place, str(place.secret)),
    "a source that is a link": linked_source,
    "a view for a table": lambda place: place.sql("DROP TABLE passages", VIEW),
    "a trigger": lambda place: place.sql("CREATE TRIGGER t AFTER INSERT ON articles BEGIN SELECT 1; END"),
    "a column that is computed": lambda place: place.sql("ALTER TABLE articles ADD COLUMN x AS (hex(zeroblob(400000000)))"),
    "a huge blob": lambda place: place.sql(EMPTY_BLOB),
    "an encoding that runs code": lambda place: place.sql("UPDATE articles SET encoding = 'zip'"),
    "spans beyond all bounds": lambda place: place.sql('UPDATE sentences SET "end" = 9000000000000000000'),
    "speakers nested without end": lambda place: place.sql(f"UPDATE sentences SET attributions = '{'[' * 100_000}'"),
    "numbers as text": lambda place: place.sql("UPDATE passages SET start = 'x'"),
    "a database that is none": lambda place: place.put("articles.db", b"SQLite format 3\0" + b"\xff" * 5000),
    "FAISS of another kind": lambda place: place.put("vectors.faiss", faiss_header(b"IxHN")),
    "FAISS with rows beyond all bounds": lambda place: place.put("vectors.faiss", faiss_header(b"IxSQ", rows=1 << 60)),
    "FAISS with dimensions beyond all bounds": lambda place: place.put(
        "vectors.faiss", faiss_header(b"IxSQ", dim=(1 << 31) - 1)
    ),
    "FAISS lists on a disk": lambda place: place.put("vectors.faiss", faiss_header(b"IwSq") + b"ilod" + bytes(place.secret)),
    "numbers that are a pickle": lambda place: place.put(
        "order.npy", npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", pickle.dumps(Payload()))
    ),
    "numbers beyond all bounds": lambda place: place.put(
        "order.npy", npy("{'descr': '<i8', 'fortran_order': False, 'shape': (1000000000,)}", bytes(64))
    ),
    "words that are no words": lambda place: place.put(FIRST, b'{"segments": 7}'),
    "words elsewhere": lambda place: meta(place, lambda said: said["segments"][0].update(segment_id="../../../outside/secret")),
    "words of another schema": lambda place: meta(place, lambda said: said.update(schema=[])),
    "exact vectors that are no numbers": lambda place: place.put(
        "vectors.f16", b"\xff" * (place.generation / "vectors.f16").stat().st_size
    ),
}
MODELS: dict[str, Callable[[Place], object]] = {
    "a pickle": model_in,
    "a module of its own": lambda place: model_in(place, **{"model.safetensors": b"\0" * 100}),
    "modules nested without end": lambda place: model_in(
        place, **{"model.safetensors": b"\0" * 100, "modules.json": b"[" * 10**6}
    ),
    "weights as a pipe": lambda place: os.mkfifo(model_in(place) / "model.safetensors"),
}


def graph(node: str, **attributes: object) -> bytes:
    """Make a graph of one node that runs on what an embedder gives, and returns what an embedder wants: token states."""
    from onnx import TensorProto, helper

    ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "tokens"])
    mask = helper.make_tensor_value_info("attention_mask", TensorProto.INT64, ["batch", "tokens"])
    types = helper.make_tensor_value_info("token_type_ids", TensorProto.INT64, ["batch", "tokens"])
    states = helper.make_tensor_value_info("token_states", TensorProto.FLOAT, None)
    nodes = [helper.make_node(node, ["given", "shape"], ["token_states"], domain=str(attributes.get("domain", "")))]
    given = helper.make_tensor("given", TensorProto.FLOAT, [1], [1.0])
    if location := attributes.get("location"):
        given.ClearField("float_data")
        given.data_location = TensorProto.EXTERNAL
        given.external_data.add(key="location", value=str(location))
    shape = helper.make_tensor("shape", TensorProto.INT64, [3], [1, 1 << 20, 1 << 20])
    domains = [helper.make_opsetid("", 17), helper.make_opsetid("stranger", 1)]
    made = helper.make_model(
        helper.make_graph(nodes, "made", [ids, mask, types], [states], [given, shape]), opset_imports=domains, ir_version=8
    )
    return bytes(made.SerializeToString())


def exported(place: Place, **files: bytes) -> Path:
    """Make a cache with an export of the index's model, which is not the packaged one: other files in it, right checksums."""
    folder = place.folder / "cache" / "models" / f"{OTHER[:32]}-int8"
    folder.mkdir(parents=True)
    place.reseal(lambda said: said["model"].update(files_sha256=OTHER))
    for path in PACKAGED.iterdir():
        if path.name not in files and path.name != GRAPH:
            shutil.copyfile(path, folder / path.name)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    if GRAPH not in files:
        shutil.copyfile(PACKAGED / GRAPH, folder / GRAPH)
    for path in (folder.parent.parent, folder.parent, folder):
        path.chmod(0o700)
    if CARD not in files:
        card = json.loads((folder / CARD).read_bytes())
        digests = [hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (GRAPH, TOKENIZER)]
        card |= {"export_sha256": digests[0], "tokenizer_sha256": digests[1], "files_sha256": OTHER}
        (folder / CARD).write_text(json.dumps(card))
    return folder


def linked(place: Place, name: str) -> None:
    path = exported(place) / name
    path.unlink()
    path.symlink_to(place.secret)


CACHES: dict[str, Callable[[Place], object]] = {
    "a graph with weights outside": lambda place: exported(place, **{GRAPH: graph("Expand", location=str(place.secret))}),
    "a graph with weights above": lambda place: exported(
        place, **{GRAPH: graph("Expand", location="../../../../outside/secret.txt")}
    ),
    "a graph of a stranger's operator": lambda place: exported(place, **{GRAPH: graph("Run", domain="stranger")}),
    "a graph that fills the memory": lambda place: exported(place, **{GRAPH: graph("Expand")}),
    "a graph that is none": lambda place: exported(place, **{GRAPH: b"\xff" * 1000}),
    "a graph as a link": lambda place: linked(place, GRAPH),
    "a tokenizer that is none": lambda place: exported(place, **{TOKENIZER: b"[" * 100_000}),
    "a card nested without end": lambda place: exported(place, **{CARD: b"[" * 10**6}),
    "a card as a pipe": lambda place: pipe(place, str(exported(place) / CARD)),
}
KINDS = [("index", name) for name in INDEXES] + [("model", name) for name in MODELS] + [("cache", name) for name in CACHES]


class Told(NamedTuple):
    """What `qa` did of a kind."""

    status: object
    said: str
    wanted: list[str]
    read_outside: int
    more_mb: float


@pytest.fixture(scope="module")
def told(seeds_index: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str, str], Told]:
    """What `qa ask` and `qa verify` did in all places, one after another in one process."""
    if not sys.platform.startswith("linux"):
        pytest.skip("what is read is watched by inotify")
    cache = os.environ.get("QA_CACHE", "")
    cases: list[tuple[tuple[str, str, str], str, str, list[str]]] = []
    top = tmp_path_factory.mktemp("handed")
    outside = top / "outside"
    outside.mkdir()
    for number, (kind, name) in enumerate(KINDS):
        place = Place(top / str(number), outside)
        shutil.copytree(seeds_index, place.index)
        place.secret.write_text(SECRET)
        {"index": INDEXES, "model": MODELS, "cache": CACHES}[kind][name](place)
        own = str(place.folder / "cache") if kind == "cache" else cache
        model = ["--model", "model"] if kind == "model" else []
        cases.append(((kind, name, "ask"), str(place.folder), own, ["ask", QUESTION, "--no-reader", *model]))
        if kind == "index":
            cases.append(((kind, name, "verify"), str(place.folder), own, ["verify"]))
    done = subprocess.run(
        [sys.executable, "-c", HANDED_OVER, str(outside), json.dumps(cases), str(seeds_index)],
        capture_output=True,
        text=True,
        cwd=top,
        timeout=200,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert not list(top.rglob("ran"))
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('[["')]
    return {(name[0], name[1], name[2]): Told(*rest) for name, *rest in lines}


@pytest.mark.parametrize("command", ["ask", "verify"])
@pytest.mark.parametrize(("kind", "name"), KINDS)
def test_nothing_runs_nothing_outside_is_read_and_it_is_one_line(
    kind: str, name: str, command: str, told: dict[tuple[str, str, str], Told]
) -> None:
    if command == "verify" and kind != "index":
        pytest.skip("only an index is verified")
    found = told[kind, name, command]
    assert kind != "cache" or found.status != 0, "the export was not looked at"
    assert (found.wanted, found.read_outside) == ([], 0), found
    assert found.status in (0, 1, 2, 3) and found.more_mb < MAX_MORE_MB, found
    assert "Traceback" not in found.said and "fault of the program" not in found.said and SECRET.strip() not in found.said
    # `qa verify` names each fault, and an answer has more lines. That a cache has another export is told before it is used.
    lines = [line for line in found.said.splitlines() if not line.startswith("the index's vectors are of export")]
    assert found.status == 0 or command == "verify" or len(lines) == 1, found.said


def test_what_a_stranger_made_could_run(tmp_path: Path) -> None:
    """Else nothing above would show anything."""
    place = Place(tmp_path / "place", tmp_path)
    place.folder.mkdir()
    program = "import pickle, sys; pickle.load(open(sys.argv[1] + '/pytorch_model.bin', 'rb'))"
    subprocess.run([sys.executable, "-c", program, str(model_in(place))], cwd=tmp_path, check=True)
    assert (tmp_path / "ran").exists()
