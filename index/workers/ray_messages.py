"""Messages between a build and the Ray bridge."""

from dataclasses import dataclass

LOCAL = "local"


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
