"""Answers on a terminal: nothing lost or changed, nothing that drives the terminal."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles_qa.index import Article, Check, SourceState, Span
from articles_qa.index.articles.article import decode_article
from articles_qa.index.files.printable import printable
from articles_qa.index.opened.info import IndexInfo
from articles_qa.index.speakers.attribution import Attribution
from articles_qa.qa import Answer, AnsweredPart, Quote, Retriever
from articles_qa.qa.proof.saved_answer import read_answer
from articles_qa.qa.speakers.speaker import ResolvedAttribution, Speaker
from articles_qa.ui.text.claim_tables import worded_tables
from articles_qa.ui.text.columns import table_lines
from articles_qa.ui.text.terminal import BESIDE, BESIDE_CHARS, BOLD, DIM, INDENT, PLAIN, Style, render_answer, render_info
from articles_qa.ui.text.wording import FILE_NOTES, MORE, sureness

Record = dict[str, Any]
RetrieverOf = Callable[[Mapping[str, str | bytes]], Retriever]

NIS = "how many casualties did NIS report?"
SURE = re.compile(" · (?:very likely|likely|possibly)$")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def quote_of(text: str, *, source: str = "a.txt", marks: tuple[Span, ...] = (), speaker: Span | None = None) -> Quote:
    """All of a text as one quote."""
    article: Article = decode_article(text.encode(), source)
    whole = Span(0, len(article.text))
    by = None
    if speaker:
        by = ResolvedAttribution(Attribution(speaker, speaker, None, whole), Speaker(speaker.cut(article.text)), None)
    return Quote(article, whole, 1, 0.95, by, whole, marks, (), None, SourceState.UNCHANGED)


def answer_of(info: IndexInfo, *quotes: Quote) -> Answer:
    return Answer("why?", ("why?",), True, 0.95, None, quotes, (), info, 1.0)


@pytest.fixture(scope="session")
def info(retriever: Retriever) -> IndexInfo:
    return retriever.info


class Compared(Answer):
    """An answer whose record has these tables."""

    tables: tuple[Record, ...] = ()

    def to_dict(self) -> Record:
        """The record, with them."""
        return {**super().to_dict(), "claims": list(self.tables)}


def comparing(info: IndexInfo, quotes: Sequence[Quote], tables: Sequence[Record]) -> Answer:
    """An answer of three quotes, with more beside, whose record has these tables."""
    made = type("ResolvedAttribution", (Compared,), {"tables": tuple(tables)})
    answer: Answer = made(NIS, (NIS,), True, 0.9, None, tuple(quotes[:3]), (), info, 1.0, beside=tuple(quotes[3:]))
    return answer


def body(shown: str) -> str:
    """The quote's own lines of an answer with one quote, without number and indent."""
    lines = COLOUR.sub("", shown).split("\n")
    start = next(i for i, line in enumerate(lines) if line.startswith("[1]"))
    end = next(i for i, line in enumerate(lines) if SURE.search(line))
    return "\n".join(line[len(INDENT) :] for line in lines[start:end])


def test_an_answer_shows_quotes_with_file_and_lines(retriever: Retriever) -> None:
    answer = retriever.ask(NIS)
    shown = render_answer(answer, Style())
    assert "\x1b" not in shown and shown.endswith("\n") and not shown.endswith("\n\n")
    by = "said by NIS (South Korea’s National Intelligence Service)"
    assert f"000_752357c04fcf2a77.txt:26 · {by} · {sureness(answer.quotes[0].probability)}" in shown
    for quote in (*answer.quotes, *answer.beside):
        assert "".join(quote.text.split()) in "".join(shown.split())
        assert f"\n[{quote.rank}] " in shown


def test_a_refusal_says_so_first_and_keeps_the_misses_apart(retriever: Retriever) -> None:
    shown = render_answer(retriever.ask("Who painted the Mona Lisa?"), Style())
    assert shown.startswith("The 5 articles do not answer this.\n\nThe nearest sentences, which are not an answer:\n")


def test_a_refusal_without_any_sentence_is_one_line(info: IndexInfo) -> None:
    nothing = replace(answer_of(info), answered=False, reason="The one article does not answer this.")
    assert render_answer(nothing, Style()) == "The one article does not answer this.\n"


