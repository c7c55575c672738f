"""The promise: every quote is its slice of the file, whatever is asked of whatever articles."""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain, pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles_qa.index import Article, BuildSettings, Span, build
from articles_qa.qa import Answer, Quote, Retriever

RetrieverOf = Callable[[Mapping[str, str | bytes]], Retriever]

# One a line; the articles answer some of them and not others.
QUESTIONS = """
how many casualties did NIS report?
what did Zelensky say?
who captured the soldier?
when did the soldier die?
where was the photo posted?
why did the North Koreans fare badly?
What does the agreement between Russia and North Korea provide for?
according to the BBC, is this the first prisoner?
how many troops are in Kursk?
What did John Kirby condemn?
Who is Oleksandr Syrskyi?
what is the Storm Corps
drones
death toll of the North Koreans in Kursk, please
minimal protection
Did Trump promise an immediate ceasefire?
What did Seoul announce?
What happened on December 14?
fake identity cards
Yakuts or Buryats
birthday greetings
how high is Mount Everest?
recipe for pancakes
COMMENTS
Leave a Reply
Ask me anything
https://www.themoscowtimes.com/author/afp-3
3 min read
photo of the captured soldier
Getty Images
Lavrov France dialogue
국가정보원은 무엇을 발표했습니까?
Сколько северокорейских солдат погибло?
what about “hopeless assaults”?
1,000
3,000 killed or wounded
Kursk Kursk Kursk Kursk
the of and
What did they say about it?
he
which hospital?
how long did he survive after the capture?
is China watching?
what could destabilise the Korean Peninsula
Kim Jong Un's letter
mutual defense pact
energy sector attacks on Christmas
World War II tactics
who is Lee Seong-kweun
friendly fire
how was the capture confirmed?
What do the U.S. officials say?
Yonhap
Telegram
the AFP source
what did Moscow confirm
what did Pyongyang deny
prisoner exchange
special operations troops
Your email address
translate
What did nobody ever say about bananas?
""".strip().splitlines()

SENTENCE = "Officials in São Paulo said that 40 people were hurt."


def check(quote: Quote, data: bytes) -> None:
    """Check a quote against its file; `data` is the file's bytes."""
    record, article = quote.to_dict(), quote.article
    assert quote.text == article.text[quote.start : quote.end] == record["text"]
    assert data[record["byte_start"] : record["byte_end"]].decode(article.encoding) == quote.text
    assert quote.text == quote.text.strip() != ""
    assert record["first_line"] == article.text[: quote.start].count("\n") + 1
    assert record["last_line"] == record["first_line"] + quote.text.count("\n")
    whole = Span(0, len(article.text))
    assert whole.holds(quote.passage) and quote.passage.holds(quote.span)
    for inside in (*quote.marks, *quote.gaps):
        assert quote.span.holds(inside) and len(inside)
    assert quote.attribution is None or whole.holds(quote.attribution.mention.name)
    assert 0 <= quote.probability <= 1


def ask_all(retriever: Retriever, folder: Path, questions: list[str]) -> int:
    """Check every quote of these questions, and return their number."""
    return check_all([retriever.ask(question, top_k=20) for question in questions], folder)


def check_all(answers: Sequence[Answer], folder: Path) -> int:
    """Check every quote of these answers, and return their number."""
    quotes = [quote for answer in answers for quote in (*answer.quotes, *answer.closest)]
    for quote in quotes:
        check(quote, (folder / quote.source).read_bytes())
    return len(quotes)


@pytest.fixture(scope="module")
def answers(retriever: Retriever) -> list[Answer]:
    """The answers of the seeds, with as many quotes as there are."""
    assert len(QUESTIONS) >= 60
    return [retriever.ask(question, top_k=50) for question in QUESTIONS]


def test_every_quote_over_the_seeds_is_its_slice_of_the_file(answers: list[Answer], seeds: Path) -> None:
    assert check_all(answers, seeds) > 2 * len(QUESTIONS)


def test_no_two_quotes_of_an_answer_overlap(answers: list[Answer]) -> None:
    for answer in answers:
        spans = sorted((q.source, q.start, q.end) for q in (*answer.quotes, *answer.closest))
        assert all(a[0] != b[0] or a[2] <= b[1] for a, b in pairwise(spans)), answer.question


