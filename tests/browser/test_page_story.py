"""A story that several outlets tell on several days: its pictures."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from articles_qa.index import build

Visit = Callable[[str], Page]
QUESTION = "How many people were killed in the dam collapse?"
STORY = (
    ("ledger", "Northern Ledger", 12, "At least 12 people were killed in the dam collapse, the civil protection agency said."),
    ("courier", "Morning Courier", 13, "Governor Pavel Rusko said that 35 people were killed in the collapse of the dam."),
    ("globe", "Capital Globe", 15, "The civil protection agency said that 53 people were killed when the dam collapsed."),
    ("post", "Lakeside Post", 20, "The prosecutor, Marta Klein, said that 54 people were killed in the dam collapse."),
)


@pytest.fixture(scope="module")
def story_url(serve: Callable[[Path], str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page over the story."""
    folder = tmp_path_factory.mktemp("story") / "articles"
    folder.mkdir()
    for name, outlet, day, text in STORY:
        (folder / f"{name}.txt").write_text(f"Dam news of {outlet}\n\n{outlet}\n{day} March 2025\n\n{text}\n")
    build([folder], folder.parent / "index")
    return serve(folder.parent / "index")


def asked(page: Page) -> Locator:
    """The turn of the question, answered."""
    page.fill("#question textarea", QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator(".turn .tools:not([hidden])")).to_have_count(1)
    return page.locator(".turn")


def test_a_stroke_over_days_and_a_day_of_the_table_choose_the_articles(visit: Visit, story_url: str) -> None:
    page = visit(story_url)
    timeline = asked(page).locator(".dotted", has_text="The story, day by day").first
    timeline.locator("summary").first.click()
    svg = timeline.locator("svg.brush")
    svg.scroll_into_view_if_needed()
    box = svg.bounding_box()
    assert box
    y, x = box["y"] + 6, [box["x"] + box["width"] * share for share in (0.02, 0.3)]
    page.mouse.move(x[0], y)
    page.mouse.down()
    page.mouse.move(x[1], y)
    page.mouse.up()
    chips = page.locator(".chips button")
    expect(chips).to_have_text(["from 12 Mar 2025 ×", "to 14 Mar 2025 ×"])
    timeline.locator(".values summary").click()
    timeline.get_by_role("button", name="Ask only 15 Mar 2025").click()
    expect(chips).to_have_text(["from 15 Mar 2025 ×", "to 15 Mar 2025 ×"])
    timeline.get_by_role("button", name="Ask only 15 Mar 2025").click()
    expect(chips).to_have_count(0)


def test_each_dot_opens_its_quote(visit: Visit, story_url: str) -> None:
    page = visit(story_url)
    for picture in asked(page).locator("details.picture.dotted").all():
        picture.locator("summary").first.click()
        for point in picture.locator("a.point").all():
            point.locator(".target").click()
            source = point.get_attribute("data-source") or ""
            expect(page.locator(".reading .masthead .source")).to_have_text(source)
            expect(page.locator(".reading mark.current").first).to_be_visible()
            expect(point).to_have_class("open point look0 current")


def test_a_star_and_a_note_are_kept_found_and_taken_back(visit: Visit, story_url: str) -> None:
    page = visit(story_url)
    quote = asked(page).locator(".group .quote").first
    source = quote.get_attribute("data-source")
    quote.get_by_role("button", name="Star quote 1").click()
    expect(quote.get_by_role("button", name="Star quote 1")).to_have_attribute("aria-pressed", "true")
    quote.get_by_role("button", name="Note on quote 1").click()
    quote.get_by_label("Tags, commas between them").fill("toll, to check")
    quote.get_by_label("Note", exact=True).fill("Call <b>him</b>.")
    quote.get_by_label("Note", exact=True).press("Control+Enter")
    expect(quote.locator(".noted")).to_have_text("toll to check Call <b>him</b>.")
    page.reload()
    expect(page.locator(".turn .group .quote .noted")).to_have_text("toll to check Call <b>him</b>.")
    page.get_by_role("tab", name="Articles").click()
    page.get_by_role("group", name="Notes").get_by_role("button", name="to check").click()
    rows = page.locator(".article")
    expect(rows).to_have_count(1)
    assert rows.get_attribute("data-source") == source
    with page.expect_download() as taken:
        page.get_by_role("button", name="CSV").click()
    assert "Call <b>him</b>." in Path(taken.value.path()).read_text("utf-8")
    rows.locator(".noted-quotes .place").click()
    expect(page.locator(".reading mark.current")).to_be_visible()
    rows.locator(".noted-quotes").get_by_role("button", name="Note on line").click()
    form = rows.locator(".noting-form")
    form.locator("input").fill("")
    form.locator("textarea").fill("")
    form.get_by_role("button", name="Keep").click()
    expect(rows.locator(".noted-quotes .noted")).to_have_count(0)
    star = rows.locator(".noted-quotes").get_by_role("button", name="Star line")
    star.click()
    expect(star).to_have_attribute("aria-pressed", "false")
    page.get_by_role("group", name="Notes").get_by_role("button", name="to check").click()
    expect(page.get_by_role("group", name="Notes")).to_have_count(0)
