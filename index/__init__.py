"""Reading, splitting and embedding articles; building, publishing and opening an index."""

import warnings

from articles_qa.index.articles.article import Article
from articles_qa.index.articles.span import Span
from articles_qa.index.backends import add_file, build
from articles_qa.index.building.build_report import BuildReport, Renamed
from articles_qa.index.building.build_settings import BuildSettings
from articles_qa.index.building.fill_entries import Progress
from articles_qa.index.errors import (
    ArticleRefused,
    IndexBusyError,
    IndexDamagedError,
    IndexMismatchError,
    IndexUnusableError,
    InputError,
    QaError,
)
from articles_qa.index.files.checksums import Check
from articles_qa.index.files.source_files import SourceState
from articles_qa.index.models.model_card import ModelSettings, Precision
from articles_qa.index.opened.index import Index
from articles_qa.index.opened.info import IndexInfo
from articles_qa.index.opened.listing import ArticlePage, ArticleSummary
from articles_qa.index.search.ivf_lists import Lists

if __name__ == "index":  # Imported from a checkout's folder.
    warnings.warn(f"import articles_qa.{__name__}: the bare name goes with the next release", DeprecationWarning, stacklevel=2)

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
