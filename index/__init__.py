"""Reading, splitting and embedding articles; building, publishing and opening an index."""

from index.added import add_file
from index.article import Article
from index.build import BuildReport, Progress, build
from index.errors import ArticleRefused, IndexDamagedError, IndexMismatchError, IndexUnusableError, InputError, QaError
from index.listing import ArticlePage, ArticleSummary
from index.model import ModelSettings, Precision
from index.opened import Index, IndexInfo, SourceState
from index.settings import BuildSettings
from index.span import Span

__all__ = [
    "Article",
    "ArticlePage",
    "ArticleRefused",
    "ArticleSummary",
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
    "add_file",
    "build",
]
