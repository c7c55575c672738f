"""The articles behind the page: listed, read, added, taken out, brought back; changed, and gone."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from articles_qa.index import build
from articles_qa.ui.server.accounts import Accounts
from tests.made_files import pdf_of_lines

Visit = Callable[[str], Page]
Serve = Callable[..., str]
Serving = Callable[..., AbstractContextManager[str]]
BRIDGE = "Old bridge closes\n\nThe city of Harlow closed its old bridge on Monday, because ninety bolts had rusted.\n"
QUESTION = "Why did Harlow close its old bridge?"


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """A folder of sixty articles."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for number in range(60):
        head = f"Title: Harvest {number}\nOutlet: {'Daily Mirror' if number == 7 else 'Farm News'}\n\n"
        text = f"{head}Farmers of village {number} brought in {100 + number} tons of wheat.\n"
        (folder / f"{number:02}.txt").write_text(text)
    (folder / "bridge.txt").write_text(BRIDGE)
    build([folder], tmp_path / "index")
    return folder


@pytest.fixture
def url(articles: Path, serve: Serve) -> str:
    """The page over them."""
    return serve(articles.parent / "index")


def listed(page: Page) -> list[str]:
    """The sources on the list."""
    return page.locator(".article").evaluate_all("all => all.map((one) => one.dataset.source)")  # type: ignore[no-any-return]


def turn_to_articles(page: Page) -> None:
    """Turn to the list."""
    page.get_by_role("tab", name="Articles").click()
    expect(page.locator(".range")).to_be_visible()


def ask(page: Page, question: str = QUESTION) -> dict[str, Any]:
    """Ask, on the tab for it; gives the record."""
    page.get_by_role("tab", name="Ask").click()
    number = page.locator(".turn").count()
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    expect(page.locator(".turn .tools:not([hidden])")).to_have_count(number + 1)
    kept = page.evaluate("Object.entries(localStorage).find(([name]) => name.startsWith('articles-qa:'))[1]")
    record: dict[str, Any] = json.loads(kept)["conversations"][0]["turns"][number]["record"]
    return record


def drop(page: Page, *files: tuple[str, bytes]) -> None:
    """Give files to the page."""
    given: list[Any] = [{"name": name, "mimeType": "text/plain", "buffer": data} for name, data in files]
    page.locator("#drop input[type=file]").set_input_files(given)


def test_articles_are_listed_found_and_opened(visit: Visit, url: str, articles: Path) -> None:
    page = visit(url)
    turn_to_articles(page)
    expect(page.locator(".range")).to_have_text("1 to 50 of 61")
    first = listed(page)
    page.get_by_role("button", name="Later in the list").click()
    expect(page.locator(".range")).to_have_text("51 to 61 of 61")
    expect(page.locator(".range")).to_be_focused()
    assert first + listed(page) == sorted(path.name for path in articles.iterdir())
    page.get_by_role("button", name="Earlier in the list").click()
    expect(page.locator(".range")).to_have_text("1 to 50 of 61")
    facet = page.get_by_role("button", name="Daily Mirror 1")
    for pressed, left in (("true", "1 to 1 of 1"), ("false", "1 to 50 of 61")):
        facet.click()
        expect(page.locator(".range")).to_have_text(left)
        expect(facet).to_have_attribute("aria-pressed", pressed)
        expect(facet).to_be_focused()
    for words, found in (("harvest 7", "07.txt"), ("BRIDGE", "bridge.txt")):
        page.get_by_role("searchbox", name="Find articles").fill(words)
        page.keyboard.press("Enter")
        expect(page.locator(".article").first).to_have_attribute("data-source", found)
    page.get_by_role("button", name="Old bridge closes", exact=True).click()
    expect(page.locator(".sheet")).to_have_attribute("data-source", "bridge.txt")
    assert page.locator(".sheet").evaluate("sheet => sheet.textContent") == BRIDGE
    page.get_by_role("searchbox", name="Find articles").fill("nowhere")
    page.get_by_role("button", name="Find", exact=True).click()
    expect(page.locator(".range")).to_have_text("No article has these words.")