def test_the_answering_words_alone_are_bold(info: IndexInfo) -> None:
    shown = render_answer(answer_of(info, quote_of("Over 100 died.", marks=(Span(0, 8),))), Style(80, colour=True))
    assert f"{BOLD}Over 100{PLAIN} died." in shown
    assert re.findall(rf"{re.escape(BOLD)}(.*?){re.escape(PLAIN)}", shown) == ["Over 100"]


def test_bold_words_stay_bold_where_a_line_is_wrapped(info: IndexInfo) -> None:
    text = "one two three four five six seven eight nine ten"
    shown = render_answer(answer_of(info, quote_of(text, marks=(Span(0, len(text)),))), Style(30, colour=True))
    lines = [line for line in shown.split("\n") if BOLD in line]
    assert len(lines) > 1 and all(line.endswith(PLAIN) for line in lines)


def test_the_right_one_of_equal_words_is_bold(info: IndexInfo) -> None:
    quote = quote_of("word " * 40 + "word", marks=(Span(200, 204),))
    lines = render_answer(answer_of(info, quote), Style(25, colour=True)).split("\n")
    assert [BOLD in line for line in lines].index(True) + 1 == next(i for i, line in enumerate(lines) if "very likely" in line)


def test_colours_change_no_character(retriever: Retriever) -> None:
    for columns in (0, 40, 100):
        for question in (NIS, "Who painted the Mona Lisa?", "what did the NIS say in a statement?"):
            answer = retriever.ask(question)
            coloured = render_answer(answer, Style(columns, colour=True, context=True))
            assert COLOUR.sub("", coloured) == render_answer(answer, Style(columns, context=True))
            assert coloured.count(BOLD) + coloured.count(DIM) == coloured.count(PLAIN)


BLANKS = "[ \t\r\n\u00a0\u3000]"
PIECES = st.sampled_from([*"abc é“”-—\t\n\u00a0\u3000\u0301👩\u200d🚒국\x1b\u202e", "\r\n", "long-word" * 5])


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(PIECES), st.integers(0, 60))
def test_wrapping_loses_and_changes_no_character(info: IndexInfo, pieces: list[str], columns: int) -> None:
    text = "".join(["a", *pieces, "z"])
    shown = body(render_answer(answer_of(info, quote_of(text)), Style(columns)))
    assert re.sub(BLANKS, "", shown) == printable(re.sub(BLANKS, "", text))


def test_lines_fit_the_terminal(retriever: Retriever) -> None:
    for line in render_answer(retriever.ask(NIS), Style(60)).split("\n"):
        assert len(line) <= 60 or not line.startswith((INDENT, "[")) or "·" in line


def test_empty_lines_of_an_interrupted_quote_are_left_out(generous: Retriever) -> None:
    answer = generous.ask("What was confirmed through real-time information sharing?")
    interrupted = next(quote for quote in answer.quotes if quote.gaps)
    shown = body(render_answer(answer_of(answer.index, replace(interrupted, rank=1, probability=0.95)), Style()))
    assert shown.split("\n")[2:4] == [
        "https://www.themoscowtimes.com/author/afp-3",
        "National Intelligence Service (NIS) said in a statement.",
    ]


def test_windows_line_ends_and_tabs_are_not_shown(info: IndexInfo) -> None:
    shown = body(render_answer(answer_of(info, quote_of("It rained\tall day\r\nin Linz.")), Style()))
    assert shown == "It rained all day\nin Linz."


HARMFUL = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202edesrever\u2066\u2028\x7f\x08"


def test_nothing_in_an_article_drives_the_terminal(info: IndexInfo) -> None:
    text = f"Title {HARMFUL} of it\n\nThe mayor{HARMFUL} said no.\n"
    quote = quote_of(text, source=f"a{HARMFUL}\nb.txt", speaker=Span(30, 44))
    shown = render_answer(answer_of(info, quote), Style(80, context=True))
    assert re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202a-\u202e\u2066-\u2069]", shown) == []
    assert "␛]0;owned␇" in shown and "\\u202edesrever" in shown


