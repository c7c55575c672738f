"""The bridge: a child process that passes batches from the build to Ray actors, and entries back."""

import importlib
import os
import shutil
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from articles_qa.index.articles.article import Article
from articles_qa.index.entries.entry import Entry
from articles_qa.index.errors import InputError, QaError
from articles_qa.index.models.model_files import Export
from articles_qa.index.models.onnx_session import cores
from articles_qa.index.workers.processes import WorkerFailure
from articles_qa.index.workers.ship_model import Shipment, export_files, worker_proof
from articles_qa.index.workers.worker import BatchDone, Worker

LOCAL = "local"  # The address of a cluster that is started for this build.
LOOK_S = 0.05  # Between two polls of build and cluster.
# Ray sends no usage reports, and gives up a lost cluster after 20 s.
_SETTINGS = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_gcs_rpc_server_reconnect_timeout_s": "20", "RAY_DEDUP_LOGS": "0"}


@dataclass(frozen=True, slots=True)
class ClusterSettings:
    """The cluster's address, the most workers to start (None: no limit), and a folder for Ray's files on this machine."""

    address: str
    count: int | None
    folder: str


@dataclass(frozen=True, slots=True)
class ClusterReady:
    """The number of workers that the cluster has or will have."""

    workers: int


@dataclass(frozen=True, slots=True)
class WorkerNote:
    """A note to the person who started the build."""

    text: str


@dataclass(frozen=True, slots=True)
class PreparedActor:
    """The machine of an actor that can embed, and the digest of its results for the sample texts."""

    host: str
    proof: str


class Embedding:
    """A Ray actor: one worker on one core of a machine of the cluster."""

    def prepare(self, shipment: Shipment, files: Sequence[Any], speakers: bool) -> PreparedActor:
        """Get the model and try it; the references `files` are fetched only where the machine lacks the model."""
        ray = _ray()
        export = shipment.install(lambda: tuple(ray.get(list(files))))
        self._worker = Worker(export, speakers=speakers, threads=1)
        return PreparedActor(ray.util.get_node_ip_address(), worker_proof(self._worker))

    def entries(self, articles: tuple[Article, ...]) -> tuple[Entry, ...]:
        """Return the entries of these articles, in order."""
        return self._worker.entries(articles)


@dataclass(slots=True)
class _Cluster:
    """The actors and their work; references are Ray's."""

    ray: Any
    connection: Connection
    job: tuple[Any, ...]
    proof: str
    starting: dict[Any, Any] = field(default_factory=dict)
    ready: list[Any] = field(default_factory=list)
    running: dict[Any, tuple[int, tuple[Article, ...], Any]] = field(default_factory=dict)
    waiting: deque[tuple[int, tuple[Article, ...]]] = field(default_factory=deque)
    why: str = ""  # The reason why the last lost actor was lost.

    def start(self) -> None:
        """Start an actor on any machine with a free core."""
        actor = self.ray.remote(num_cpus=1, max_restarts=0)(Embedding).remote()
        self.starting[actor.prepare.remote(*self.job)] = actor

    def step(self) -> None:
        """Hand out waiting batches, and send finished ones to the build."""
        self._hand_out()
        references = [*self.running, *self.starting]
        done, _ = self.ray.wait(references, timeout=LOOK_S) if references else ([], [])
        for reference in done:
            if reference in self.starting:
                self._started(reference)
            else:
                self._finished(reference)
        if not self.ready and not self.starting:
            raise InputError(f"no worker is left ({self.why}); install the program on the cluster's machines as it is here")

    def _hand_out(self) -> None:
        load = {id(actor): 0 for actor in self.ready}
        for _, _, actor in self.running.values():
            load[id(actor)] = load.get(id(actor), 0) + 1
        while self.waiting and self.ready:
            actor = min(self.ready, key=lambda one: load[id(one)])
            if load[id(actor)] >= 2:
                return
            number, articles = self.waiting.popleft()
            load[id(actor)] += 1
            self.running[actor.entries.remote(articles)] = number, articles, actor

    def _started(self, reference: Any) -> None:
        actor = self.starting.pop(reference)
        try:
            prepared = self.ray.get(reference)
        except Exception as error:
            self.why = _reason(error)
            return
        if prepared.proof == self.proof:
            self.ready.append(actor)
            return
        self.why = f"{prepared.host} calculates other vectors than this machine does"
        self.connection.send(WorkerNote(f"a worker is not used: {self.why}"))
        self.ray.kill(actor)

    def _finished(self, reference: Any) -> None:
        number, _, actor = self.running.pop(reference)
        try:
            entries = self.ray.get(reference)
        except self.ray.exceptions.RayTaskError as error:
            raise InputError(_reason(error)) from error
        except self.ray.exceptions.RayError as error:
            self.why = _reason(error)
            if actor in self.ready:  # Else another batch of this actor has shown its death.
                self.ready.remove(actor)
                self.start()
            entries = None
        self.connection.send(BatchDone(number, entries))