def test_an_added_article_can_be_asked_at_once_and_a_refused_one_says_why(visit: Visit, serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "seed.txt").write_text("Wheat\n\nFarmers of the valley brought in ninety tons of wheat this year.\n")
    build([tmp_path], tmp_path / ".index")
    page = visit(serve(tmp_path / ".index"))
    assert not ask(page)["answered"]
    turn_to_articles(page)
    drop(page, ("bridge.txt", BRIDGE.encode()), ("latin.txt", b"caf\xe9 in the town"), ("empty.md", b" \n"))
    expect(page.locator(".outcome")).to_have_text("1 added")
    expect(page.locator(".progress")).to_be_hidden()
    expect(page.locator(".refused li")).to_have_count(2)
    expect(page.locator(".refused")).to_contain_text("added/latin.txt: not UTF-8 at byte 3")
    expect(page.locator(".refused")).to_contain_text("added/empty.md: empty")
    expect(page.locator(".article")).to_have_count(2)
    record = ask(page)
    assert record["quotes"][0]["source"] == "added/bridge.txt"
    expect(page.locator("mark.current")).to_have_text(record["quotes"][0]["text"])
    assert (tmp_path / ".index" / "added" / "bridge.txt").read_text() == BRIDGE


def test_files_are_chosen_by_keyboard_and_dropped_by_mouse(visit: Visit, serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "seed.txt").write_text("Wheat\n\nFarmers of the valley brought in ninety tons of wheat this year.\n")
    build([tmp_path / "seed.txt"], tmp_path / ".index")
    page = visit(serve(tmp_path / ".index"))
    page.on("filechooser", lambda _: None)  # From now on choosers are caught; asked for with Enter, that could come too late.
    turn_to_articles(page)
    page.get_by_role("tab", name="Check a draft").focus()  # The last of the tabs.
    page.keyboard.press("Tab")
    expect(page.get_by_label("Add articles: drop text, HTML, PDF, Word or mail files here")).to_be_focused()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    assert chooser.value.is_multiple()
    odd = "flood “x” #1 & 2 50%?.txt"
    (tmp_path / "chosen").mkdir()
    (tmp_path / "chosen" / odd).write_text(BRIDGE)
    chooser.value.set_files(tmp_path / "chosen" / odd)
    expect(page.locator(".outcome")).to_have_text("1 added")
    assert listed(page) == [f"added/{odd}", "seed.txt"]
    page.evaluate("""() => {
      const data = new DataTransfer();
      data.items.add(new File(["The ferry Amalia sank near Linz, the police said."], "ferry.txt"));
      for (const kind of ["dragenter", "drop"]) {
        const event = new DragEvent(kind, {bubbles: true, cancelable: true, dataTransfer: data});
        document.querySelector("#drop").dispatchEvent(event);
      }
    }""")
    expect(page.locator(".article")).to_have_count(3)
    assert "added/ferry.txt" in listed(page)
    for tab, drafts in (("Ask", 0), ("Check a draft", 1)):  # Beside the zone: an article, on the draft's tab a draft.
        page.get_by_role("tab", name=tab).click()
        assert page.evaluate(
            """(name) => {
          const data = new DataTransfer();
          data.items.add(new File(["The tram hit a lorry, the police said. “It was late.”"], name));
          const event = new DragEvent("drop", {bubbles: true, cancelable: true, dataTransfer: data});
          return !document.querySelector("#right").dispatchEvent(event);
        }""",
            f"tram {drafts}.txt",
        )
        expect(page.locator(".draft .tally")).to_have_count(drafts)
        expect(page.locator(".article")).to_have_count(4)
    page.get_by_role("tab", name="Articles").click()
    page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError()); }")
    drop(page, ("lost.txt", BRIDGE.encode()))
    expect(page.locator(".refused")).to_have_text("lost.txt: could not be sent; try again")


