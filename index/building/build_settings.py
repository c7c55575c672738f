"""How a build reads, embeds and chooses articles."""

import re
from dataclasses import dataclass

from index.articles.article import known_encoding
from index.errors import ArticleRefused, InputError
from index.files.printable import printable_name
from index.local.merge_policy import MERGED_AT, MIN_PASSAGES
from index.models.model_card import ModelSettings
from index.search.ivf_lists import EXHAUSTIVE_UP_TO

MAX_WORKERS = 1024  # More is a slip of the finger: each takes half a gigabyte.
_ADDRESS = re.compile(r"local|auto|(ray://)?[\w.\-\[\]:]+:[0-9]{1,5}")


@dataclass(frozen=True, slots=True)
class BuildSettings:
    """How articles are read and embedded. `model` None keeps the model that the index has, or takes the default.

    `speakers` is whether to read who speaks; None does as the last build was
    told, and reads it in a new index.

    `exclude` takes articles out of the index, by source, and keeps them out of
    later ones; `restore` brings such articles back, `restore_all` every one.
    `wait` waits for another process that is writing the index.

    `workers` is how many processes embed, `ray` the cluster where they do:
    "local", "auto", HOST:PORT on a machine of the cluster, ray://HOST:PORT on
    another. None: this process alone; with `ray` as many as the cluster has
    processors.

    `exhaustive_up_to` is up to how many sentences a question is compared with
    all of them, beyond only with those in the nearest lists. A part of the index
    with fewer than `min_segment_passages` is written anew with every change, so
    that there are not many of them; `merged_at` parts of one size become one.
    """

    model: ModelSettings | None = None
    encoding: str | None = None
    max_file_mb: float = 16.0
    rebuild: bool = False
    exclude: tuple[str, ...] = ()
    restore: tuple[str, ...] = ()
    restore_all: bool = False
    wait: bool = False
    speakers: bool | None = None
    exhaustive_up_to: int = EXHAUSTIVE_UP_TO
    min_segment_passages: int = MIN_PASSAGES
    merged_at: int = MERGED_AT
    workers: int | None = None
    ray: str | None = None

    def __post_init__(self) -> None:
        if not self.max_file_mb > 0:  # So that NaN is refused too.
            raise InputError("--max-file-mb: must be more than 0")
        if not self.exhaustive_up_to >= 0:
            raise InputError("exhaustive_up_to: must be 0 or more sentences")
        if not self.min_segment_passages >= 0:
            raise InputError("min_segment_passages: must be 0 or more")
        if not self.merged_at >= 2:
            raise InputError("merged_at: must be 2 or more parts")
        if self.workers is not None and not 1 <= self.workers <= MAX_WORKERS:
            raise InputError(f"--workers {self.workers}: must be 1 to {MAX_WORKERS}")
        if self.ray is not None and not _ADDRESS.fullmatch(self.ray):
            raise InputError(f"--ray {self.ray[:80]!r}: no address; give local, auto, HOST:PORT or ray://HOST:PORT")
        if self.encoding is not None:
            object.__setattr__(self, "encoding", known_encoding(self.encoding))
        if both := sorted({*self.exclude} & {*self.restore}):
            raise InputError(f"{printable_name(both[0])}: cannot be taken out and brought back at once; choose one")

    def check_size(self, size_bytes: int, source: str) -> None:
        """Refuse a file that is over the limit.

        Raises:
            ArticleRefused: it is.
        """
        size_mb = size_bytes / 1e6
        if size_mb > self.max_file_mb:
            reason = f"{size_mb:.1f} MB is over the limit of {self.max_file_mb:g} MB; split it or raise --max-file-mb"
            raise ArticleRefused(source, reason)
