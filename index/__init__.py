"""Reading, splitting and embedding articles; building, publishing and opening an index."""

from index.article import Article
from index.build import BuildReport, BuildSettings, Progress, build
from index.errors import ArticleRefused, IndexDamagedError, IndexMismatchError, IndexUnusableError, InputError, QaError
from index.model import ModelSettings, Precision
from index.opened import Index, IndexInfo, SourceState
from index.span import Span

__all__ = [
    "Article",
    "ArticleRefused",
    "BuildReport",
    "BuildSettings",
    "Index",
    "IndexDamagedError",
    "IndexInfo",
    "IndexMismatchError",
    "IndexUnusableError",
    "InputError",
    "ModelSettings",
    "Precision",
    "Progress",
    "QaError",
    "SourceState",
    "Span",
    "build",
]
