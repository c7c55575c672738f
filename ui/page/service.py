"""The answers to requests of the page and of programs: quotes, articles, judgements. JSON in, JSON out, no Gradio."""

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import wraps
from itertools import islice
from pathlib import Path
from typing import Any

from articles_qa.index import Article, Index, InputError, QaError, Span
from articles_qa.index.backends import backend_at
from articles_qa.index.files.printable import printable
from articles_qa.qa import Scope
from articles_qa.qa.drafts.check_draft import check_draft
from articles_qa.qa.drafts.draft_file import draft_text
from articles_qa.qa.example_questions import examples
from articles_qa.qa.proof.prove import prove
from articles_qa.qa.proof.saved_answer import SavedAnswer, read_answer
from articles_qa.qa.proof.tally import Tally
from articles_qa.ui.notes.append_line import append_line
from articles_qa.ui.notes.note import Note
from articles_qa.ui.notes.note_file import now
from articles_qa.ui.page.article_pane import ROOM, Marked, article_html, pages_html
from articles_qa.ui.page.draft_check import draft_html
from articles_qa.ui.page.first_screen import limits_html, welcome_html
from articles_qa.ui.page.html import verbatim
from articles_qa.ui.page.live_index import LiveIndex, OpenGeneration
from articles_qa.ui.page.noting import Noting
from articles_qa.ui.page.requests import (
    AroundRequest,
    ArticleRequest,
    ArticlesRequest,
    AskRequest,
    CiteRequest,
    DraftRequest,
    FindRequest,
    JudgeRequest,
    RecordsRequest,
    read_request,
)
from articles_qa.ui.page.turn import turn_html
from articles_qa.ui.server.quota import VISITOR, Quota
from articles_qa.ui.text.annotations import to_annotations
from articles_qa.ui.text.markdown import to_markdown
from articles_qa.ui.text.quote_notes import ArticleNamed
from articles_qa.ui.text.rich_text import to_plain, to_rich
from articles_qa.ui.text.spreadsheet import to_csv, to_tabs
from articles_qa.ui.text.word_file import to_word

FILE = "judgements.jsonl"
MAX_BYTES = 50_000_000
SENTENCES_AROUND = 2  # Before a quote, and after it.
MOST_LINES = 500  # Of an article that a program reads at once.
MOST_FOUND = 1_000  # Places of words in an article.
MAX_BESIDE = 4_000  # Characters on either side of it, however long the sentences are.


def reported(function: Callable[[Any], dict[str, Any]], *, name: str = "") -> Callable[[Any], dict[str, Any]]:
    """Return the function with errors of the program as a value: {"error": a line for people}; `name` renames it."""

    @wraps(function)
    def answer(request: Any) -> dict[str, Any]:
        try:
            return function(request)
        except QaError as error:
            return {"error": str(error)}

    answer.__name__ = name or answer.__name__
    return answer


