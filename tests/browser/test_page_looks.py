"""How the page looks and is read out: names, headings, contrast, focus, and on a phone."""

import re
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

Visit = Callable[[str], Page]
MIN_CONTRAST = 4.5  # WCAG 2.2, 1.4.3.
PHONE_WIDTH = 390

# Each text that is seen, with its contrast to what it stands on where that is too low; disabled controls are exempt.
FAINT = """(least) => {
  const ink = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = (color) => {
    ink.clearRect(0, 0, 1, 1);
    ink.fillStyle = color;
    ink.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = ink.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], below) => [r, g, b].map((part, i) => part * a + below[i] * (1 - a));
  const white = [255, 255, 255];
  const ground = (node) => node ? over(rgba(getComputedStyle(node).backgroundColor), ground(node.parentElement)) : white;
  const light = (color) => {
    const [r, g, b] = color.map((part) => (part /= 255) <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const contrast = (node, color) => {
    let opacity = 1;
    for (let at = node; at; at = at.parentElement) opacity *= Number(getComputedStyle(at).opacity);
    const below = ground(node), [r, g, b, a] = rgba(color);
    const [one, two] = [light(over([r, g, b, a * opacity], below)), light(below)].sort((a, b) => b - a);
    return (one + .05) / (two + .05);
  };
  const isSeen = (node) => node.checkVisibility({visibilityProperty: true}) && node.getBoundingClientRect().width > 2
    && !node.closest('.sr-only, .unseen, .visually-hidden, :disabled');
  const faint = [];
  const check = (node, color, text) => {
    const found = contrast(node, color);
    if (found < least) faint.push(`${found.toFixed(2)}: ${text.trim().slice(0, 60)} (${node.className || node.tagName})`);
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let checked = 0;
  while (texts.nextNode()) {
    const node = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || node.matches('script, style, option') || !isSeen(node)) continue;
    check(node, getComputedStyle(node).color, texts.currentNode.data);
    checked++;
  }
  for (const field of document.querySelectorAll('input[placeholder], textarea[placeholder]')) {
    if (isSeen(field)) check(field, getComputedStyle(field, '::placeholder').color, field.placeholder);
  }
  for (const line of document.querySelectorAll('.line')) check(line, getComputedStyle(line, '::before').color, 'line number');
  return [checked, faint];
}"""

# What the eye sees of the focus: the focused element or what is around it looks other than without.
FOCUS_SHOWS = """() => {
  const around = (node) => [node, node.parentElement, node.closest('.block')].filter(Boolean);
  const looks = (node) => around(node).map((one) => {
    const {outlineStyle, outlineWidth, boxShadow, borderColor, backgroundColor} = getComputedStyle(one);
    return [outlineStyle !== 'none' && outlineWidth, boxShadow, borderColor, backgroundColor].join();
  }).join('|');
  const node = document.activeElement;
  const focused = looks(node);
  node.blur();
  const shows = focused !== looks(node);
  node.focus({focusVisible: true});
  return shows ? null : node.outerHTML.slice(0, 200);
}"""


