"""What all tests share: the seeds, and one index of them; how long campaigns are; where a browser is."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings

from articles_qa.index import ModelSettings, Precision, build
from articles_qa.index.models.export import export_model
from articles_qa.index.models.model_files import packaged_export
from articles_qa.qa import AskSettings, Retriever

pytest_plugins = ("tests.casualties", "tests.html_pages", "tests.loaded_once", "tests.made_files")

settings.register_profile("project", deadline=None)  # Two workers share two cores: a slow example is no failure.
settings.load_profile("project")

SEEDS = Path(__file__).parents[1] / "seeds"
TIERS = ("test", "check", "soak")  # Each runs the tests of those before it, and longer campaigns.
# Fixtures that need torch, which asking never imports: other models than the default one are tested in `make check`.
MAKES_MODELS = {"tiny", "reference"}
LONGEST = ("campaigns", "browser", "milvus", "workers", "house")  # Folders.
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--tier` chooses the tests that run, and the length of the campaigns."""
    parser.addoption("--tier", choices=TIERS, default="test", help="test: minutes; check: what CI runs; soak: hours")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests of longer tiers. Put the folders that take longest first, so that two workers end together."""
    tier = TIERS.index(config.getoption("--tier"))
    config.hook.pytest_deselected(items=[item for item in items if _first_tier(item) > tier])
    items[:] = sorted((item for item in items if _first_tier(item) <= tier), key=_place)


def _place(item: pytest.Item) -> int:
    """Return the place of a test's folder in LONGEST; all others come after."""
    return next((place for place, name in enumerate(LONGEST) if name in item.path.parts), len(LONGEST))


def _first_tier(item: pytest.Item) -> int:
    """Return the place in TIERS of the shortest tier that runs a test."""
    mark = item.get_closest_marker("tier")
    if mark is None:
        return 1 if MAKES_MODELS & {*getattr(item, "fixturenames", ())} else 0
    return TIERS.index(mark.args[0])


@pytest.fixture(scope="session", autouse=True)
def _beside_another_worker() -> Iterator[None]:
    """Under pytest-xdist, let each worker embed on one core."""
    with pytest.MonkeyPatch.context() as patch:
        if "PYTEST_XDIST_WORKER" in os.environ:
            patch.setattr("articles_qa.index.models.embedder.cores", lambda: 1)
        yield


@pytest.fixture(scope="session")
def campaign(request: pytest.FixtureRequest) -> Callable[[int, int, int], int]:
    """Return a function that chooses the length of a campaign from its lengths in `make test`, `check` and `soak`."""
    tier = TIERS.index(request.config.getoption("--tier"))
    return lambda *lengths: lengths[tier]


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
def exact(monkeypatch: pytest.MonkeyPatch) -> ModelSettings:
    """Settings of the default model in fp32, for what compares models. What runs is int8: an fp32 export needs torch."""
    wanted, packaged = ModelSettings(precision=Precision.FP32), packaged_export()
    made = replace(packaged, card=replace(packaged.card, precision=Precision.FP32))
    for module in ("articles_qa.index.building.prepare", "articles_qa.index.opened.index"):
        monkeypatch.setattr(f"{module}.export_model", lambda settings: made if settings == wanted else export_model(settings))
    return wanted


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
