"""Reading, splitting and embedding articles; building, publishing and opening an index."""

from index.added import add_file
from index.article import Article
from index.build import build
from index.build_report import BuildReport
from index.changes import Renamed
from index.checking import Check
from index.errors import (
    ArticleRefused,
    IndexBusyError,
    IndexDamagedError,
    IndexMismatchError,
    IndexUnusableError,
    InputError,
    QaError,
)
from index.filling import Progress
from index.info import IndexInfo
from index.listing import ArticlePage, ArticleSummary
from index.lists import Lists
from index.model import ModelSettings, Precision
from index.opened import Index
from index.settings import BuildSettings
from index.source_state import SourceState
from index.span import Span

__all__ = [
    "Article",
    "ArticlePage",
    "ArticleRefused",
    "ArticleSummary",
    "BuildReport",
    "BuildSettings",
    "Check",
    "Index",
    "IndexBusyError",
    "IndexDamagedError",
    "IndexInfo",
    "IndexMismatchError",
    "IndexUnusableError",
    "InputError",
    "Lists",
    "ModelSettings",
    "Precision",
    "Progress",
    "QaError",
    "Renamed",
    "SourceState",
    "Span",
    "add_file",
    "build",
]
