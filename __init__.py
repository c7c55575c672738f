"""Quotes from a folder of news articles that answer a question. `Retriever` asks, `build` makes an index, `Scope` narrows."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from articles_qa.index import build
    from articles_qa.qa import Retriever, Scope

__all__ = ["Retriever", "Scope", "build"]


def __getattr__(name: str) -> Any:
    """Return a public name, imported only now: the rooms below are imported through this package, too."""
    if name == "build":
        from articles_qa.index import build

        return build
    if name in __all__:
        from articles_qa import qa

        return getattr(qa, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
