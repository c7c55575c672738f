"""Answers as text for a terminal: pure functions, no decision about relevance."""

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from articles_qa.index import Article, Check, IndexInfo, Span
from articles_qa.index.english import count
from articles_qa.index.files.printable import one_line, printable
from articles_qa.qa import Answer, Quote, by_article
from articles_qa.qa.questions.question import MAX_TOP_K
from articles_qa.qa.speakers.speaker import Speaker
from articles_qa.ui.text.wording import (
    CORRECTED,
    FILE_NOTES,
    MORE,
    NEAREST,
    NOT_ENGLISH,
    READ_WITH,
    about_line,
    found,
    further,
    other_wordings,
    place,
    place_of,
    said,
    same_report,
    shortened,
    sureness,
)

BOLD, DIM, PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"
INDENT = "     "
BESIDE = "… "  # It begins each sentence beside a quote, so that nobody takes the sentence for the quote.
BESIDE_CHARS = 160  # Of such a sentence: two lines. Half of the sentences of the seeds are longer.


@dataclass(frozen=True, slots=True)
class Style:
    """The style of printing: columns to wrap at (0: never), bold and dim or not, and quotes in their passage or alone."""

    columns: int = 0
    colour: bool = False
    context: bool = False


def render_answer(answer: Answer, style: Style) -> str:
    """Render the count of quotes, the quotes of each part grouped by article, then their claims side by side."""
    if not answer.answered:
        lines = [_styled(answer.reason or "", BOLD, style), *_named(answer, style), *_searched(answer, style)]
        if answer.closest:
            lines += ["", f"{NEAREST}:", *_groups(answer.closest, style, answers=False)]
        return "\n".join(lines) + "\n"
    lines = [found(answer.quotes), *_named(answer, style), *_searched(answer, style)]
    lines += [*(_parts(answer, style) or _shown(answer.quotes, answer.more, style)), *_tables(answer, style)]
    if answer.beside:
        lines += ["", f"{MORE}:", *_groups(answer.beside, style, answers=False)]
    return "\n".join(lines) + "\n"


def _named(answer: Answer, style: Style) -> list[str]:
    """Return a line that says which articles the question itself chose, and how to ask all."""
    if not (answer.within and answer.within.named):
        return []
    scope = answer.within.scope
    names = ", ".join(map(one_line, scope.outlets or scope.sources[:1]))
    asked = f"asked: {count(answer.within.articles, 'article')} of {names}"
    return [_styled(f"{asked}, which the question names (--all asks all)", DIM, style)]


def _searched(answer: Answer, style: Style) -> list[str]:
    """Return a line with the wordings that were searched in place of the question."""
    others = other_wordings((answer.question, *(part.question for part in answer.parts)), answer.searched)
    return [_styled(f"searched: {' · '.join(one_line(text) for text in others)}", DIM, style)] if others else []


def _parts(answer: Answer, style: Style) -> list[str]:
    """Return each part of the question as a heading, and under it the quotes, or the reason why there are none."""
    lines: list[str] = []
    for part in answer.parts:
        own = [quote for quote in answer.quotes if quote.rank in part.ranks]
        lines += ["", _styled(one_line(part.question), BOLD, style)]
        lines += _shown(own, part.more, style) if own else [part.reason or ""]
    return lines


def _shown(quotes: Sequence[Quote], more: int, style: Style) -> list[str]:
    """Return the quotes that answer, and a line that counts the others and says how to see them."""
    lines = _groups(quotes, style, answers=True)
    if more:
        top_k = len(quotes) + more
        shows = f" (-k {top_k} shows {'it' if more == 1 else 'them'})" if top_k <= MAX_TOP_K else ""
        lines += ["", _styled(f"{further(more)}{shows}", DIM, style)]
    return lines


def _tables(answer: Answer, style: Style) -> list[str]:
    """Return the claims of the quotes as tables."""
    record = answer.to_dict()
    if not record["claims"]:
        return []
    from articles_qa.qa.proof.saved_answer import read_answer
    from articles_qa.ui.text.claim_tables import worded_tables
    from articles_qa.ui.text.columns import table_lines

    return [line for table in worded_tables(read_answer(record)) for line in ("", *table_lines(table, columns=style.columns))]


def _groups(quotes: Sequence[Quote], style: Style, *, answers: bool) -> list[str]:
    return [line for group in by_article(quotes) for line in _group(group, style, answers=answers)]


