"""What all tests share: the seeds, and one index of them."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from index import build
from qa import Retriever

SEEDS = Path(__file__).parent.parent / "seeds"


@pytest.fixture(scope="session")
def seeds() -> Path:
    """The folder of the five real articles."""
    return SEEDS


@pytest.fixture(scope="session")
def seeds_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the seeds, built once; tests that change an index change a copy."""
    directory = tmp_path_factory.mktemp("seeds") / "index"
    build([SEEDS], directory)
    return directory


@pytest.fixture(scope="session")
def retriever(seeds_index: Path) -> Retriever:
    """The seeds, opened once."""
    return Retriever.open(seeds_index)


@pytest.fixture
def retriever_of(tmp_path: Path) -> Callable[[Mapping[str, str | bytes]], Retriever]:
    """Builds an index of the articles given by name, and opens it; they stand in tmp_path / "articles"."""

    def build_and_open(articles: Mapping[str, str | bytes]) -> Retriever:
        folder = tmp_path / "articles"
        for name, text in articles.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        build([folder], tmp_path / "index")
        return Retriever.open(tmp_path / "index")

    return build_and_open
