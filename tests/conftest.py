"""What all tests share: the seeds, and one index of them; how long campaigns are; where a browser is."""

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from index import build
from qa import AskSettings, Retriever

pytest_plugins = ("tests.casualties", "tests.html_pages", "tests.small_models", "tests.loaded_once")

SEEDS = Path(__file__).parents[1] / "seeds"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--soak` runs the campaigns at full length."""
    parser.addoption("--soak", action="store_true", help="run the campaigns (-m soak) at full length: hours, not minutes")


@pytest.fixture(scope="session")
def campaign(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """How many runs a campaign has: the first number in every test run, the second with `--soak`."""
    full = bool(request.config.getoption("--soak"))
    return lambda quick, long: long if full else quick


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


@pytest.fixture(scope="session")
def generous(seeds_index: Path) -> Retriever:
    """Over the five articles; quotes whatever it finds, so that a test of quotes hangs on no probability."""
    return Retriever.open(seeds_index, settings=AskSettings(min_answer=0.0, min_quote=0.0, min_quote_share=0.0))


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


@pytest.fixture(scope="session")
def browser_path() -> str:
    """Where a browser is. Where there is none the tests that need it skip; where CI is set that is a failure."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    path = next((found for name in BROWSERS if (found := shutil.which(name))), str(own) if own.is_file() else None)
    if path is None:
        missing = f"no browser: none of {', '.join(BROWSERS)} is installed, nor Playwright's own (playwright install chromium)"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return path
