"""Messages between a build and the process that speaks to Ray."""

from dataclasses import dataclass

LOCAL = "local"


@dataclass(frozen=True, slots=True)
class ClusterSettings:
    """The cluster's address, how many workers it is to have at most, and a folder for what Ray writes on this machine."""

    address: str
    count: int | None
    folder: str


@dataclass(frozen=True, slots=True)
class ClusterReady:
    """The cluster has `workers` that calculate what this machine does, or will have."""

    workers: int


@dataclass(frozen=True, slots=True)
class WorkerNote:
    """What a person is to know."""

    text: str