def test_a_newline_in_a_file_name_is_shown_as_a_sign(info: IndexInfo) -> None:
    shown = render_answer(answer_of(info, quote_of("It rained in Linz.", source="two\nlines.txt")), Style())
    assert "two␊lines.txt:1 · very likely" in shown


def test_a_heading_names_title_outlet_and_date(retriever_of: RetrieverOf) -> None:
    text = "Daily Herald\n\nFerry sinks \u202enear Linz\n\nMay 3, 2024\n\nThe ferry sank and forty people were rescued.\n"
    shown = render_answer(retriever_of({"a.txt": text}).ask("how many people were rescued?"), Style())
    assert "\nFerry sinks \\u202enear Linz · Daily Herald · 2024-05-03\n" in shown


def test_context_shows_the_passage_around_a_quote(generous: Retriever) -> None:
    answer = generous.ask("Who is Yang Uk?", top_k=1)
    (quote,) = answer.quotes
    shown = "".join(render_answer(answer, Style(context=True)).split())
    before = quote.article.text[quote.passage.start : quote.start]
    assert before.strip() and "".join(before.split()) in shown
    assert "".join(before.split()) not in "".join(render_answer(answer, Style()).split())


def between(info: IndexInfo, before: str, quoted: str, after: str) -> Answer:
    """An answer that quotes the second of three sentences."""
    quote = quote_of(f"{before} {quoted} {after}")
    span = Span(len(before) + 1, len(before) + 1 + len(quoted))
    beside = Span(0, len(before)), Span(span.end + 1, span.end + 1 + len(after))
    return answer_of(info, replace(quote, span=span, passage=span, before=beside[0], after=beside[1]))


def test_the_sentences_beside_a_quote_are_dim_and_marked(info: IndexInfo) -> None:
    answer = between(info, "It rained\n all\x1b[2J day.", "Two died.", "The police were told.")
    where = "a.txt:2 · very likely"
    assert render_answer(answer, Style()).split("\n")[3:7] == [
        f"{INDENT}… It rained all␛[2J day.",
        "[1]  Two died.",
        f"{INDENT}{where}",  # Before the next sentence, which may be somebody else's.
        f"{INDENT}… The police were told.",
    ]
    coloured = render_answer(answer, Style(80, colour=True))
    assert f"{INDENT}{DIM}… It rained all␛[2J day.{PLAIN}\n[1]  Two died.\n" in coloured
    assert f"{INDENT}{DIM}… The police were told.{PLAIN}\n" in coloured


def test_a_long_sentence_beside_a_quote_is_cut_at_a_word_and_wrapped(info: IndexInfo) -> None:
    answer = between(info, "word " * 100_000 + "end.", "Two died.", "w" * 500)
    before, _, _, after = render_answer(answer, Style()).split("\n")[3:7]
    for line, end in ((before, "word …"), (after, "www …")):
        assert line.startswith(INDENT + BESIDE) and line.endswith(end)
        assert BESIDE_CHARS - 10 < len(line) - len(INDENT + BESIDE) <= BESIDE_CHARS + 2
    lines = render_answer(answer, Style(40)).split("\n")
    first = lines.index("[1]  Two died.")
    assert all(line.startswith(INDENT + " " * len(BESIDE)) and len(line) <= 40 for line in lines[4:first]) and first > 6


def test_the_passage_of_a_quote_takes_the_place_of_the_sentences_beside_it(generous: Retriever) -> None:
    answer = generous.ask("Who is Yang Uk?", top_k=1)
    (quote,) = answer.quotes
    assert quote.before and quote.passage.holds(quote.before) and quote.after
    counts = [render_answer(answer, Style(context=context)).count(f"{INDENT}{BESIDE}") for context in (False, True)]
    assert counts == [2, 0 if quote.passage.holds(quote.after) else 1]


def test_quotes_of_one_article_stand_apart(info: IndexInfo) -> None:
    first = between(info, "It rained.", "Two died.", "All were told.").quotes[0]
    shown = render_answer(answer_of(info, first, replace(first, rank=2)), Style())
    assert f"{INDENT}… All were told.\n\n{INDENT}… It rained.\n[2]  Two died." in shown