def test_how_far_adding_is_is_shown(visit: Visit, serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "seed.txt").write_text("Wheat\n\nFarmers of the valley brought in ninety tons of wheat this year.\n")
    build([tmp_path], tmp_path / ".index")
    page = visit(serve(tmp_path / ".index"))
    turn_to_articles(page)
    page.evaluate("""() => {
      const place = document.querySelector('.progress');
      window.seen = [];
      const look = new MutationObserver(() => place.hidden || seen.push(place.textContent));
      look.observe(place, {attributes: true, subtree: true, childList: true});
    }""")
    text = "\n\n".join(
        f"The council of town {number} met on Monday, and it spoke of the {number} floods of the year." for number in range(600)
    )
    drop(page, ("long.txt", text.encode()))
    expect(page.locator(".outcome")).to_have_text("1 added")
    assert any("Adding 1 file" in seen for seen in page.evaluate("seen"))


def test_an_article_is_taken_out_by_two_clicks_and_brought_back(visit: Visit, url: str, articles: Path) -> None:
    page = visit(url)
    assert ask(page)["quotes"][0]["source"] == "bridge.txt"
    turn_to_articles(page)
    page.get_by_role("searchbox", name="Find articles").fill("bridge")
    page.keyboard.press("Enter")
    expect(page.locator(".article")).to_have_count(1)
    page.get_by_role("button", name="Take out Old bridge closes").click()
    page.get_by_role("button", name="Really take out Old bridge closes?").click()
    expect(page.locator(".outcome")).to_have_text("1 removed")
    expect(page.locator(".article")).to_have_count(0)
    assert not ask(page)["answered"]
    turn_to_articles(page)
    page.get_by_text("Taken out; their files are untouched").click()
    page.get_by_role("button", name="Bring back bridge.txt").click()
    expect(page.locator(".outcome")).to_have_text("1 added")
    assert ask(page)["quotes"][0]["source"] == "bridge.txt"
    assert (articles / "bridge.txt").read_text() == BRIDGE


def test_taking_out_the_last_of_a_page_shows_the_page_before(visit: Visit, serve: Serve, tmp_path: Path) -> None:
    for number in range(51):
        (tmp_path / f"{number:02}.txt").write_text(
            f"Title: Harvest {number}\n\nFarmers of village {number} brought in wheat.\n"
        )
    build([tmp_path], tmp_path / ".index")
    page = visit(serve(tmp_path / ".index"))
    turn_to_articles(page)
    page.get_by_role("button", name="Later in the list").click()
    expect(page.locator(".article")).to_have_count(1)
    page.get_by_role("button", name="Take out Harvest 50").click()
    page.get_by_role("button", name="Really take out Harvest 50?").click()
    expect(page.locator(".range")).to_have_text("1 to 50 of 50")


def test_a_page_for_readers_offers_no_changes_and_has_none(visit: Visit, articles: Path, serve: Serve) -> None:
    page = visit(serve(articles.parent / "index", editable=False))
    config = page.evaluate("fetch('/config').then((reply) => reply.text())")
    assert '"qa_listing"' in config and '"qa_change"' not in config
    turn_to_articles(page)
    expect(page.locator(".article")).to_have_count(50)
    for what in ("#drop", "[data-do=out]", "[data-do=again]", "input[type=file]", ".changing"):
        assert page.locator(what).count() == 0
    assert ask(page)["answered"]