def render_info(info: IndexInfo, *, mended: int = 0, foreign: int = 0) -> str:
    """Render the facts of an index, a line each.

    `mended` counts the articles with broken characters, `foreign` those that are surely not in English.
    """
    model = info.model
    facts = f"sha256 {model.sha256[:16]}…, {model.precision.value}, {model.dim} dimensions"
    added = f", {info.added:,} added by hand" if info.added else ""
    others = [str(number) for number in info.kept if number != info.generation]
    kept = f" (--generation {' or '.join(others)} is kept too)" if others else ""
    rows = (
        ("index", printable(str(info.directory))),
        ("articles", f"{info.articles:,} from {printable(str(info.root))}{added}"),
        *([("taken out", f"{len(info.excluded):,}")] if info.excluded else []),
        ("refused", f"{info.refused:,}"),
        *([("mended", f"{count(mended, 'article')}: UTF-8 read as Windows-1252, put right for searching")] if mended else []),
        *(
            [("language", f"{count(foreign, 'article')} not in English: speakers, figures and days are not read")]
            if foreign
            else []
        ),
        ("passages", f"{info.passages:,}"),
        ("sentences", f"{info.sentences:,}"),
        *([("parts", f"{info.segments:,}")] if info.segments > 1 else []),
        ("vectors", _vectors(info)),
        ("model", f"{printable(model.name)} ({facts})"),
        ("speakers", _speakers(info)),
        ("generation", f"{info.generation}{'' if info.in_force else ', not the one in force'}{kept}"),
        ("checked", _checked(info)),
        ("size", f"{info.size_bytes / 1e6:.1f} MB"),
        ("built", info.built),
    )
    return "".join(f"{name:<11}{value}\n" for name, value in rows)


def _vectors(info: IndexInfo) -> str:
    """Return how many sentences a question is compared with, and what is missed by that."""
    if info.unembedded:
        there = f"{info.embedded:,} of {info.sentences:,} sentences so far"
        return f"{there}; a question finds the others by their words alone, until qa index is done"
    if info.graph:
        return "a question is compared with the sentences that a graph leads to"
    if info.lists is None:
        return "a question is compared with every sentence"
    lists = info.lists
    found = f"{lists.recall:.1%} of the nearest, as was measured when it was built"
    return f"a question is compared with the sentences of {lists.nprobe:,} of {lists.count:,} lists, which hold {found}"


def _speakers(info: IndexInfo) -> str:
    """Return the reader of the speakers, or the reason why there is none."""
    if info.speakers:
        return f"read by {printable(info.speakers)}"
    if info.unembedded and info.speakers_wanted:
        return "not read yet"
    why = "spaCy and its English model were not installed" if info.speakers_wanted else "--no-speakers"
    return f"not read ({why})"


def _checked(info: IndexInfo) -> str:
    """Return how the files were checked when the index was opened."""
    if isinstance(info.directory, str):
        return "sha256 of the manifest, the catalogue and the lexicon, when it was opened; the rest by qa verify"
    if info.check is Check.SHA256:
        return "size and sha256 of every file, when it was opened"
    return "size and xxh3 of every file, when it was opened; sha256 while it is served, or by qa verify"


def _group(quotes: Iterable[Quote], style: Style, *, answers: bool) -> list[str]:
    """Return an article's heading and its quotes."""
    quotes = tuple(quotes)
    article = quotes[0].article
    lines = ["", _styled(_about(article) or printable(article.source), DIM, style)]
    for number, quote in enumerate(quotes):
        lines += [""] if number else []
        lines += _quote(quote, style, answers=answers, heading=article)
    return lines


def _about(article: Article) -> str:
    published = article.masthead.published
    return about_line(article.title, article.outlet, published.isoformat() if published else None)


def _quote(quote: Quote, style: Style, *, answers: bool, heading: Article) -> list[str]:
    """Return a numbered quote, its answering words bold, a line that says where it stands, and what is beside it.

    The line follows the quote at once: its speaker did not say the next sentence. Only answers say how sure they are.
    A near copy from another article than the heading names its own article.
    """
    text = quote.article.text
    lines = _beside(text, Span(quote.passage.start, quote.start), quote.before, style)
    leads = [lead for lead in quote.read_with if quote.before is None or not lead.overlaps(quote.before)]
    lines += [line for lead in leads for line in _labelled(READ_WITH, text, lead, style)]
    body = _block(text, quote.span, quote.marks, quote.gaps, style)
    lines += [f"{f'[{quote.rank}]':<{len(INDENT)}}{body[0][len(INDENT) :]}", *body[1:]]
    notes = [
        printable(place_of(quote)),
        _about(quote.article) if quote.source != heading.source else "",
        _said(quote),
        sureness(quote.probability) if answers else "",
    ]
    notes.append(f"nearly the words of [{quote.same_as}]" if quote.same_as else "")
    notes += [same_report(quote.same_report), NOT_ENGLISH if quote.not_english else "", FILE_NOTES[quote.source_state]]
    lines.append(INDENT + _styled(" · ".join(note for note in notes if note), DIM, style))
    if style.context and (by := quote.attribution):
        lines += _links(by.speaker, style) + (_links(by.cited, style) if by.cited else [])
    lines += [line for note in quote.corrections for line in _labelled(CORRECTED, text, note, style)]
    return [*lines, *_beside(text, Span(quote.end, quote.passage.end), quote.after, style)]


