"""Furniture by shape: lines that belong to the page, whatever their words.

Lifestyle picks                            A run of marked lines like titles, below a short line and without a lead-in.
> The dog that votes                       They tell other stories: hardly a word of them stands elsewhere in the text.
> Ten ways to boil an egg without water

A running head stands on every page, a pull quote repeats the text's own words, a page's number stands alone.
"""

import re
from collections import Counter
from collections.abc import Sequence

from articles_qa.index.articles.boilerplate import is_furniture
from articles_qa.index.articles.span import Span

MIN_TITLE_WORDS, MAX_TITLE_WORDS, MAX_LABEL_WORDS = 3, 20, 5
OWN_SHARE = 0.6  # Of the words of key points stands elsewhere in the article.
MIN_PAGES, MAX_HEAD_WORDS = 3, 10
MIN_PULLED_WORDS, MAX_PULLED_CHARS, MOST_PULLED = 5, 400, 200
_MARKED = re.compile(r"(?P<arrow>[>»›→▶►])?(?:[-*•‣▪–—]|\d{1,2}[.)]?(?=\s))?\s*(?P<title>\S.*)")
_ENDS = re.compile(r"[.!…;:]['\"’”»)\]]*$")
_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(r"\W{0,3}(?:page\s+)?\d{1,3}\W{0,3}", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_REFERENCE = re.compile(r"\[(\d{1,2})\]")
_OPEN_END = re.compile(r"[^.!?…:;\"'’”»)\]]$")


def furniture_lines(text: str, lines: Sequence[Span]) -> frozenset[int]:
    """Return the starts of the lines that belong to the page, by their shape."""
    shown = [line for line in lines if len(line)]
    return frozenset((*_link_runs(text, lines), *_running_heads(text, shown), *_pulled(text, lines), *_notes(text, shown)))


def _link_runs(text: str, lines: Sequence[Span]) -> list[int]:
    """Return the lines of runs of titles that lead to other stories."""
    found: list[int] = []
    words: Counter[str] = Counter()
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and _is_title(lines[end].cut(text)):
            end += 1
        if end > at:
            words = words or Counter(_WORD.findall(text.casefold()))
            if _are_links(text, lines, (at, end), words):
                found += [line.start for line in lines[at:end]]
        at = max(end, at + 1)
    return found


def _is_title(line: str) -> bool:
    """Tell whether a line is marked, and like a title behind its mark."""
    match = _MARKED.fullmatch(line) if line and line[0] in ">»›→▶►-*•‣▪–—0123456789" else None
    if match is None or match.start("title") == 0 or _ENDS.search(line):
        return False
    first, words = match["title"][0], len(match["title"].split())
    return MIN_TITLE_WORDS <= words <= MAX_TITLE_WORDS and not first.islower() and first not in '"“‘«|'


def _are_links(text: str, lines: Sequence[Span], run: tuple[int, int], words: Counter[str]) -> bool:
    """Tell whether the lines of a run lead to other stories; `words` are counted in the whole text."""
    at, end = run
    above = lines[at - 1].cut(text) if at else ""
    below = lines[end].cut(text) if end < len(lines) else ""
    if above.endswith(":") or above.startswith(">") or below.startswith(">"):  # Lines of a longer quotation.
        return False
    if above and is_furniture(above):
        return True
    arrows = sum(lines[place].cut(text)[0] in ">»›→▶►" for place in range(at, end))
    has_label = bool(above) and len(above.split()) <= MAX_LABEL_WORDS and not above.startswith("#")
    if end - at < 2 or not (has_label or arrows == end - at):
        return False
    own = Counter(word for line in lines[at:end] for word in _WORD.findall(line.cut(text).casefold()) if len(word) > 3)
    repeated = sum(times for word, times in own.items() if words[word] > times)
    return repeated < OWN_SHARE * own.total()


def _running_heads(text: str, shown: Sequence[Span]) -> list[int]:
    """Return the short lines that stand on several pages with another number or inside a sentence, and page numbers there."""
    if len(shown) < 2 * MIN_PAGES:
        return []
    alike: dict[str, list[int]] = {}
    for place, line in enumerate(shown):
        cut = line.cut(text)
        if len(cut) <= 80 and len(cut.split()) <= MAX_HEAD_WORDS and _WORD.search(cut) and not cut.endswith(("?", ":", "!")):
            alike.setdefault(_DIGITS.sub("#", cut.casefold()), []).append(place)
    found: list[int] = []
    for form, places in alike.items():
        if len(places) < MIN_PAGES:
            continue
        if _PAGE_NUMBER.fullmatch(form.replace("#", "1")):
            numbers = [int(_DIGITS.findall(shown[place].cut(text))[0]) for place in places]
            if numbers == list(range(numbers[0], numbers[0] + len(numbers))):
                found += [shown[place].start for place in places]
            continue
        numbered = "#" in form and len({shown[place].cut(text) for place in places}) == len(places)
        divides = sum(_divides(text, shown, place) for place in places)
        if (
            re.search(r"[^\W\d_]{3}", form)
            and "|" not in form
            and "\t" not in form
            and (divides >= 2 or (numbered and divides))
        ):
            found += [shown[place].start for place in places]
    return found


def _divides(text: str, shown: Sequence[Span], place: int) -> bool:
    """Tell whether a line stands between two halves of a sentence."""
    if not 0 < place < len(shown) - 1:
        return False
    before, after = shown[place - 1].cut(text), shown[place + 1].cut(text)
    if _PAGE_NUMBER.fullmatch(before) and place > 1:
        before = shown[place - 2].cut(text)
    if _PAGE_NUMBER.fullmatch(after) and place + 2 < len(shown):
        after = shown[place + 2].cut(text)
    return len(before) >= 30 and _OPEN_END.search(before) is not None and after[:1].islower()


def _pulled(text: str, lines: Sequence[Span]) -> list[int]:
    """Return the lines set apart whose words the text has once more, inside a longer line."""
    blank = [False, *(not len(line) for line in lines), False]
    apart = [
        line
        for place, line in enumerate(lines, 1)
        if len(line)
        and blank[place - 1]
        and blank[place + 1]
        and len(line) <= MAX_PULLED_CHARS
        and text[line.start] in '"“‘«>*_'
    ]
    if not apart or len(apart) > MOST_PULLED:
        return []
    flow = f" {' '.join(_WORD.findall(text.casefold()))} "
    found: list[int] = []
    for line in apart:
        words = _WORD.findall(line.cut(text).casefold())
        if len(words) >= MIN_PULLED_WORDS and flow.count(f" {' '.join(words)} ") > 1:
            found.append(line.start)
    # Of two lines alike one stays.
    kept = Counter(_form(text, line) for line in apart if line.start in found)
    first = {_form(text, line): line.start for line in reversed(apart)}
    return [at for at in found if not any(kept[form] > 1 and start == at for form, start in first.items())]


def _form(text: str, line: Span) -> str:
    return " ".join(_WORD.findall(line.cut(text).casefold()))


def _notes(text: str, shown: Sequence[Span]) -> list[int]:
    """Return the footnotes: lines that begin with a mark to which an earlier line refers."""
    if "[" not in text:
        return []
    found: list[int] = []
    referred: set[str] = set()
    for line in shown:
        cut = line.cut(text)
        marks = list(_REFERENCE.finditer(cut))
        if marks and not marks[0].start() and marks[0][1] in referred:
            found.append(line.start)
        referred |= {mark[1] for mark in marks if mark.start()}
    return found