def bridge(connection: Connection, settings: ClusterSettings, export: Export, speakers: bool) -> None:
    """Serve a build until the build closes the connection; send errors as a WorkerFailure."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):  # All output of Ray is discarded, from Python and from its libraries.
        os.dup2(nowhere, stream)
    os.environ.update(_SETTINGS)
    try:
        _serve(connection, settings, export, speakers)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        pass
    except Exception as error:
        failure = WorkerFailure.of(error)
        if isinstance(error, QaError) or _of_ray(error):
            # Ray refuses a connection without saying that a token is missing.
            hint = "; if the cluster asks for a token, set RAY_AUTH_TOKEN" if failure.text.startswith("ConnectionError") else ""
            failure = WorkerFailure(failure.text + hint)
        connection.send(failure)
    finally:
        _ray().shutdown()
        shutil.rmtree(settings.folder, ignore_errors=True)  # Here too, since the build may have been killed.


def _serve(connection: Connection, settings: ClusterSettings, export: Export, speakers: bool) -> None:
    ray = _ray()
    _connect(settings)
    files = export_files(export)
    references = [ray.put(data) for data in files]
    proof = worker_proof(Worker(export, speakers=speakers, threads=1))
    cluster = _Cluster(ray, connection, (Shipment.of(export, files), references, speakers), proof)
    cpus = int(ray.cluster_resources().get("CPU", 0))
    workers = min(settings.count or cpus, cpus)
    if not workers:
        raise InputError("the cluster has no processors to give; add a machine to it (ray start --address)")
    for _ in range(workers):
        cluster.start()
    while not cluster.ready:
        cluster.step()
        if connection.poll():
            connection.recv()  # Raises EOFError: a build sends nothing before ClusterReady, so it has ended.
    connection.send(ClusterReady(workers))
    while True:
        while connection.poll(0 if cluster.running or cluster.starting else LOOK_S):
            cluster.waiting.append(connection.recv())
        cluster.step()


def _connect(settings: ClusterSettings) -> None:
    """Connect to the cluster; raises Ray's errors: another version of Ray or Python, no cluster."""
    # The same program everywhere; its packages must be installed.
    package = {"py_modules": [str(_shipped(Path(settings.folder)))]}
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": "CRITICAL", "runtime_env": package}
    if settings.address == LOCAL:
        options |= {"num_cpus": settings.count or cores(), "include_dashboard": False, "_temp_dir": settings.folder}
    _ray().init(address=settings.address, **options)


def _shipped(folder: Path) -> Path:
    """Copy what workers import into a folder of the package's name, as which Ray ships it."""
    index, program = Path(__file__).parents[1:3]
    package = folder / __name__.split(".", maxsplit=1)[0]
    shutil.copytree(index, package / index.name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(program / "__init__.py", package)
    return package


def _ray() -> Any:
    """Return the package; most of its functions have no types."""
    return importlib.import_module("ray")


def _of_ray(error: Exception) -> bool:
    """Tell whether Ray or the network raised the error, so that it is no fault of the program."""
    return type(error).__module__.startswith(("ray", "grpc")) or isinstance(
        error, (ConnectionError, RuntimeError, TimeoutError)
    )


def _reason(error: Exception) -> str:
    """Return the innermost reason, in one line."""
    cause = getattr(error, "cause", None) or error
    lines = [line.strip() for line in str(cause).splitlines() if line.strip()]
    return f"{type(cause).__name__}: {lines[-1] if lines else 'no reason given'}"[:200]