def test_a_changed_and_a_missing_file_are_told_of_and_old_links_say_so(visit: Visit, url: str, articles: Path) -> None:
    page = visit(url)
    bridge = articles / "bridge.txt"
    changed = BRIDGE.replace("ninety", "twelve")
    ask(page)
    expect(page.locator("mark.current")).to_have_count(1)
    link = page.evaluate("document.querySelector('.quote a.open').href")
    for write, note in ((lambda: bridge.write_text(changed), "the file has changed"), (bridge.unlink, "the file is gone")):
        write()
        ask(page)
        expect(page.locator(".turn").last.locator(".note").first).to_contain_text(note)
        expect(page.locator(".reading .changed")).to_contain_text(note)
        assert page.locator(".sheet").evaluate("sheet => sheet.textContent") == BRIDGE  # What was indexed.
    bridge.write_text(changed)
    turn_to_articles(page)
    page.get_by_role("button", name="Read the folder again").click()
    expect(page.locator(".outcome")).to_have_text("1 changed")
    linked = visit(link)
    expect(linked.locator(".reading .changed")).to_contain_text("another version of the file")
    expect(linked.locator("mark")).to_have_count(0)
    expect(linked.get_by_role("button", name="Copy quote")).to_be_disabled()
    assert linked.locator(".sheet").evaluate("sheet => sheet.textContent") == changed
    bridge.unlink()
    page.get_by_role("button", name="Read the folder again").click()
    expect(page.locator(".outcome")).to_have_text("1 removed")
    expect(visit(link).locator(".reading .failed")).to_contain_text("the index has no such article")


def test_the_conversation_is_there_again_after_the_server_was(visit: Visit, serving: Serving, articles: Path) -> None:
    directory = articles.parent / "index"
    words = "[...document.querySelectorAll('.words')].map((words) => words.textContent)"
    with serving(directory) as url:
        page = visit(url)
        ask(page)
        before = page.evaluate(words)
        assert before
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator(".failed")).to_contain_text("The server is busy or cannot be reached")
    port = int(url.rstrip("/").rpartition(":")[2])
    with serving(directory, port=port):
        page.goto(url)
        expect(page.locator(".turn .quote").first).to_be_visible()
        assert page.evaluate(words) == before
        ask(page, "And when?")
        expect(page.locator(".question")).to_have_text([QUESTION, "And when?"])


def test_each_account_sees_its_own_conversations_in_one_browser_and_can_log_out(
    visit: Visit, serve: Serve, seeds_index: Path
) -> None:
    accounts = Accounts.from_text("ann:long enough 1\nbob:long enough 2\n", where="accounts")
    url = serve(seeds_index, accounts=accounts)
    page = visit(serve(seeds_index))  # Where nobody need log in, nobody can log out.
    expect(page.locator(".leave")).to_be_hidden()

    def log_in(name: str, password: str) -> None:
        assert page.request.post(f"{url}login", form={"username": name, "password": password}).ok
        page.goto(url)
        expect(page.locator(".welcome p").first).to_be_attached()

    log_in("ann", "long enough 1")
    ask(page, "how many casualties did NIS report?")
    log_in("bob", "long enough 2")
    expect(page.locator(".turn")).to_have_count(0)
    log_in("ann", "long enough 1")
    expect(page.locator(".turn")).to_have_count(1)
    page.get_by_role("link", name="Log out").click()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_label("username")).to_be_visible()


def test_a_quote_of_a_pdf_is_lit_up_on_the_picture_of_its_page(visit: Visit, serve: Serve, tmp_path: Path) -> None:
    lines = [["Quay fire"], ["The quay caught fire at noon because a bur-", "ner fell from a crane.", "", "Nobody was hurt."]]
    (tmp_path / "quay.pdf").write_bytes(pdf_of_lines(lines))
    build([tmp_path / "quay.pdf"], tmp_path / "index")
    page = visit(serve(tmp_path / "index"))
    ask(page, "Why did the quay catch fire?")
    page.locator(".quote a.place").first.click()
    picture = page.get_by_role("img", name="Page 2 of quay.pdf, the quote lit up")
    expect(picture).to_be_visible()
    expect(picture.locator(".lit")).to_have_count(2)
    drawn = "async (svg) => { const one = new Image(); one.src = svg.querySelector('image').href.baseVal; await one.decode();"
    assert picture.evaluate(drawn + " return one.naturalWidth === svg.viewBox.baseVal.width; }")
    assert picture.locator(".lit").first.evaluate("(lit) => getComputedStyle(lit).fill !== 'rgb(0, 0, 0)'")
    expect(page.locator("mark.quoted.current").first).to_be_attached()  # The text stands below, marked as in any article.