class Service:
    """Answers requests from the generation in force; used by several threads."""

    def __init__(self, live: LiveIndex) -> None:
        self._live = live
        self.noting = Noting(live)
        self._judged = Quota(MAX_BYTES // 4)
        self._tried: tuple[Index | None, dict[str, str]] = None, {}

    def ask(
        self, question: str, history: Sequence[Any], top_k: int, within: Scope | None, *, searched: str | None = None
    ) -> dict[str, Any]:
        """Return the record of an answer; `searched` is searched in place of the question and its history.

        Raises:
            QaError: the question cannot be asked.
        """

        def answer(opened: OpenGeneration) -> dict[str, Any]:
            return opened.retriever.ask(question, history, top_k, within=within, searched=searched).to_dict()

        return self._live.call(answer)

    def search(self, question: str, history: Sequence[Any], top_k: int, within: Scope | None) -> list[dict[str, Any]]:
        """Return the passages that most likely answer, as `Retriever.search` ranks them.

        Raises:
            QaError: as `ask`.
        """
        found = self._live.call(lambda opened: opened.retriever.search(question, history, top_k, within=within))
        return [passage.to_dict() for passage in found]

    def lines(self, source: str, first: int = 1, last: int | None = None) -> dict[str, Any]:
        """Return some lines of an article, from 1, word for word; at most MOST_LINES and ROOM characters of them.

        Raises:
            InputError: the index has no such article, or it has no such line.
        """

        def cut(opened: OpenGeneration) -> dict[str, Any]:
            article = _article(opened, source)
            lines = article.text.split("\n")
            end = min(len(lines), first - 1 + MOST_LINES, len(lines) if last is None else last)
            if not 1 <= first <= end:
                raise InputError(f"{printable(source)}: has lines 1 to {len(lines):,}; name some of them")
            text = "\n".join(lines[first - 1 : end])[:ROOM]
            said = {"source": source, "sha256": article.sha256, "title": article.title, "lines": len(lines)}
            return {**said, "first_line": first, "last_line": first + text.count("\n"), "text": text}

        return self._live.call(cut)

    def articles(self, wanted: ArticlesRequest) -> dict[str, Any]:
        """Return a part of the articles whose source, title or outlet has all words of the query."""
        found = self._live.call(lambda opened: opened.index.articles(wanted.query, offset=wanted.offset, limit=wanted.limit))
        shown = [{**asdict(each), "published": each.published and each.published.isoformat()} for each in found.articles]
        return {"total": found.total, "articles": shown}

    def verify(self, record: object) -> dict[str, Any]:
        """Prove each quote of a record against its file as it is now.

        Raises:
            InputError: the record cannot be read, or names a file that is no article of the index: who asks may be another
                than who may read the articles' folder.
        """
        answer = read_answer(record)
        quotes = (*answer.quotes, *answer.beside, *answer.closest)
        speakers = [who for quote in quotes for who in (quote.speaker, quote.citing_speaker) if who]
        named = {quote.source for quote in quotes} | {link.source for who in speakers for link in who.links}

        def check(opened: OpenGeneration) -> dict[str, Any]:
            for source in sorted(named):
                _article(opened, source)
            sources = backend_at(self._live.directory).sources(opened.index.info.generation, lambda _: None)
            proofs = prove(answer, sources)
            tally = Tally()
            tally.add(proofs)
            quoted = {"record": 1, "question": answer.question, "quotes": [proof.to_dict() for proof in proofs]}
            return tally.to_dict([quoted])

        return self._live.call(check)

    def turn(self, request: object) -> dict[str, Any]:
        """Answer a question of the page: return the record of the answer, and the record as HTML."""
        asked = read_request(AskRequest, request)
        record = self.ask(asked.question, asked.history, asked.top_k, asked.scope, searched=asked.searched)
        answer = read_answer(record)
        notes = self.noting.all()
        return {"record": record, "html": self._live.call(lambda opened: turn_html(answer, opened.index.article_named, notes))}

    def render(self, request: object) -> dict[str, Any]:
        """Return records that the page kept as HTML; an altered record becomes an error in its place."""
        records = read_request(RecordsRequest, request).records
        notes = self.noting.all()
        return {"answers": self._live.call(lambda opened: [_rendered(record, opened.index, notes) for record in records])}

    def article(self, request: object) -> dict[str, Any]:
        """Return an article around an offset, its quotes marked.

        Raises:
            InputError: the index has no such article.
        """
        wanted = read_request(ArticleRequest, request)

        def show(opened: OpenGeneration) -> dict[str, Any]:
            article = _article(opened, wanted.source)
            length = len(article.text)
            marked = [Marked(Span(start, end), rank) for start, end, rank in wanted.spans if start < end <= length]
            other = not article.sha256.startswith(wanted.sha256)
            state = opened.index.source_state(article)
            html = article_html(article, marked, at=min(wanted.at, length), state=state, other_version=other)
            return {"html": html, "sha256": article.sha256}

        return self._live.call(show)

    def find(self, request: object) -> dict[str, Any]:
        """Return the places of some words in an article, whatever their case and the blanks between them.

        Raises:
            InputError: the index has no such article.
        """
        wanted = read_request(FindRequest, request)
        pattern = re.compile(r"\s+".join(map(re.escape, wanted.words.split())) or r"(?!)", re.IGNORECASE)

        def places(opened: OpenGeneration) -> dict[str, Any]:
            text = _article(opened, wanted.source).text
            return {"places": [match.span() for match in islice(pattern.finditer(text), MOST_FOUND)]}

        return self._live.call(places)

    def around(self, request: object) -> dict[str, Any]:
        """Return a quote with the sentences beside it.

        Raises:
            InputError: the index has no such article, or another version of the article.
        """
        wanted = read_request(AroundRequest, request)

        def show(opened: OpenGeneration) -> dict[str, Any]:
            article = _article(opened, wanted.source)
            if not article.sha256.startswith(wanted.sha256) or not wanted.start < wanted.end <= len(article.text):
                raise InputError(f"{printable(wanted.source)}: has changed since it was quoted; ask again")
            if wanted.end - wanted.start > ROOM:
                raise InputError(f"{printable(wanted.source)}: so long a stretch is no quote; open the article")
            quote = Span(wanted.start, wanted.end)
            wide = opened.index.surrounding(article, quote, sentences=SENTENCES_AROUND)
            before = Span(max(wide.start, quote.start - MAX_BESIDE), quote.start).cut(article.text)
            after = Span(quote.end, min(wide.end, quote.end + MAX_BESIDE)).cut(article.text)
            html = f'{verbatim(before)}<b class="quoted">{verbatim(quote.cut(article.text))}</b>{verbatim(after)}'
            return {"html": html}

        return self._live.call(show)

    def picture(self, request: object) -> dict[str, Any]:
        """Return the pages of a PDF on which a quote stands, as pictures with its words lit up; "" for other formats.

        Raises:
            InputError: the index has no such article or another version of it, or the page cannot be drawn.
        """
        wanted = read_request(AroundRequest, request)

        def show(opened: OpenGeneration) -> dict[str, Any]:
            article = _article(opened, wanted.source)
            inside = wanted.start < wanted.end <= min(len(article.text), wanted.start + ROOM)
            if not article.sha256.startswith(wanted.sha256) or not inside:
                raise InputError(f"{printable(wanted.source)}: has changed since it was quoted; ask again")
            pages = opened.index.page_pictures(article, Span(wanted.start, wanted.end))
            return {"html": pages_html(article.source, pages)}

        return self._live.call(show)

    def cite(self, request: object) -> dict[str, Any]:
        """Return answers in a form that leaves the page: text, HTML for the clipboard, or a Word file in base64.

        Raises:
            InputError: a record cannot be read.
        """
        wanted = read_request(CiteRequest, request)
        answers = [read_answer(record) for record in wanted.records]
        return self._live.call(lambda opened: _cited(answers, wanted, opened.index.article_named))

    def check(self, request: object) -> dict[str, Any]:
        """Return the quotations of a draft with their places in the articles, as HTML and as a record.

        Raises:
            InputError: the draft cannot be read.
        """
        wanted = read_request(DraftRequest, request)
        try:
            text = draft_text(b64decode(wanted.base64, validate=True), wanted.name) if wanted.base64 else wanted.text
        except ValueError as error:
            raise InputError("draft: is not in base64; load the page again") from error
        checked = self._live.call(lambda opened: check_draft(opened.index, text))
        return {"html": draft_html(checked), "record": checked.to_dict()}

    def judge(self, request: object) -> dict[str, Any]:
        """Append a reader's verdict on an answer to the judgements; "none" takes an earlier one back.

        Raises:
            InputError: the record cannot be read, the judgement cannot be written, or the reader has judged enough for today.
        """
        judged = read_request(JudgeRequest, request)
        read_answer(judged.record)
        visitor, path = VISITOR.get(), backend_at(self._live.directory).judgements_folder() / FILE
        if self._judged.used_up(visitor):
            raise InputError("judgements: yours of today take all the room there is for you; go on tomorrow")
        self._judged.use(visitor, _keep_judgement(path, judged.record, judged.verdict))
        return {}

    def begin(self, _: object) -> dict[str, Any]:
        """Return the welcome with questions to start with, and the form that chooses among the articles."""
        return self._live.call(self._beginning)

    def _beginning(self, opened: OpenGeneration) -> dict[str, Any]:
        if self._tried[0] is not opened.index:  # Made once a generation.
            found = examples(opened.index, opened.retriever)
            self._tried = opened.index, {"welcome": welcome_html(opened.index, found), "limits": limits_html(opened.index)}
        return dict(self._tried[1])


def _cited(answers: Sequence[SavedAnswer], wanted: CiteRequest, article_named: ArticleNamed) -> dict[str, Any]:
    """Return answers in the form that is wanted, with the notes of their quotes from the index's articles."""
    match wanted.form:
        case "clipboard":
            rich = to_rich(answers, page=wanted.page, article_named=article_named)
            return {"text": to_plain(answers, page=wanted.page, article_named=article_named), "html": rich}
        case "word":
            return {"base64": b64encode(to_word(answers, page=wanted.page, article_named=article_named)).decode()}
        case "table":
            return {"text": to_csv(answers, article_named=article_named)}
        case "tabs":
            return {"text": to_tabs(answers, article_named=article_named)}
        case "annotations":
            made = to_annotations(answers, page=wanted.page, article_named=article_named)
            return {"text": json.dumps(made, ensure_ascii=False, indent=1)}
    return {"text": to_markdown(answers, article_named=article_named)}


def _article(opened: OpenGeneration, source: str) -> Article:
    article = opened.index.article_named(source)
    if article is None:
        raise InputError(f"{printable(source[:200])}: the index has no such article; it may have been removed")
    return article


def _rendered(record: dict[str, Any], index: Index, notes: Sequence[Note]) -> str | dict[str, str]:
    try:
        return turn_html(read_answer(record), index.article_named, notes)
    except InputError as error:
        return {"error": str(error)}


def _keep_judgement(path: Path, record: dict[str, object], verdict: str) -> int:
    """Append a judgement to a file of JSON lines; return the number of its bytes.

    Raises:
        InputError: the file is full or cannot be written, or JSON cannot hold the record.
    """
    line = {"at": now(), "verdict": verdict, "answer": record}
    try:
        data = json.dumps(line, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:  # Fields that a later version adds were not checked.
        raise InputError("answer: holds what JSON in UTF-8 does not; your judgement was not kept") from error
    return append_line(path, data, max_bytes=MAX_BYTES, what="judgement")
