"""The settings of a build: how it reads, embeds and chooses articles."""

import re
from dataclasses import dataclass

from articles_qa.index.articles.article import known_encoding
from articles_qa.index.errors import ArticleRefused, InputError
from articles_qa.index.files.printable import printable_name
from articles_qa.index.formats.kinds import ReadSettings
from articles_qa.index.local.merge_policy import MERGED_AT, MIN_PASSAGES
from articles_qa.index.models.model_card import ModelSettings
from articles_qa.index.search.ivf_lists import EXHAUSTIVE_UP_TO

# Some 800 news articles: on two cores, their words take 4 s and their vectors a minute.
WORDS_FIRST_BYTES = 2_000_000
MAX_WORKERS = 1024  # More is a typing error: each worker takes half a gigabyte.
_ADDRESS = re.compile(r"local|auto|(ray://)?[\w.\-\[\]:]+:[0-9]{1,5}")


@dataclass(frozen=True, slots=True)
class BuildSettings:
    """The settings of a build.

    `model` None keeps the index's model, or takes the default. `speakers`
    tells whether to read who speaks; None repeats the last build's choice.

    `reading` tells how files other than plain text are read; None repeats the
    last build's choice.

    `exclude` takes articles out of the index, by source, and keeps them out of
    later builds. `restore` brings such articles back, `restore_all` all of
    them. `wait` waits for another process that holds the writer lock.

    `workers` processes embed; None: this process alone, or with `ray` one for
    each processor of the cluster. `ray` is the cluster's address: "local",
    "auto", HOST:PORT on a machine of the cluster, or ray://HOST:PORT.

    A question is compared with all sentences up to `exhaustive_up_to`, beyond
    that only with those in the nearest IVF lists. A segment with fewer than
    `min_segment_passages` is rewritten with every change. `merged_at` segments
    of one size become one. A first build of at least `words_first_bytes` of
    articles publishes their words before it embeds them.
    """

    model: ModelSettings | None = None
    encoding: str | None = None
    reading: ReadSettings | None = None
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
    words_first_bytes: int = WORDS_FIRST_BYTES
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
        """Refuse a file that is over the size limit.

        Raises:
            ArticleRefused: the file is too large.
        """
        size_mb = size_bytes / 1e6
        if size_mb > self.max_file_mb:
            reason = f"{size_mb:.1f} MB is over the limit of {self.max_file_mb:g} MB; split it or raise --max-file-mb"
            raise ArticleRefused(source, reason)
