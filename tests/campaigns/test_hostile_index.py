"""Hostile input to reading, splitting up and opening: refused in one line or done, never slowly."""

import encodings.aliases
import hashlib
import json
import math
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest

from articles_qa.index import ArticleRefused, Index, InputError
from articles_qa.index.articles.article import Article, decode_article, known_encoding
from articles_qa.index.articles.masthead import find_date
from articles_qa.index.articles.passages import MAX_PASSAGE_CHARS
from articles_qa.index.articles.sentences import MAX_SENTENCE_CHARS
from articles_qa.index.articles.span import Span
from articles_qa.index.entries.entry import Entry
from articles_qa.index.entries.make_entry import draft, read_speakers, with_speakers
from articles_qa.index.grammar.parser import loaded_parser
from articles_qa.index.local.generation import CURRENT, MANIFEST

Survives = Callable[[Callable[[], object], object], bool]
Campaign = Callable[[int, int, int], int]
Shape = Callable[[int], str]

# Words that the rules of reading know, and marks; soups of them are what a rule would go wrong on.
WORDS = (
    "said says told claimed according to by on in last this early earlier late July Monday December 27 27th 2024 12,000 1.5 "
    "reply slowly previously now then had has would who which citing including that while and but or the a an of from at with "
    "Smith U.S. Mr. A. NIS (NIS) (the NIS) BBC News Reuters / AFP By title: Date: Source: Photo Read more: updated undated "
    "handout image showing credit © (c) https://t.co/x www.x.y @x # ## - • | 1. 2) Comments (3) agency's service’s neither put "
    "the toll reports suggest believed to"
).split(" ")
MARKS = tuple(".,;:!?…\"'’”“«»()[]{}-–—#|•*@/©$%&_·<>\\\t\n\r\u00a0\u0301\u200d\u200b\u2028\u202e\x0b\x0c\x1c\x85éİß中0😀ﷺ")
SEPARATORS = (" ", " ", " ", "", "\n", "\n\n", "  ", "\r\n", ". ", ", ", ".\n")
ENCODINGS = sorted(set(encodings.aliases.aliases.values()))


