"""Reading, splitting and embedding articles; building, publishing and opening an index."""

from index.articles.article import Article
from index.articles.span import Span
from index.backends import add_file, build
from index.building.build_report import BuildReport, Renamed
from index.building.build_settings import BuildSettings
from index.building.fill_entries import Progress
from index.errors import (
    ArticleRefused,
    IndexBusyError,
    IndexDamagedError,
    IndexMismatchError,
    IndexUnusableError,
    InputError,
    QaError,
)
from index.files.checksums import Check
from index.files.source_files import SourceState
from index.models.model_card import ModelSettings, Precision
from index.opened.index import Index
from index.opened.info import IndexInfo
from index.opened.listing import ArticlePage, ArticleSummary
from index.search.ivf_lists import Lists

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
