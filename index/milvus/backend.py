"""The operations on an index in Milvus besides searching it: the counterpart of `FolderBackend`."""

from collections.abc import Callable, Sequence
from pathlib import Path

from articles_qa.index.building.build_report import BuildReport
from articles_qa.index.building.build_settings import BuildSettings
from articles_qa.index.building.collection import LastBuild
from articles_qa.index.building.fill_entries import Progress
from articles_qa.index.errors import IndexUnusableError, InputError
from articles_qa.index.files.checksums import Check
from articles_qa.index.files.disk import Disk
from articles_qa.index.files.source_files import Sources
from articles_qa.index.milvus.build_milvus import build_in_milvus
from articles_qa.index.milvus.generation import number_in_force, open_milvus_generation
from articles_qa.index.milvus.milvus_index import MilvusIndex
from articles_qa.index.milvus.place import NO_FOLDER, milvus_place
from articles_qa.index.milvus.server import MilvusServer, milvus_server
from articles_qa.index.milvus.verify_milvus import check_milvus_index
from articles_qa.index.opened.index import Index
from articles_qa.index.verify.findings import Soundness


class MilvusBackend:
    """An index in Milvus; see `index.backends.Backend`. Any call may raise IndexUnusableError: the server cannot be reached."""

    folder = NO_FOLDER

    def __init__(self, place: str | Path) -> None:
        """Read the place; the server is not asked yet.

        Raises:
            InputError: the place is written wrongly.
        """
        self._place = milvus_place(place)

    def exists(self) -> bool:
        return number_in_force(self._server) is not None

    def open(self, number: int | None, check: Check | None) -> Index:
        """Open a generation. `check` is of no use here: all parts are compared by sha256."""
        self._server.be_strict()
        return MilvusIndex(self._server, open_milvus_generation(self._server, number=number))

    def build(self, paths: Sequence[Path], settings: BuildSettings, progress: Progress, disk: Disk) -> BuildReport:
        return build_in_milvus(paths, self._place, settings, progress)

    def add_file(self, name: str, data: bytes, settings: BuildSettings | None, disk: Disk) -> str:
        raise InputError("an index in Milvus has no folder for added articles; put this one in the folder that it reads")

    def check(self, number: int | None) -> Soundness:
        return check_milvus_index(self._place, number=number)

    def mark(self) -> bytes:
        number = number_in_force(self._server)
        return b"" if number is None else str(number).encode()

    def paths_before(self) -> list[Path]:
        try:
            record = open_milvus_generation(self._server).manifest.build
        except IndexUnusableError:
            return []
        return LastBuild.of(record, ()).paths_again(str(self._place))

    def sources(self, number: int | None, note: Callable[[str], None]) -> Sources:
        record = open_milvus_generation(self._server, number=number).manifest.build
        return Sources.of(NO_FOLDER, record.root, record.added)

    def has_stopped_build(self) -> bool:
        return False

    def judgements_folder(self) -> Path:
        raise InputError("judgements are kept in an index folder, and this index is in Milvus; nothing was kept")

    @property
    def _server(self) -> MilvusServer:
        return milvus_server(self._place)