def repeated(unit: str, start: str = "", end: str = "") -> Shape:
    """The start, a unit over and over, and the end, so many characters in all."""
    return lambda n: start + (unit * (n // len(unit) + 1))[: n - len(start) - len(end)] + end


UNITS = (
    "Verdict: y\nClaim: x\n",
    "a-\n",
    "> a\n",
    "Picks\n- Some dog voted\n- Ten ways out\n\n",
    "A: x?\nB: y?\n",
    "1 | a\n",
    "12:20\nx.\n",
    *(
        "a",
        "A",
        "é",
        "中文。",
        "한국",
        "ﷺ",
        "İ",
        "😀",
        "\U0001f468\u200d",
        "\u0301",
        "a\u0301\u0302 ",
        "\u200b",
        "\u202eabc \u202c",
    ),
    *(" ", "\t", "\u00a0", "\n", "\r", "\r\n", "x\u2028", "x\x0c\x0b\x1c\x85", "x." + " " * 1000, "_", "\\", "-", "a-", "a — "),
    *("ab cd.\n", "ab\n", "1\n", "1/2\n", "#\n", "and so on it went,\n", "Ab cd ef gh ij kl mn op qr st uv wx\n"),
    *("word ", "Word ", "ABC DEF ", "Abc, ", "Word. ", "A. ", "A.", "A! ", "Word. word ", "Mr. ", "Mr. Smith ", "U.S. "),
    *(".", ". ", "a... ", "?!", "! ", "(", "( ", ")", "a( ", "([{<", "a."),
    *("(A", "(AB; ", " or the AB", "a b c d e's (ABCDE) "),
    *('"', '" a ', "“", "“ a ", "“Abc. ", "“Abc de\n", "”", "A.” ", "«a» ", "'", "’", "a'", "a’s ", "a.\"'’”»)]", "”…"),
    *("https://t.co/ab ", "https://t.co/ab\n", "www.", "a/", "December 27, 2024 ", "December 27, 2024\n", "27 December ", "1 "),
    *("1", "1,234", "3. ", "said John Smith ", "John Smith said. ", "said ", "a believed to ", "reports suggest ", "say· x "),
    *(
        " on last this",
        " early on Monday",
        " slowly",
        " early",
        " July",
        " previously",
        "according to ",
        ", who is x",
        ", a boy",
    ),
    *(
        "BBC News\nKursk falls\nBy John Smith\nDecember 27, 2024\n\n",
        "title: ",
        "title: x\n",
        " b,",
        "Heading Here\n\n",
        "# Heading\n",
    ),
    *(
        "# ",
        "#",
        "• item one\n",
        "•",
        "- item\n",
        "| a | b |\n",
        "|",
        "| a ",
        "Read more: x\n",
        "Photo by X / AFP\n",
        "- a (@b)\n",
    ),
    *(
        "Something that goes on for long without any stop and so\nRead more: x\nand then\n",
        "A handout photo ",
        "undated handout ",
    ),
    *("a; ", "a: ", "a, ", "that ", "and ", "<a>", "&amp;", ("word " * 14).strip() + "\n", ("Word " * 13).strip() + " end.\n"),
)
SHAPES: dict[str, Shape] = {
    **{f"{unit[:20]!a}": repeated(unit, "x", "y") for unit in UNITS},
    "nested": lambda n: "a " + "(" * (n // 2) + "b" + ")" * (n // 2),
    "names, then a verb": repeated("Abc ", end=", Smith said."),
    "names and a verb": repeated("Abc Def, ", end=" and Smith said."),
    "adverbs, then none": repeated(" early on Monday", "Smith", " xyz"),
    "dateline": repeated(" b,", "A", " - x"),
}


def soup(random: Random, size: int) -> str:
    """Words and marks, now and then few of them over and over."""
    some = random.choices(WORDS, k=random.choice((2, 4, 40))) + random.choices(MARKS, k=random.choice((1, 3, 20)))
    apart = random.choices(SEPARATORS, k=random.choice((1, 2, 11)))
    parts = [random.choice(some) + random.choice(apart) for _ in range(size // 4)]
    return "".join(random.choice((parts, parts[:3] * (size // 8))))


def mutated(data: bytes, random: Random) -> bytes:
    """A real article's bytes with stretches of it changed, repeated, dropped or swapped."""
    begin = random.randrange(len(data))
    changed = bytearray(data[begin : begin + random.choice((60, 600, 6000))])
    for _ in range(random.randint(1, 12)):
        at, size = random.randrange(len(changed) + 1), random.choice((1, 3, 40))
        act = random.randrange(5)
        if act == 0:
            changed[at : at + size] = random.randbytes(random.choice((1, 3)))
        elif act == 1:
            changed[at : at + size] = changed[at : at + size] * random.choice((2, 50))
        elif act == 2:
            del changed[at : at + size]
        elif act == 3:
            changed[at:at] = random.choice(MARKS).encode() * random.choice((1, 2, 500))
        else:
            changed[at:at] = soup(random, 60).encode()
    return bytes(changed)


def hostile_file(originals: list[bytes], random: Random) -> tuple[bytes, str | None]:
    """The bytes of a file, and the encoding that it is said to be in."""
    kind = random.randrange(10)
    if kind < 4:
        return mutated(random.choice(originals), random), None
    if kind < 7:
        return soup(random, random.choice((40, 400, 3000))).encode(), None
    if kind == 7:
        return random.choice(list(SHAPES.values()))(random.randint(200, 4000)).encode(), None
    data = random.randbytes(random.choice((1, 30, 600))) if kind == 8 else mutated(random.choice(originals), random)
    marks = (b"", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xff\xfe\0\0", b"\0\0\xfe\xff")
    return random.choice(marks) + data, random.choice(ENCODINGS)


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    """Loading the parser is no part of any case's time."""
    loaded_parser()


def entry_of(article: Article) -> Entry:
    """All that is read of an article's text before it is embedded."""
    entry = draft(article).entry
    return with_speakers(entry, read_speakers(entry, loaded_parser()))


def read_and_split(data: bytes, encoding: str | None) -> None:
    """All that is done with a file before it is embedded; what comes of it keeps the promises."""
    article = decode_article(data, "x.txt", encoding=known_encoding(encoding) if encoding else None)
    entry = entry_of(article)
    for passage in entry.passages:
        assert len(passage) <= max(MAX_PASSAGE_CHARS, MAX_SENTENCE_CHARS)
    for sentence in entry.sentences:
        assert 0 < len(sentence.span) <= MAX_SENTENCE_CHARS
        assert entry.passages[sentence.passage].holds(sentence.span)
        assert all(sentence.span.holds(gap) for gap in sentence.gaps)
        for told in sentence.attributions:
            assert sentence.span.holds(told.scope) and len(told.scope) and Span(0, len(article.text)).holds(told.name)
            assert all(
                len(span) and span.end <= len(article.text) for span in (told.name, told.said_at, told.cited or told.name)
            )
        start, end = article.byte_offset(sentence.span.start), article.byte_offset(sentence.span.end)
        assert data[start:end].decode(article.encoding) == sentence.span.cut(article.text)


@pytest.mark.campaign
def test_no_file_is_untyped_or_slow(campaign: Campaign, survives: Survives, seeds: Path) -> None:
    originals = [path.read_bytes() for path in sorted(seeds.glob("*.txt"))]
    done = 0
    for case in range(campaign(80, 500, 22_000)):
        data, encoding = hostile_file(originals, Random(case))
        done += survives(partial(read_and_split, data, encoding), (case, encoding, data))
    assert done > campaign(80, 500, 22_000) // 2  # Not all of it is refused at the door.


def test_every_encoding_name_is_taken_or_refused(survives: Survives) -> None:
    for name in [*ENCODINGS, *MARKS, "", "x" * 100_000, "utf-8\0", "\ud800", "../x", "utf\n8", "rot13", "base64", "charmap"]:
        survives(partial(known_encoding, name), name)


def test_bytes_that_a_codec_reads_and_cannot_write_are_refused() -> None:
    with pytest.raises(ArticleRefused, match="byte for byte"):
        decode_article(b"Abc \x8f\xcd\xf7.", "x.txt", encoding=known_encoding("euc_jisx0213"))


@pytest.mark.campaign
def test_no_pair_of_bytes_is_untyped_in_any_encoding(campaign: Campaign, survives: Survives) -> None:
    for case in range(campaign(60, 300, 6_000)):
        random = Random(case)
        name, lead = random.choice(ENCODINGS), bytes([random.choice((0x8E, 0x8F, random.randrange(128, 256)))])
        data = b"ab. " + lead + random.randbytes(random.choice((1, 2))) + b" cd."
        survives(partial(read_and_split, data, name), (name, data))


# -- Linear time


def cost_s(act: Callable[[], object]) -> float:
    """The processor time of a run."""
    began = time.process_time()
    act()
    return time.process_time() - began


def growth_is_linear(act: Callable[[str], object], shape: Shape, size: int, *, times: float, slack_s: float) -> bool:
    """Whether twice the size costs at most so many times as much, by the least of up to three runs each."""
    half, whole = shape(size), shape(2 * size)
    least_half = least_whole = math.inf
    for _ in range(3):
        least_half = min(least_half, cost_s(partial(act, half)))
        least_whole = min(least_whole, cost_s(partial(act, whole)))
        if least_whole <= times * least_half + slack_s:
            return True
    return False


def split_up(text: str) -> None:
    with suppress(InputError):  # Nothing but blanks.
        entry_of(decode_article(text.encode(), "x.txt"))


@pytest.mark.campaign
@pytest.mark.parametrize(
    "shape",
    [  # One in eight in `make test`.
        pytest.param(shape, id=name, marks=[] if number % 8 == 0 else [pytest.mark.tier("check")])
        for number, (name, shape) in enumerate(SHAPES.items())
    ],
)
def test_twice_the_text_takes_twice_the_time(shape: Shape, campaign: Campaign) -> None:
    full = campaign(0, 0, 1)
    size, times, slack_s = (5_000_000, 2.5, 0.2) if full else (3_000, 4.0, 0.1)
    entry_of(decode_article(b"Abc said. Def went.", "x.txt"))
    assert growth_is_linear(split_up, shape, size, times=times, slack_s=slack_s)


def test_reading_and_finding_a_place_take_linear_time() -> None:
    def read(text: str) -> None:
        article = decode_article(text.encode(), "x.txt")
        assert article.line(len(text)) >= 1
        assert article.byte_offset(len(text)) == article.size_bytes

    for unit in ("ab cd.\n", "a", "\u0301 b", "BBC News\nBy John Smith\nDecember 27, 2024\n"):
        assert growth_is_linear(read, repeated(unit), 1_000_000, times=4.0, slack_s=0.1)


@pytest.mark.parametrize(
    "sentence",
    [
        "Smith" + " early on Monday" * 60 + " xyz.",  # "Early" is an adverb and begins a day.
        "Smith" + " previously" * 80 + " xyz.",  # It ends in "ly" and was named as well.
        "Smith" + " early July" * 80 + " xyz.",
        "Abc " * 200 + ", Smith said.",  # One name of three words, or three of one.
        "ABC " * 200 + ", Smith said.",
        "Abc, " * 150 + "Def and so Smith said.",
        "Correction: " * 20_000,  # Each of 240 sentences may open a note, and all of them were searched for each.
    ],
)
def test_a_sentence_that_can_be_read_in_many_ways_is_read_once(sentence: str, survives: Survives) -> None:
    assert survives(partial(split_up, sentence), sentence)


@pytest.mark.parametrize("unit", ["word ", "a", "?!", "中文。", "x\u0301", "A! ", "”…"])
def test_one_long_line_makes_many_passages(unit: str, survives: Survives) -> None:
    article = decode_article(repeated(unit, "x")(80_000).encode(), "x.txt")

    def split() -> None:
        entry = entry_of(article)
        assert len(entry.passages) >= 80 or unit in ("?!", "”…")  # Of a run of marks nothing is kept but its first letter.
        assert all(len(passage) <= MAX_SENTENCE_CHARS for passage in entry.passages)

    assert survives(split, unit)


def test_a_long_word_keeps_the_ends_of_its_sentences() -> None:
    text = "He left. See http://x.y/" + "a?b!c-" * 200 + "end. She came."
    entry = draft(decode_article(text.encode(), "x.txt")).entry
    shown = [sentence.span.cut(text) for sentence in entry.sentences]
    assert shown[0] == "He left." and shown[-1] == "She came." and "".join(shown).replace(" ", "") == text.replace(" ", "")


def test_a_date_that_no_calendar_has_is_no_date() -> None:
    for text in ("February 31, 2024", "2024-13-45", "0 January 2024", "99 December 1999", "١٢ December 2024"):
        assert find_date(text) is None or find_date(text + " and 2024-01-02") is not None


# -- Manifests and CURRENT


@pytest.fixture(scope="module")
def damaged(seeds_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the index whose manifest and CURRENT may be written over."""
    return Path(shutil.copytree(seeds_index, tmp_path_factory.mktemp("hostile") / "index"))


def folder_of(directory: Path) -> Path:
    return directory / f"gen-{json.loads((directory / CURRENT).read_text())['generation']:06d}"


def put_in_force(directory: Path, manifest: bytes, seeds_index: Path) -> None:
    """A manifest, and a CURRENT that vouches for it."""
    folder = folder_of(seeds_index).name
    (directory / folder / MANIFEST).write_bytes(manifest)
    current = json.loads((seeds_index / CURRENT).read_text()) | {"manifest_sha256": hashlib.sha256(manifest).hexdigest()}
    (directory / CURRENT).write_text(json.dumps(current))


def open_and_embed(directory: Path) -> None:
    Index.open(directory).embed("why?")


@pytest.mark.campaign
def test_no_manifest_is_untyped_or_slow(
    campaign: Campaign,
    survives: Survives,
    mutated_json: Callable[[Any, Random], str],
    damaged: Path,
    seeds_index: Path,
) -> None:
    manifest = json.loads((folder_of(seeds_index) / MANIFEST).read_text())
    for case in range(campaign(40, 150, 4_000)):
        text = mutated_json(manifest, Random(case))
        put_in_force(damaged, text.encode("utf-8", "surrogatepass"), seeds_index)
        # Now and then it is asked as well, which takes the model that it names.
        survives(partial(open_and_embed if case % 10 == 0 else Index.open, damaged), (case, text))


@pytest.mark.parametrize("odd", [None, 0, True, [], {}, "", "x"])
@pytest.mark.parametrize("key", ["name", "files_sha256", "dim", "device", "max_tokens", "pooling"])
def test_a_model_record_of_other_types_is_refused_before_it_is_used(
    key: str, odd: Any, survives: Survives, damaged: Path, seeds_index: Path
) -> None:
    manifest = json.loads((folder_of(seeds_index) / MANIFEST).read_text())
    manifest["model"][key] = odd
    put_in_force(damaged, json.dumps(manifest).encode(), seeds_index)
    survives(partial(open_and_embed, damaged), (key, odd))


@pytest.mark.campaign
def test_no_current_is_untyped_or_slow(
    campaign: Campaign,
    survives: Survives,
    mutated_json: Callable[[Any, Random], str],
    damaged: Path,
    seeds_index: Path,
) -> None:
    shutil.copy(folder_of(seeds_index) / MANIFEST, damaged / folder_of(seeds_index).name / MANIFEST)
    current = json.loads((seeds_index / CURRENT).read_text())
    for case in range(campaign(40, 150, 2_000)):
        random = Random(case)
        text = mutated_json(current, random).encode("utf-8", "surrogatepass")
        (damaged / CURRENT).write_bytes(text if case % 10 else random.randbytes(random.randrange(200)))
        survives(partial(Index.open, damaged), (case, text))


GARBAGE = (
    "",
    "[" * 3_000,
    "[]",
    "null",
    "1e999",
    '"x"',
    "{",
    "NaN",
    "\0",
    "9" * 5_000,
    "{}",
    "[[]]",
    "true",
    '{"generation": {}}',
)


@pytest.mark.parametrize("text", GARBAGE, ids=lambda text: ascii(text[:20]))
def test_garbage_in_place_of_current_or_of_a_manifest_is_an_unusable_index(
    text: str, survives: Survives, damaged: Path, seeds_index: Path
) -> None:
    put_in_force(damaged, text.encode(), seeds_index)
    assert not survives(partial(Index.open, damaged), text)
    (damaged / CURRENT).write_text(text)
    assert not survives(partial(Index.open, damaged), text)


def outside(folder: Path) -> Iterator[str]:
    """Names of files that lie outside a generation's folder, all of which can be read."""
    yield from ("../../secret", f"{folder.parent.parent}/secret", "words/../../../secret", "./../../secret", "/etc/passwd")


def test_a_manifest_reads_nothing_outside_its_generation(damaged: Path, seeds_index: Path) -> None:
    secret = damaged.parent / "secret"
    secret.write_bytes(b"secret")
    digest = hashlib.sha256(b"secret").hexdigest()
    folder = folder_of(seeds_index)
    for name in outside(damaged / folder.name):
        manifest = json.loads((folder / MANIFEST).read_text())
        some = next(iter(manifest["files"].values()))
        manifest["files"][name] = some | {"size": 6, "sha256": digest}
        put_in_force(damaged, json.dumps(manifest).encode(), seeds_index)
        with pytest.raises(Exception, match="is no file of a generation"):
            Index.open(damaged)
