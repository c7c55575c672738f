"""Hostile files given to the command line, and hostile articles read on the page: never untyped, never slow."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from articles_qa.index import SourceState, Span
from articles_qa.index.articles.article import decode_article
from articles_qa.index.files.source_files import Sources
from articles_qa.qa.proof.prove import prove
from articles_qa.qa.proof.saved_answer import read_answer
from articles_qa.ui.cli import main
from articles_qa.ui.commands.read_answers import read_answers
from articles_qa.ui.page.article_pane import ROOM, Marked, article_html
from articles_qa.ui.page.turn import turn_html
from articles_qa.ui.text.claim_tables import worded_tables
from articles_qa.ui.text.columns import table_lines
from articles_qa.ui.text.markdown import to_markdown

Survives = Callable[[Callable[[], object], object], bool]
Campaign = Callable[[int, int, int], int]
Ask = Callable[[str, Path], None]

MB = 1_000_000
TURNS: list[dict[str, Any]] = [
    {"role": "user", "content": "What did NIS say?"},
    {"role": "assistant", "content": "“…”"},
    {"schema": "answer/1", "question": "and then?", "quotes": []},
]
FOLDER = Path(__file__).parents[2] / "seeds"
SEEDS = Sources.under(FOLDER)
ARTICLES = {path.name: decode_article(path.read_bytes(), path.name) for path in FOLDER.glob("*.txt")}
UNITS = (
    "ab cd.\n",
    "\n",
    "\r\n",
    "1\n",
    "a",
    "“",
    "&<>\"'",
    "{{$`\\",
    "\u0301",
    "\u202e",
    "\u2028",
    "x\x0c",
    "😀\u200d",
    "word ",
)


@pytest.fixture
def asking(seeds_index: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Asks the seeds after the conversation in a file; answered on stdout or refused in one line on stderr."""
    monkeypatch.setenv("QA_DEBUG", "1")  # Lets through what no one foresaw.

    def ask(question: str, file: Path) -> None:
        main(["ask", question, "--index", str(seeds_index), "--history", str(file)])
        said = capsys.readouterr()
        assert bool(said.out) != bool(said.err) and said.err.count("\n") <= 1 and len(said.err) < 1000

    return ask


@pytest.mark.campaign
def test_no_history_file_is_untyped_or_slow(
    campaign: Campaign,
    survives: Survives,
    asking: Ask,
    mutated_json: Callable[[Any, Random], str],
    tmp_path: Path,
) -> None:
    file = tmp_path / "turns.json"
    for case in range(campaign(5, 15, 1_000)):
        random = Random(case)
        text = mutated_json(TURNS, random).encode("utf-8", "surrogatepass")
        odd = (b"\xff\xfe", b"\x00", b"\xef\xbb\xbf", b"", random.randbytes(40))
        file.write_bytes(text if case % 5 else random.choice(odd) + text)
        assert survives(partial(asking, "and what about Zelensky?", file), (case, text))


@pytest.mark.campaign
def test_no_changed_record_is_untyped_or_slow_on_any_screen(
    campaign: Campaign,
    survives: Survives,
    mutated_json: Callable[[Any, Random], str],
    compared: dict[str, Any],
    tmp_path: Path,
) -> None:
    path = tmp_path / "record.json"
    for quote in compared["quotes"]:
        quote |= {"before": {"start": 0, "end": quote["start"]}, "after": {"start": quote["end"], "end": quote["end"] + 9}}

    def show() -> None:
        for answer in read_answers(path):
            prove(answer, SEEDS)
        try:
            answer = read_answer(json.loads(path.read_text()))
        except ValueError:  # One after another, which only `qa verify` reads.
            return
        assert turn_html(answer, ARTICLES.get) and to_markdown([answer])
        lines = [line for table in worded_tables(answer) for line in table_lines(table, columns=80)]
        assert all(line.isprintable() for line in lines)

    for case in range(campaign(20, 60, 3_000)):
        text = mutated_json(compared, Random(case))
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        survives(show, (case, text))


@pytest.mark.campaign
@pytest.mark.parametrize("unit", UNITS, ids=ascii)
def test_a_long_article_opens_in_a_window_at_once(
    unit: str, campaign: Campaign, survives: Survives, parsed: Callable[[str], Element]
) -> None:
    room = campaign(6_000, 6_000, ROOM)
    article = decode_article(("x" + unit * (campaign(MB // 20, MB // 20, 10 * MB) // len(unit)) + "y").encode(), "x.txt")
    length = len(article.text)
    for at in (0, length // 2, length - 1):
        edges = range(max(0, at - room // 2), length - room // 100, room // 50)
        marks = [Marked(Span(edge, edge + room // 100), rank) for rank, edge in enumerate(edges, 1)][:100]
        shown: list[str] = []

        def show(at: int = at, marks: list[Marked] = marks, shown: list[str] = shown) -> None:
            shown.append(article_html(article, marks, at=at, state=SourceState.UNCHANGED, room=room))

        assert survives(show, (unit, at))
        sheet = next(part for part in parsed(shown[0]).iter() if part.get("class") == "sheet")
        start, end = int(sheet.get("data-start", "")), int(sheet.get("data-end", ""))
        assert start <= at < end and end - start <= 2 * room
        assert "".join(sheet.itertext()) == article.text[start:end]


@pytest.mark.campaign
def test_an_answer_from_the_end_of_a_long_article_is_told_at_once(
    campaign: Campaign, survives: Survives, retriever_of: Callable[[dict[str, str | bytes]], Any]
) -> None:
    # Furniture is no passage, so that most of it need not be embedded.
    filler = "https://example.org/é/\n" * (campaign(MB // 40, MB // 4, 10 * MB) // 24)
    retriever = retriever_of({"long.txt": f"{filler}\nThe Kestrel bridge was opened by Maria Olsen in 1987.\n"})
    told: list[str] = []

    def tell() -> None:
        answer = retriever.ask("Who opened the Kestrel bridge?")
        told.append(json.dumps(answer.to_dict()))

    assert survives(tell, "long.txt")
    assert "Maria Olsen" in told[0]