def _beside(text: str, rest: Span, sentence: Span | None, style: Style) -> list[str]:
    """Return what is before or after a quote, dim: the rest of its passage, if wanted, or the next sentence, cut short."""
    if style.context and rest.start < rest.end:
        return _block(text, rest, (), (rest,), style)
    return _dim(BESIDE + one_line(shortened(text, sentence, max_chars=BESIDE_CHARS)), style) if sentence else []


def _labelled(label: str, text: str, span: Span, style: Style) -> list[str]:
    """Return a stretch of an article that belongs to a quote, dim, after a word that says how."""
    return _dim(f"{label}: {one_line(shortened(text, span, max_chars=BESIDE_CHARS))}", style)


def _dim(shown: str, style: Style) -> list[str]:
    columns = max(style.columns - len(INDENT), 20) if style.columns else len(shown)
    lines = textwrap.wrap(shown, columns, subsequent_indent=" " * len(BESIDE), break_on_hyphens=False)
    return [INDENT + _styled(line, DIM, style) for line in lines]


def _said(quote: Quote) -> str:
    """Return who says the quote, and whom the speaker cites."""
    by = quote.attribution
    cited = by.cited.name if by and by.cited else None
    return said(quote.said_by, by.speaker.name if by else None, citing=quote.citing, cited=cited)


def _links(speaker: Speaker, style: Style) -> list[str]:
    """Return a line for each stretch of the articles that tells who the speaker is."""
    lines = []
    for link in speaker.links:
        first, last = link.article.line(link.span.start), link.article.line(link.span.end)
        where = place(printable(link.article.source), first, last)
        lines.append(INDENT + _styled(f"by {where}: {one_line(link.span.cut(link.article.text))}", DIM, style))
    return lines


def _block(text: str, span: Span, bold: Iterable[Span], dim: Iterable[Span], style: Style) -> list[str]:
    """Return the lines of a stretch of an article, wrapped at blanks, empty lines left out."""
    codes = {}
    for code, spans in ((BOLD, bold), (DIM, dim)):
        for marked in spans:
            codes.update(dict.fromkeys(range(marked.start, marked.end), code))
    lines: list[str] = []
    at = span.start
    for line in span.cut(text).split("\n"):
        for start, end in _wrapped(line, style.columns - len(INDENT) if style.columns else 0):
            shown = _coloured(text, Span(at + start, at + end), codes if style.colour else {})
            lines.append(INDENT + shown)
        at += len(line) + 1
    return lines or [INDENT]


def _wrapped(line: str, columns: int) -> Iterable[tuple[int, int]]:
    """Return the start and end of each piece of a line that fits; nothing for a blank line."""
    if not line.strip():
        return []
    line = line.rstrip("\r").replace("\t", " ")
    if not columns:
        return [(len(line) - len(line.lstrip()), len(line.rstrip()))]
    pieces = textwrap.wrap(line, max(columns, 20), expand_tabs=False, replace_whitespace=False, break_on_hyphens=False)
    found, at = [], 0
    for piece in pieces:
        at = line.index(piece, at)
        found.append((at, at + len(piece)))
        at += len(piece)
    return found


def _coloured(text: str, span: Span, codes: dict[int, str]) -> str:
    """Return a stretch with each marked part in its style."""
    out: list[str] = []
    current = ""
    for i in range(span.start, span.end):
        code = codes.get(i, "")
        if code != current:
            out.append((PLAIN if current else "") + code)
            current = code
        out.append(" " if text[i] == "\t" else printable(text[i]))
    return "".join(out) + (PLAIN if current else "")


def _styled(text: str, code: str, style: Style) -> str:
    return f"{code}{text}{PLAIN}" if style.colour and text else text
