"""A browser, and the page served to it."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Request

    from articles_qa.qa import AskSettings
    from articles_qa.ui.server.accounts import Accounts

# Without what a browser does by itself over the network, and without a sandbox, which needs rights that containers lack.
BROWSER_ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync --no-first-run"
)
PATIENCE_MS = 60_000  # For a machine that does much else; what is waited for mostly takes a hundredth of a second.


@pytest.fixture(scope="module")
def chromium(browser_path: str) -> "Iterator[Browser]":
    """A real browser without a window."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=BROWSER_ARGUMENTS.split())
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def visitor(chromium: "Browser") -> "Iterator[BrowserContext]":
    """One visitor a module, so that the page's files are fetched once; other hosts cannot be reached."""
    context = chromium.new_context(viewport={"width": 1400, "height": 900}, accept_downloads=True)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.set_default_timeout(PATIENCE_MS)
    context.route(re.compile(r"^(?!(https?|wss?)://127\.0\.0\.1[:/])"), lambda route: route.abort())
    yield context
    context.close()


@pytest.fixture
def visit(visitor: "BrowserContext") -> "Iterator[Callable[[str], Page]]":
    """Opens an address as a test's own visitor, who begins without a memory of the page.

    In the end nothing asked other hosts, no script failed, no dialog opened, and no page moved away.
    """
    wrong: list[str] = []
    pages: list[Page] = []

    def went_to(url: str) -> None:
        if not url.startswith(("http://127.0.0.1:", "data:", "blob:", "about:blank", "chrome-error:")):
            wrong.append(f"asked for {url}")

    def dismiss(dialog: "Dialog") -> None:
        wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def watch(page: "Page") -> None:
        page.on("pageerror", lambda error: wrong.append(f"failed: {error}"))
        page.on("dialog", dismiss)
        page.on("popup", lambda popup: wrong.append(f"opened {popup.url}"))
        page.on("framenavigated", lambda frame: went_to(frame.url))

    def open_page(url: str) -> "Page":
        page = visitor.new_page()
        watch(page)
        pages.append(page)
        page.goto(url)
        page.wait_for_selector(".welcome p, .turn", state="attached")
        return page

    def asked(request: "Request") -> None:
        went_to(request.url)

    visitor.on("request", asked)
    yield open_page
    for page in pages:
        page.evaluate("localStorage.clear()")
        page.close()
    visitor.clear_cookies()
    visitor.remove_listener("request", asked)
    assert not wrong


@pytest.fixture(scope="session")
def unfold() -> "Callable[[Page], None]":
    """Opens the earlier turns of the conversation, which a new question folds; closes the menus over them."""
    script = """() => {
      document.querySelectorAll('.folded [data-do=fold]').forEach((one) => one.click());
      document.querySelectorAll('.menu[open]').forEach((one) => (one.open = false));
    }"""
    return lambda page: page.evaluate(script)


@pytest.fixture(scope="session")
def keep() -> "Callable[[Page, list[dict[str, Any]]], None]":
    """Puts a conversation of these records in a page's memory, and shows it."""
    script = """(records) => {
      const name = "articles-qa:" + document.querySelector(".chat").dataset.index;
      const turns = records.map((record, i) => ({id: `kept${i}`, question: record.question, record, within: {}}));
      const conversations = [{id: "kept", began: "2025-01-01T00:00:00.000Z", turns}];
      localStorage.setItem(name, JSON.stringify({conversations}));
    }"""

    def keep_and_show(page: "Page", records: list[dict[str, Any]]) -> None:
        page.evaluate(script, records)
        page.reload()
        page.wait_for_selector(".turn:last-child .found")

    return keep_and_show


@pytest.fixture(scope="session")
def serving() -> Callable[..., AbstractContextManager[str]]:
    """Serves the page over an index for a while; gives its address."""
    from articles_qa.ui.page.live_index import LiveIndex
    from articles_qa.ui.page.page import make_page as page_over
    from articles_qa.ui.server.server import ServeSettings, running

    @contextmanager
    def serve_page(
        directory: Path,
        *,
        settings: "AskSettings | None" = None,
        editable: bool = True,
        port: int = 0,
        accounts: "Accounts | None" = None,
    ) -> Iterator[str]:
        live = LiveIndex(directory, settings)
        with ExitStack() as served, ThreadPoolExecutor(1) as aside:
            # Playwright's event loop runs in this thread, and starting needs one of its own.
            page = running(lambda: page_over(live, editable=editable), ServeSettings(port=port, accounts=accounts))
            yield aside.submit(served.enter_context, page).result()

    return serve_page


@pytest.fixture(scope="module")
def serve(serving: Callable[..., AbstractContextManager[str]]) -> Iterator[Callable[..., str]]:
    """Serves the page over an index until the module's tests are done; gives its address."""
    with ExitStack() as served:
        yield lambda directory, **how: served.enter_context(serving(directory, **how))