@pytest.fixture(scope="module")
def url(serve: Callable[[Path], str], seeds_index: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page over the seeds, one of them taken out, one changed and one gone."""
    from articles_qa.index import BuildSettings, build

    folder = shutil.copytree(Path(__file__).parents[2] / "seeds", tmp_path_factory.mktemp("looks") / "seeds")
    directory = folder.parent / "index"
    build([folder], directory)
    build([], directory, BuildSettings(exclude=("002_7555eb4cf8b41f2f.txt",)))
    with (folder / "000_752357c04fcf2a77.txt").open("ab") as file:
        file.write(b"\nMore.\n")
    (folder / "003_f759e329acbaef1f.txt").unlink()
    return serve(directory)


@pytest.fixture
def full(
    visit: Visit,
    url: str,
    keep: Callable[[Page, list[dict[str, Any]]], None],
    unfold: Callable[[Page], None],
    compared: dict[str, Any],
) -> Page:
    """The page with all of a conversation on it: answers, tables, misses, folds and menus open, a failure, an article."""
    page = visit(url)
    page.evaluate("articlesQa.ask('What did John Kirby say?')")
    expect(page.locator(".turn .tools:not([hidden])")).to_have_count(1)
    keep(page, [compared])
    for question in ("and what is the best recipe for lasagne?", "x" * 2_500):
        page.evaluate("question => articlesQa.ask(question)", question)
    expect(page.locator(".turn .tools:not([hidden])")).to_have_count(3)
    expect(page.locator(".failed")).to_have_count(1)
    unfold(page)
    page.get_by_role("button", name="This answers").first.click()
    page.locator(".turn").nth(1).get_by_role("button", name="Edit", exact=True).click()
    page.locator(".turn").nth(1).get_by_role("button", name="Edit what is searched").click()
    expect(page.locator(".claims")).to_have_count(3)
    page.evaluate("document.querySelectorAll('.part details').forEach((one) => one.open = true)")
    expect(page.locator(".around[open] .context:empty")).to_have_count(0)
    expect(page.locator("[aria-pressed=true]")).to_have_count(1)
    page.locator(".turn").first.get_by_role("link").first.evaluate("link => link.click()")
    expect(page.locator("mark.current").first).to_be_visible()
    page.evaluate("Promise.allSettled(document.getAnimations().map((one) => one.finished))")
    return page


def to_articles(page: Page) -> None:
    """Turn to the other tab, all of it open."""
    page.evaluate("document.querySelectorAll('.menu').forEach((menu) => menu.open = false)")
    page.get_by_role("tab", name="Articles").click()
    expect(page.locator(".article").first).to_be_visible()
    page.evaluate("document.querySelectorAll('.excluded').forEach((one) => one.open = true)")


def check_names(page: Page) -> None:
    """Whatever can be worked has a name, and no picture is without words."""
    tree = page.locator("body").aria_snapshot()
    worked = re.findall(r"- (button|textbox|searchbox|combobox|listbox|tab|link|checkbox|spinbutton|progressbar)\b(.*)", tree)
    assert len(worked) > 10
    assert [(role, rest) for role, rest in worked if not re.match(r' "[^"]', rest)] == []
    assert page.locator("img:visible").count() == 0


def check_headings(page: Page) -> None:
    """One begins the page, and none skips a level."""
    headings = page.locator("h1, h2, h3, h4, h5, h6")
    seen = "all => all.filter((one) => one.checkVisibility()).map((one) => Number(one.tagName[1]))"
    levels = headings.evaluate_all(seen)
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def check_contrast(page: Page) -> None:
    """Nothing on the screen is hard to read."""
    checked, faint = page.evaluate(FAINT, MIN_CONTRAST)
    assert checked > 30
    assert faint == []


@pytest.mark.tier("check")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_stands_out_and_all_that_is_worked_has_a_name(full: Page, scheme: str) -> None:
    full.evaluate("scheme => document.body.classList.toggle('dark', scheme === 'dark')", scheme)
    expect(full.locator(".reading")).to_have_css(
        "background-color", "rgb(255, 255, 255)" if scheme == "light" else "rgb(23, 24, 27)"
    )
    full.evaluate("() => Promise.allSettled(document.getAnimations().map((one) => one.finished))")
    for check in (check_names, check_headings, check_contrast):
        check(full)
    to_articles(full)
    for check in (check_names, check_headings, check_contrast):
        check(full)


@pytest.mark.tier("check")
def test_the_page_follows_the_reader_s_choice_of_dark_or_light(visit: Visit, url: str) -> None:
    page = visit(url)
    assert page.locator("html").get_attribute("lang") == "en"
    ground = "() => getComputedStyle(document.querySelector('.reading')).backgroundColor"
    page.emulate_media(color_scheme="dark")
    page.reload()
    expect(page.locator(".welcome .holds")).to_be_visible()
    assert page.evaluate(ground) == "rgb(23, 24, 27)"


@pytest.mark.tier("check")
def test_the_focus_is_seen_wherever_tab_leads(full: Page) -> None:
    page = full
    for _ in range(2):  # Both tabs.
        page.evaluate("document.activeElement.blur(); getSelection().removeAllRanges()")
        page.locator("[role=tab]").first.focus()
        reached = 0
        for _ in range(100):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.dataset.reached || document.activeElement === document.body"):
                break
            page.evaluate("document.activeElement.dataset.reached = 'yes'")
            reached += 1
            assert page.evaluate(FOCUS_SHOWS) is None
        assert reached > 15
        to_articles(page)
        page.evaluate("document.querySelectorAll('[data-reached]').forEach((node) => delete node.dataset.reached)")


def test_on_a_phone_nothing_is_cut_off_and_the_article_covers_the_conversation(full: Page) -> None:
    page = full
    page.set_viewport_size({"width": PHONE_WIDTH, "height": 844})
    assert page.locator("#right").bounding_box() == {"x": 0, "y": 0, "width": PHONE_WIDTH, "height": 844}
    page.get_by_role("button", name="Close").click()
    expect(page.locator("#right")).to_be_hidden()
    page.evaluate("document.querySelectorAll('.menu').forEach((menu) => menu.open = false)")
    assert page.locator(".claims").evaluate_all("all => all.every((one) => one.scrollWidth <= one.parentElement.clientWidth)")
    parts = page.locator(
        "button, input, select, textarea, caption, th, td, .differ, .wording, .words, .place, .title, summary, .line"
    )
    cut = """(parts) => parts.filter((node) => {
      if (!node.checkVisibility() || node.closest('.visually-hidden, .overflow-menu')) return false;
      const {left, right} = node.getBoundingClientRect();
      return left < 0 || right > innerWidth || (node.tagName === 'BUTTON' && node.scrollWidth > node.clientWidth + 1);
    }).map((node) => node.outerHTML.slice(0, 200))"""
    for turn_to in (lambda _: None, to_articles):
        turn_to(page)
        expect(page.locator("#desk")).to_have_css("flex-direction", "column")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE_WIDTH
        assert parts.evaluate_all(cut) == []
        # WCAG 2.2, 2.5.8; links inside a sentence are exempt.
        pressed = page.locator(".part :is(button, summary, .place, .figure)")
        assert pressed.evaluate_all("all => all.filter((one) => one.checkVisibility() && one.offsetHeight < 24)") == []


def test_tables_are_read_out_with_their_heads(full: Page) -> None:
    table = full.locator(".claims").first.aria_snapshot()
    assert '- table "Killed sources differ"' in table and table.count("- columnheader") == 3
    assert '- rowheader "over 100"' in table and '- link "over 100"' in table and "Others" in table, table


@pytest.mark.tier("check")
def test_on_a_phone_a_touched_quote_brings_its_article_into_view_and_closing_brings_it_back(visit: Visit, url: str) -> None:
    page = visit(url)
    page.set_viewport_size({"width": PHONE_WIDTH, "height": 844})
    page.evaluate("articlesQa.ask('how many casualties did NIS report?')")
    quote = page.locator(".turn .quote").first
    expect(page.locator("mark")).to_have_count(0)  # It does not come up by itself where it would push the answer away.
    at = page.evaluate("scrollY")
    for close in (page.get_by_role("button", name="Close").click, page.go_back):
        quote.locator("blockquote").click()
        expect(page.locator("mark.current").first).to_be_in_viewport()
        close()
        expect(page.locator("#right")).to_be_hidden()
        expect(quote).to_be_in_viewport()
        assert (page.url, page.evaluate("scrollY")) == (url, at)