def test_each_part_stands_under_its_words(info: IndexInfo) -> None:
    quotes = [replace(quote_of(f"It rained {rank}."), rank=rank) for rank in (1, 2, 3)]
    parts = (
        AnsweredPart("who\x1b[2J\nled?", True, 0.9, None, (1, 2), more=98),
        AnsweredPart("why?", False, 0.0, "The articles do not say.", ()),
        AnsweredPart("when?", True, 0.9, None, (3,), more=1),
    )
    asked = replace(answer_of(info, *quotes), parts=parts, more=99, searched=("why?", "when?", "when was it?"))
    where = f"{INDENT}a.txt:1 · very likely"
    assert render_answer(asked, Style()).split("\n") == [
        *("3 quotes from 1 article", "searched: when was it?"),
        *("", "who␛[2J led?", "", "a.txt", "[1]  It rained 1.", where, "", "[2]  It rained 2.", where),
        *("", "and 98 more (-k 100 shows them)"),
        *("", "why?", "The articles do not say."),
        *("", "when?", "", "a.txt", "[3]  It rained 3.", where, "", "and 1 more (-k 2 shows it)", ""),
    ]
    assert f"\n{BOLD}why?{PLAIN}\n" in render_answer(asked, Style(80, colour=True))


def test_a_line_counts_the_quotes_that_are_not_shown(info: IndexInfo) -> None:
    answer = answer_of(info, quote_of("It rained."))
    assert render_answer(replace(answer, more=7), Style()).endswith("very likely\n\nand 7 more (-k 8 shows them)\n")
    assert render_answer(replace(answer, more=100), Style()).endswith("\n\nand 100 more\n")  # -k 101 is refused.
    assert render_answer(answer, Style()).endswith("very likely\n")


def test_a_quote_of_a_changed_file_says_so(info: IndexInfo) -> None:
    for state in (SourceState.CHANGED, SourceState.MISSING):
        shown = render_answer(answer_of(info, replace(quote_of("It rained."), source_state=state)), Style())
        assert FILE_NOTES[state] and FILE_NOTES[state] in shown


def test_a_near_copy_names_the_quote_it_is_like(info: IndexInfo) -> None:
    copy = replace(quote_of("It rained.", source="b.txt"), rank=2, same_as=1)
    assert "b.txt:1 · very likely · nearly the words of [1]" in render_answer(
        answer_of(info, quote_of("It rained."), copy), Style()
    )


@pytest.mark.parametrize(
    ("probability", "word"), [(1.0, "very likely"), (0.7, "very likely"), (0.69, "likely"), (0.0, "possibly")]
)
def test_sureness_has_a_word(probability: float, word: str) -> None:
    assert sureness(probability) == word


TABLES = """
Killed: sources differ
  over 100    NIS (National Intelligence         [1] 000_752357c04fcf2a77.txt:26
              Service)
  Others
  around 100  A South Korean lawmaker, citing    [7] 002_7555eb4cf8b41f2f.txt:4
              intelligence reports

Injured: sources differ
  a thousand    NIS (National Intelligence       [1] 000_752357c04fcf2a77.txt:26
                Service)
  Others
  nearly 1,000  A South Korean lawmaker, citing  [7] 002_7555eb4cf8b41f2f.txt:4
                intelligence reports

Killed or injured: sources differ
  1,000                South Korea's            [3] 003_f759e329acbaef1f.txt:34
                       intelligence service
  Others
  as high as 3,000     Volodymyr Zelensky       [2] 000_752357c04fcf2a77.txt:26
  nearly 3,000         Ukrainian President      [4] 001_534d993bd45e83e2.txt:8
                       Volodymyr Zelensky
  nearly 3,000         Ukrainian President      [8] 003_f759e329acbaef1f.txt:30
                       Volodymyr Zelensky
    (told in 2 reports)
"""


def test_what_is_claimed_stands_in_tables_after_the_quotes(
    info: IndexInfo, casualties: tuple[Quote, ...], compared: Record
) -> None:
    shown = render_answer(comparing(info, casualties, compared["claims"]), Style(80))
    assert shown.startswith("3 quotes from 2 articles\n") and TABLES in shown
    first, more = shown.index(TABLES), shown.index(f"\n{MORE}:\n")
    assert shown.index("\n[3]  ") < first < more < shown.index("\n[4]  ")
    for rank in range(1, 11):
        assert f"\n[{rank}] " in shown  # Each number in a table leads to a quote.
    assert "possibly" not in shown[more:] and "likely" not in shown[more:]