def test_ranks_count_from_one_and_probabilities_fall(answers: list[Answer]) -> None:
    for quotes in [answer.quotes for answer in answers]:
        assert [quote.rank for quote in quotes] == list(range(1, len(quotes) + 1))
        assert sorted((quote.probability for quote in quotes), reverse=True) == [quote.probability for quote in quotes]


ENCODED = [
    ("utf-8", SENTENCE.encode()),
    ("BOM", b"\xef\xbb\xbf" + SENTENCE.encode()),
    ("UTF-16, little end first", b"\xff\xfe" + SENTENCE.encode("utf-16-le")),
    ("UTF-16, big end first", b"\xfe\xff" + SENTENCE.encode("utf-16-be")),
    ("CRLF", f"Hospitals\r\n\r\nOn Monday it rained.\r\n{SENTENCE}\r\n".encode()),
    ("hard-wrapped CRLF", f"It rained.\r\n\r\n{SENTENCE[:30]}\r\n{SENTENCE[30:]}\r\n".encode()),
    ("tabs", f"\tHospitals\n\n\t{SENTENCE}\t\n".encode()),
    ("emoji of four bytes and joined ones", f"👩‍🚒🔥 It burned. {SENTENCE} 🇧🇷".encode()),
    ("combining marks", SENTENCE.replace("ã", "a\u0303").encode()),
    ("blanks of other kinds", f"\u3000\u00a0{SENTENCE}\u2003\n".encode()),
    ("no line end, no full stop", SENTENCE.removesuffix(".").encode()),
]


@pytest.mark.parametrize(("what", "data"), ENCODED, ids=[what for what, _ in ENCODED])
def test_a_quote_is_its_slice_in_any_encoding(what: str, data: bytes, retriever_of: RetrieverOf, tmp_path: Path) -> None:
    retriever = retriever_of({"a.txt": data})
    assert ask_all(retriever, tmp_path / "articles", ["how many people were hurt in São Paulo?"]) >= 1


def test_a_file_read_as_cp1252_is_quoted_by_its_own_bytes(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.txt").write_bytes(f"“It rained,” he said – and left.\r\n\r\n{SENTENCE}".encode("cp1252"))
    build([tmp_path / "articles"], tmp_path / "index", BuildSettings(encoding="cp1252"))
    retriever = Retriever.open(tmp_path / "index")
    assert retriever.ask("how many people were hurt?").quotes[0].article.encoding == "cp1252"
    assert ask_all(retriever, tmp_path / "articles", ["how many people were hurt?", "what did he say?"]) >= 2


PIECES = st.sampled_from(
    (
        *(SENTENCE, "“It burned.", "It burned,” the mayor said.", '"We left', 'at once," she said.', "COMMENTS", "He died."),
        *("https://example.com/a", "A photo showing the fire.", "🔥🔥", "\u202e", "\x0b", "e\u0301"),
        "Dr. Lee said on Jan. 5 that 3.5 percent fell.",
    )
)
BETWEEN = st.sampled_from([" ", "\n", "\r\n", "\n\n", "\r\n\r\n", "\t", "  ", "\n\n\n", " \n \n"])


ARTICLES = st.lists(st.tuples(PIECES, BETWEEN), min_size=1, max_size=30)


@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(ARTICLES, min_size=20, max_size=20), st.sampled_from(["utf-8", "utf-16"]))
def test_a_quote_is_its_slice_of_any_article(
    tmp_path_factory: pytest.TempPathFactory, articles: list[list[tuple[str, str]]], encoding: str
) -> None:
    folder = tmp_path_factory.mktemp("generated")
    for number, pieces in enumerate(articles):  # Many an index: a build costs more than an article.
        (folder / f"{number}.txt").write_bytes("".join(chain.from_iterable([*pieces, ("\n\n", SENTENCE)])).encode(encoding))
    build([folder], folder / "index")
    questions = ["how many people were hurt?", "what did the mayor say?", "photo of the fire", "what did he do?"]
    assert ask_all(Retriever.open(folder / "index"), folder, questions)


def test_an_article_of_page_furniture_alone_answers_nothing(retriever_of: RetrieverOf) -> None:
    answer = retriever_of({"a.txt": "COMMENTS\n\nLeave a Reply\n\n3 min read\n"}).ask("comments?")
    assert (answer.answered, answer.confidence, answer.quotes, answer.closest) == (False, 0.0, (), ())


def test_a_quote_cuts_its_text_and_stores_none() -> None:
    assert "text" not in Quote.__slots__ and isinstance(Quote.text, property)
    assert "text" in Article.__slots__