def test_tables_fit_the_terminal_and_lose_nothing(compared: Record) -> None:
    def letters(columns: int) -> Counter[str]:
        lines = [line for table in worded_tables(read_answer(compared)) for line in table_lines(table, columns=columns)]
        assert not columns or max(map(len, lines)) <= max(columns, 20)
        return Counter("".join("".join(lines).split()).replace("·", ""))

    for columns in (*range(1, 130, 7), 80):
        assert letters(columns) == letters(0)


def test_who_is_meant_and_whom_they_cite_is_told(info: IndexInfo, casualties: tuple[Quote, ...]) -> None:
    answer = comparing(info, casualties, ())
    shown, verbose = (render_answer(answer, Style(100, context=context)) for context in (False, True))
    assert ":26 · said by NIS (National Intelligence Service) · " in shown and ":26 · said by Volodymyr Zelensky · " in shown
    assert ":4 · said by A South Korean lawmaker, citing intelligence reports\n" in shown
    by = f"{INDENT}by 000_752357c04fcf2a77.txt:6: South Korea’s National Intelligence Service (NIS)\n"
    assert by in verbose and by not in shown


def test_what_was_searched_is_told_where_it_is_not_what_was_asked(info: IndexInfo) -> None:
    asked = replace(answer_of(info, quote_of("It rained.")), searched=("why?", "why did\x1b[2J it rain?"))
    line = "\nsearched: why did␛[2J it rain?\n"
    assert line in render_answer(asked, Style())
    assert f"{DIM}{line.strip()}{PLAIN}" in render_answer(asked, Style(80, colour=True))
    assert line in render_answer(replace(asked, answered=False, quotes=(), reason="No."), Style())
    assert "searched" not in render_answer(replace(asked, searched=("why?",)), Style())


def test_nothing_in_a_table_drives_the_terminal(compared: Record) -> None:
    compared["claims"][0] |= {"about": HARMFUL, "unit": HARMFUL}
    compared["claims"][0]["values"][0]["claims"][0] |= dict.fromkeys(
        ("value", "said_by", "citing", "speaker", "period"), f"a{HARMFUL}\n| b"
    ) | {"published": "\x1b[2J\n"}
    compared["quotes"][0]["source"] = HARMFUL
    for columns in (0, 30, 80):
        for table in worded_tables(read_answer(compared)):
            assert all(line.isprintable() for line in table_lines(table, columns=columns))


def test_info_is_a_line_a_fact(info: IndexInfo) -> None:
    shown = render_info(info)
    assert "articles   5 from " in shown and "all-MiniLM-L6-v2" in shown and shown.count("\n") == 12
    assert "generation 1\n" in shown and "checked    size and sha256 of every file" in shown


def test_info_says_what_read_the_speakers_or_why_nothing_did(info: IndexInfo) -> None:
    assert "speakers   read by spaCy 3" in render_info(info)
    for wanted, why in ((True, "not installed"), (False, "--no-speakers")):
        shown = render_info(replace(info, speakers="", speakers_wanted=wanted))
        assert "speakers   not read (" in shown and why in shown


def test_info_of_another_generation_says_so_and_names_the_others(info: IndexInfo) -> None:
    shown = render_info(replace(info, generation=6, kept=(6, 7), in_force=False, check=Check.XXH3))
    assert "generation 6, not the one in force (--generation 7 is kept too)\n" in shown
    assert "checked    size and xxh3 of every file" in shown


def test_printable_leaves_every_script_and_sign_alone() -> None:
    text = "São Paulo 국가정보원 Сколько שלום\u200f مرحبا 👩\u200d🚒 🏴\U000e0067 e\u0301 soft\u00adhyphen\u200b\u00a0\u2009"
    assert printable(text) == text


def test_an_index_that_is_still_made_says_how_far_it_is(info: IndexInfo) -> None:
    half = replace(info, unembedded=info.sentences - 40, speakers="")
    shown = render_info(half)
    assert f"vectors    40 of {info.sentences:,} sentences so far; " in shown and "speakers   not read yet\n" in shown
