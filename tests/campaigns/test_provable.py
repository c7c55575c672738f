"""The campaign: quotes of articles in all scripts, line ends and encodings are proven; what was altered or edited is told."""

import json
import os
import random
import shutil
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from articles_qa.index import Article, ArticleRefused, BuildSettings, InputError, SourceState, Span, build
from articles_qa.index.articles.article import decode_article, known_encoding
from articles_qa.index.articles.passages import passages
from articles_qa.index.articles.sentences import sentences
from articles_qa.index.files.source_files import Sources
from articles_qa.index.grammar.parser import loaded_parser
from articles_qa.index.speakers.attribution import Attribution
from articles_qa.index.speakers.find_speakers import find_speakers
from articles_qa.qa import AskSettings, Quote, Retriever, Scope
from articles_qa.qa.proof.prove import Proof, Verdict, prove
from articles_qa.qa.proof.saved_answer import read_answer
from articles_qa.qa.speakers.speaker import ResolvedAttribution, Speaker, one_line

SEED = 20241227
Record = dict[str, Any]
Campaign = Callable[[int, int, int], int]

# Encodings that a byte-order mark names, and those that the one who indexes names.
MARKED = ("utf-8-sig", "utf-16", "utf-32", "utf-16-be with mark", "utf-32-be with mark")
NAMED = """
utf-8 utf-16-le utf-16-be utf-32-le utf-32-be cp1252 latin-1 iso8859-15 cp437 cp037 koi8-r cp1251 mac-roman iso8859-6 cp1255
iso8859-7 tis-620 shift_jis cp932 euc_jp euc_kr cp949 gbk gb18030 big5 shift_jisx0213 euc_jis_2004 big5hkscs
""".split()
ENCODINGS = (*MARKED, *NAMED)
LINE_ENDS = (
    "\n",
    "\r\n",
    "\r",
    "\u2028",
    "\u2029",
    "\u0085",
    "\f",
    "\v",
    "\x1c",
    "\n\n",
    "\r\n\r\n",
    "\n\r",
    "\t\n",
    "\u3000\n",
)
BLANKS = (" ", " ", " ", "  ", "\t", "\u00a0", "\u2003", "\u3000", "\u200b")
ENDS = (".", "!", "?", "…", "。", "।", "؟", ".”", '."', ".)", "", ":", ";", " –")
WORDS = """
The ferry Amalia sank near Linz on Monday. said the mayor, Anna Lee, that 40 people were hurt 3.5 percent Dr. Lee U.S.
“It rained,” he said. "We left at once," she said. (NIS) 1,000 COMMENTS https://example.com/a Photo: AFP - * # > | Title:
Naïve café ﬁre 👩‍🚒 e\u0301 か\u309a \u202e \ufeff \ufffe \x01 \x7f 𝔉𝔯𝔞𝔨 🇧🇷 İstanbul ß Ω 국가정보원은 发生了什么 どうした
Сколько солдат погибло كم عدد שלום ελληνικά
""".split()
BOMS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe\0\0": "utf-32-le", b"\0\0\xfe\xff": "utf-32-be", b"\xff\xfe": "utf-16-le"}
BOMS[b"\xfe\xff"] = "utf-16-be"


# Making articles.


def written(text: str, encoding: str) -> bytes:
    """The bytes of a file."""
    name = encoding.removesuffix(" with mark")
    return ("\ufeff" + text).encode(name) if name != encoding else text.encode(name)


def named(encoding: str) -> str | None:
    """The encoding that is named for a file; None where its mark says it."""
    return None if encoding in MARKED else known_encoding(encoding)


@cache
def letters(encoding: str) -> tuple[str, ...]:
    """Letters of all kinds that an encoding has."""
    chosen = random.Random(SEED)
    if encoding in MARKED or encoding.startswith("utf"):
        found = [chr(chosen.randrange(1, 0x110000)) for _ in range(4_000)]
        found += [chr(chosen.randrange(1, 0x3000)) for _ in range(2_000)] + [chr(code) for code in range(1, 0x250)]
        return tuple(c for c in found if not 0xD800 <= ord(c) < 0xE000)
    # All that stand for one byte, and some of those that stand for several.
    single = [c for byte in range(1, 256) for c in bytes([byte]).decode(encoding, "ignore")]
    several = [chr(chosen.randrange(0x80, 0x30000)) for _ in range(0 if len(single) > 180 else 20_000)]
    return tuple(c for c in (*single, *several) if not 0xD800 <= ord(c) < 0xE000 and fits(c, encoding))


def fits(text: str, encoding: str) -> bool:
    try:
        return text.encode(encoding).decode(encoding) == text
    except UnicodeError:
        return False


def made_text(chosen: random.Random, encoding: str) -> str:
    """Some sentences and lines, among them odd ones, of letters that the encoding has."""
    usual = [word for word in WORDS if encoding in MARKED or fits(word, encoding)]
    ends = [end for end in LINE_ENDS if encoding in MARKED or fits(end, encoding)]
    stops = [end for end in ENDS if encoding in MARKED or fits(end, encoding)]
    blanks = [blank for blank in BLANKS if encoding in MARKED or fits(blank, encoding)]
    pieces: list[str] = []
    for _ in range(chosen.randrange(2, 14)):
        for _ in range(chosen.randrange(1, 14)):
            odd = "".join(chosen.choices(letters(encoding), k=chosen.randrange(1, 9)))
            pieces += [odd if chosen.random() < 0.3 else chosen.choice(usual), chosen.choice(blanks)]
            if chosen.random() < 0.06:
                pieces.append(chosen.choice(ends))
        pieces += [chosen.choice(stops), chosen.choice(ends) if chosen.random() < 0.4 else " "]
    return "".join(pieces)


def articles(chosen: random.Random, encodings: Sequence[str]) -> Iterator[tuple[bytes, str]]:
    """Files without end that can be articles, and their encodings, by turns."""
    while True:
        for encoding in encodings:
            data = written(made_text(chosen, encoding), encoding)
            try:
                decode_article(data, "a.txt", encoding=named(encoding))
            except ArticleRefused:
                continue  # Unmarked UTF-16 that looks marked, a text that its encoding cannot give back, blanks alone.
            yield data, encoding


def quotes_of(article: Article, chosen: random.Random) -> list[Quote]:
    """Every sentence as a quote, and some joined with those after them, as an answer would have them."""
    text = article.text
    found = sentences(text)
    speaker = dict(zip(found, find_speakers(text, found, loaded_parser()).attributions, strict=True))
    made: list[Quote] = []
    for passage in passages(text, found):
        for i, first in enumerate(passage.sentences):
            last = passage.sentences[min(i + chosen.choice([0, 0, 0, 1, 3]), len(passage.sentences) - 1)]
            span = Span(first.span.start, last.span.end)
            marks = tuple(sorted(Span(i, i + 1) for i in chosen.sample(range(span.start, span.end), min(3, len(span)))))
            by = next((resolved(one, article) for one in speaker[first]), None)
            rest = (0.5, by, passage.span, marks, first.gaps, None, SourceState.UNCHANGED)
            made.append(Quote(article, span, len(made) + 1, *rest))
    return made


def resolved(attribution: Attribution, article: Article) -> ResolvedAttribution:
    """An attribution by the names that stand in the article."""
    cited = Speaker(one_line(attribution.cited, article)) if attribution.cited else None
    return ResolvedAttribution(attribution, Speaker(one_line(attribution.name, article)), cited)


def answers_of(quotes: Sequence[Quote]) -> Iterator[Record]:
    """The records of answers with these quotes, as a file holds them."""
    index = {"generation": 1, "model": "m", "articles": 1}
    head = {"schema": "answer/1", "question": "?", "answered": True, "confidence": 0.9, "reason": None, "took_ms": 1.0}
    for at in range(0, len(quotes), 100):
        records = [{**quote.to_dict(), "rank": rank} for rank, quote in enumerate(quotes[at : at + 100], 1)]
        yield json.loads(json.dumps({**head, "quotes": records, "closest": [], "index": index}))


# What must be so of every quote, told without the program.


def line_at(text: str, at: int) -> int:
    return len(text[:at].split("\n"))


def plain_decode(data: bytes, encoding: str) -> tuple[int, str, str] | None:
    """How many bytes the mark has, the codec, and the text; None where the bytes are no article."""
    bom = next((mark for mark in BOMS if data.startswith(mark)), b"")
    codec = BOMS[bom] if bom else encoding
    try:
        text = data[len(bom) :].decode(codec)
    except UnicodeError:
        return None
    whole = text.strip() and "\0" not in text and text.encode(codec) == data[len(bom) :]
    return (len(bom), codec, text) if whole else None


def check_record(quote: Record, data: bytes) -> None:
    """Whether the record's text is its slice of the file, in bytes and in code points, and stands on its lines."""
    read = plain_decode(data, quote["encoding"])
    assert read is not None
    _, codec, text = read
    assert codec == quote["encoding"]
    assert text[quote["start"] : quote["end"]] == quote["text"] == quote["text"].strip() != ""
    assert data[quote["byte_start"] : quote["byte_end"]] == quote["text"].encode(codec)
    assert data[quote["byte_start"] : quote["byte_end"]].decode(codec) == quote["text"]
    assert (quote["first_line"], quote["last_line"]) == (line_at(text, quote["start"]), line_at(text, quote["end"]))


def check_proofs(record: Record, proofs: Sequence[Proof]) -> None:
    assert len(proofs) == len(record["quotes"]) + len(record["closest"])
    for proof in proofs:
        assert (proof.verdict, proof.file_changed, proof.reason) == (Verdict.OK, False, ""), (proof.reason, proof.quote)


@pytest.mark.campaign
def test_every_quote_is_its_slice_and_is_proven(campaign: Campaign, tmp_path: Path) -> None:
    wanted = campaign(100, 250, 90_000)
    chosen = random.Random(SEED)
    sources, met, done = Sources.under(tmp_path), set(), 0
    for data, encoding in articles(chosen, ENCODINGS):
        (tmp_path / "a.txt").write_bytes(data)
        quotes = quotes_of(decode_article(data, "a.txt", encoding=named(encoding)), chosen)
        for record in answers_of(quotes):
            for quote in record["quotes"]:
                check_record(quote, data)
            check_proofs(record, prove(read_answer(record), sources))
        done += len(quotes)
        met.add(encoding)
        if done >= wanted and met == {*ENCODINGS}:
            break
    print(f"{done:,} quotes in {len(met)} encodings proven")


@pytest.mark.campaign
def test_every_quote_that_is_asked_for_is_proven(campaign: Campaign, tmp_path: Path) -> None:
    """The same through the door: articles indexed, questions asked of each, records verified."""
    many = campaign(8, 15, 600)
    encodings = ("cp1252", "koi8-r", "shift_jis", "gb18030", "utf-16-le") if many > 15 else ("gb18030",)
    chosen = random.Random(SEED + 1)
    generous = AskSettings(min_answer=0.0, min_quote=0.0, min_quote_share=0.0)
    done = 0
    for encoding in encodings:
        folder = tmp_path / encoding
        (folder / "articles").mkdir(parents=True)
        for number, (data, _) in zip(range(many), articles(chosen, (*MARKED, encoding)), strict=False):
            (folder / "articles" / f"{number}.txt").write_bytes(data)
        build([folder / "articles"], folder / "index", BuildSettings(encoding=encoding))
        retriever = Retriever.open(folder / "index", settings=generous)
        for number in range(many):
            asked = " ".join(chosen.choices(WORDS, k=chosen.randrange(2, 7)))
            answer = retriever.ask(f"The ferry {asked}?", top_k=100, within=Scope(sources=(f"{number}.txt",)))
            record = json.loads(json.dumps(answer.to_dict()))
            for quote in (*record["quotes"], *record["closest"]):
                check_record(quote, (folder / "articles" / quote["source"]).read_bytes())
                assert quote["source_state"] == "unchanged"
                done += 1
            check_proofs(record, prove(read_answer(record), Sources.under(folder / "articles")))
    assert done >= 2 * many * len(encodings)
    print(f"{done:,} quotes proven that were asked for")


def alter(quote: Record, chosen: random.Random) -> Record:
    """The quote with one thing that it says of its place, its words or who said them put otherwise."""
    name = chosen.choice("text start end byte_start byte_end first_line last_line said_by said_by_span place lines".split())
    text, by = quote["text"], chosen.choice([-1000, -10, -2, -1, 1, 2, 10, 1000])
    if name == "text":
        at = chosen.randrange(len(text))
        other = chosen.choice([*"aA1 ,.\n\u00a0", "", text[at] * 2])
        return quote | {name: text[:at] + (other if other != text[at] else "?") + text[at + 1 :]}
    if name == "place":
        return quote | {part: quote[part] + by for part in ("start", "end")}
    if name == "lines":
        return quote | {part: quote[part] + by for part in ("first_line", "last_line")}
    if name == "said_by":
        return quote | {name: chosen.choice(["", "the mayor", "Anna Lee"]) if quote[name] is None else f"{quote[name]}?"}
    if name == "said_by_span":
        return quote | {name: {"start": 0, "end": 1} if quote[name] is None else None}
    return quote | {name: quote[name] + by}


@pytest.mark.campaign
def test_no_altered_record_is_proven(campaign: Campaign, tmp_path: Path) -> None:
    chosen = random.Random(SEED + 3)
    sources, found = Sources.under(tmp_path), 0
    wanted = campaign(100, 300, 30_000)
    for data, encoding in articles(chosen, ENCODINGS):
        (tmp_path / "a.txt").write_bytes(data)
        for record in answers_of(quotes_of(decode_article(data, "a.txt", encoding=named(encoding)), chosen)):
            for quote in record["quotes"]:
                altered = alter(quote | {"rank": 1}, chosen)
                found += 1
                try:
                    [proof] = prove(read_answer(record | {"quotes": [altered]}, any_length=True), sources)
                except InputError:
                    continue  # A line 0, an offset below 0.
                assert proof.verdict is Verdict.NOT_EQUAL and proof.reason, (altered, quote)
        if found >= wanted:
            break
    print(f"{found:,} altered records found out")


# Edits, and what an oracle that knows nothing of the program says of them.


@dataclass(frozen=True, slots=True)
class Case:
    """An article's file, and a quote of it as its record has it."""

    path: Path
    article: Article
    record: Record

    @property
    def quote(self) -> Record:
        return dict(self.record["quotes"][0])


# Each gives a file's new text from its old one, where the quote begins and ends, and something to put in.
Change = Callable[[str, int, int, str], str]


def swapped(text: str, start: int, end: int) -> str:
    """The quote with two different letters of it in each other's place, else with its first letter another."""
    quoted = list(text[start:end])
    other = next((i for i, letter in enumerate(quoted) if letter != quoted[0]), 0)
    quoted[0], quoted[other] = quoted[other], quoted[0]
    return text[:start] + "".join(quoted) + text[end:]


CHANGES: dict[str, Change] = {
    "insert before": lambda text, start, end, new: new + text,
    "insert right before": lambda text, start, end, new: text[:start] + new + text[start:],
    "insert inside": lambda text, start, end, new: text[: (start + end + 1) // 2] + new + text[(start + end + 1) // 2 :],
    "insert right after": lambda text, start, end, new: text[:end] + new + text[end:],
    "insert after": lambda text, start, end, new: text + new,
    "delete before": lambda text, start, end, new: text[max(1, start // 2) :] if start > 1 else text[start:],
    "delete a letter before": lambda text, start, end, new: text[1:],
    "delete inside": lambda text, start, end, new: text[: start + 1] + text[start + 2 :],
    "delete it": lambda text, start, end, new: text[:start] + text[end:],
    "delete after": lambda text, start, end, new: text[:end],
    "replace before, as long": lambda text, start, end, new: ("é" if text[0] != "é" else "e") + text[1:],
    "replace a letter before by a line end": lambda text, start, end, new: "\n" + text[1:],
    "replace it": lambda text, start, end, new: text[:start] + new + text[end:],
    "replace all": lambda text, start, end, new: new * 3,
    "swap inside": lambda text, start, end, new: swapped(text, start, end),
    "duplicate it before": lambda text, start, end, new: f"{text[start:end]} {new} {text}",
    "duplicate it after": lambda text, start, end, new: f"{text} {text[start:end]}\n{text[start:end]}",
    "move it to the end": lambda text, start, end, new: f"{text[:start]}{text[end:]} {text[start:end]}",
    "move it, leave two": lambda text, start, end, new: f"{text[start:end]}{text[start:end]}{text[:start]}{new}{text[end:]}",
    "line ends to CRLF": lambda text, start, end, new: text.replace("\r\n", "\n").replace("\n", "\r\n"),
    "line ends to LF": lambda text, start, end, new: text.replace("\r\n", "\n").replace("\r", "\n"),
    "compose accents": lambda text, start, end, new: unicodedata.normalize("NFC", text),
    "truncate inside": lambda text, start, end, new: text[: (start + end) // 2],
    "empty": lambda text, start, end, new: "",
    "put a NUL before": lambda text, start, end, new: "\0" + text,
}


def written_again(case: Case, text: str, codec: str) -> None:
    """The file with another text, in the same codec with the same mark; letters that it lacks become question marks."""
    data = case.path.read_bytes()[: case.article.bom_bytes] + text.encode(codec, "replace")
    case.path.write_bytes(data)


def saved_as(encoding: str) -> Callable[[Case], None]:
    def act(case: Case) -> None:
        case.path.write_bytes(case.article.text.encode(encoding, "replace"))

    return act


def swap_bytes(case: Case) -> None:
    """As many bytes, other ones, the times put back."""
    before, data = case.path.stat(), bytearray(case.path.read_bytes())
    at = case.quote["byte_start"]
    data[at : at + 2] = data[at : at + 2][::-1] if data[at] != data[at + 1] else bytes([data[at] ^ 1, data[at + 1]])
    case.path.write_bytes(data)
    os.utime(case.path, ns=(before.st_atime_ns, before.st_mtime_ns))


def put(make: Callable[[Path], object]) -> Callable[[Case], None]:
    def act(case: Case) -> None:
        shutil.copy(case.path, case.path.with_suffix(".copy"))
        case.path.unlink()
        make(case.path)

    return act


def as_before(case: Case) -> None:
    """Written anew, the same bytes."""
    data = case.path.read_bytes()
    case.path.unlink()
    case.path.write_bytes(data)


ACTS: dict[str, Callable[[Case], None]] = {
    "swap bytes, times put back": swap_bytes,
    "save as UTF-8": saved_as("utf-8"),
    "save as UTF-8 with mark": saved_as("utf-8-sig"),
    "save as UTF-16": saved_as("utf-16"),
    "save as cp1252": saved_as("cp1252"),
    "cut off a byte": lambda case: os.truncate(case.path, case.path.stat().st_size - 1),
    "cut off half": lambda case: os.truncate(case.path, case.path.stat().st_size // 2),
    "delete": lambda case: case.path.unlink(),
    "a folder": put(Path.mkdir),
    "a pipe": put(os.mkfifo),
    "a link to a copy": put(lambda path: path.symlink_to(path.with_suffix(".copy"))),
    "a link to nothing": put(lambda path: path.symlink_to("nothing")),
    "the same again": as_before,
    "touch": lambda case: os.utime(case.path, (1, 1)),
}


def edit(case: Case, name: str, chosen: random.Random) -> None:
    """Do one of them to a file."""
    if act := ACTS.get(name):
        act(case)
        return
    new = " ".join(chosen.choices(WORDS, k=3)) + chosen.choice(["", "\n", "\r\n", " "])
    quote = case.quote
    written_again(case, CHANGES[name](case.article.text, quote["start"], quote["end"], new), case.article.encoding)


def oracle(case: Case, original: bytes) -> tuple[SourceState, Verdict, int | None, int]:
    """State, verdict, where the quote begins now and in how many places it stands."""
    if case.path.is_symlink() or not case.path.is_file():
        return SourceState.MISSING, Verdict.MISSING_FILE, None, 0
    data, quote = case.path.read_bytes(), case.quote
    if data == original:
        return SourceState.UNCHANGED, Verdict.OK, quote["start"], original_count(case)
    found: list[tuple[bool, int, int, int]] = []  # Not in its place, how far off, where, of how many.
    for encoding in dict.fromkeys([quote["encoding"], "utf-8"]):
        if (read := plain_decode(data, encoding)) is None:
            continue
        bom, codec, text = read
        starts = [i for i in range(len(text)) if text[i : i + len(quote["text"])] == quote["text"]]
        for start in starts:
            byte_start = bom + len(text[:start].encode(codec))
            byte_end = bom + len(text[: start + len(quote["text"])].encode(codec))
            place = (start, byte_start, byte_end, line_at(text, start))
            same = place == (quote["start"], quote["byte_start"], quote["byte_end"], quote["first_line"])
            found.append((not same, abs(start - quote["start"]), start, apart(starts, len(quote["text"]))))
        if found and min(found)[1] == 0 and not min(found)[0]:
            break
    if not found:
        return SourceState.CHANGED, Verdict.GONE, None, 0
    moved, _, start, count = min(found, key=lambda one: one[:2])
    return SourceState.CHANGED, Verdict.MOVED if moved else Verdict.OK, start, count


def original_count(case: Case) -> int:
    text, quoted = case.article.text, case.quote["text"]
    return apart([i for i in range(len(text)) if text[i : i + len(quoted)] == quoted], len(quoted))


def apart(starts: Sequence[int], size: int) -> int:
    """How many of the places do not overlap the one before that counts."""
    count, end = 0, -1
    for start in starts:
        if start >= end:
            count, end = count + 1, start + size
    return count


def cases(folder: Path, wanted: int, chosen: random.Random) -> Iterator[Case]:
    """Files of their own, a quote each."""
    for number, (data, encoding) in zip(range(3 * wanted), articles(chosen, ENCODINGS), strict=False):
        path = folder / f"{number}.txt"
        article = decode_article(data, path.name, encoding=named(encoding))
        if quotes := quotes_of(article, chosen):
            path.write_bytes(data)
            [record] = answers_of([chosen.choice(quotes)])
            yield Case(path, article, record)


@pytest.mark.campaign
def test_every_edit_is_told_as_it_is(campaign: Campaign, tmp_path: Path) -> None:
    wanted = campaign(len(CHANGES) + len(ACTS), 2 * len(CHANGES) + len(ACTS), 1_000)
    chosen = random.Random(SEED + 2)
    sources = Sources.under(tmp_path)
    made = [case for case, _ in zip(cases(tmp_path, wanted, chosen), range(wanted), strict=False)]
    assert len(made) == wanted
    originals = [case.path.read_bytes() for case in made]
    assert {sources.state(case.article) for case in made} == {SourceState.UNCHANGED}
    names = [name for name in (*CHANGES, *ACTS) for _ in range(wanted // (len(CHANGES) + len(ACTS)) + 1)]
    chosen.shuffle(names)
    names[: len(CHANGES) + len(ACTS)] = [*CHANGES, *ACTS]
    told: dict[Verdict, int] = dict.fromkeys(Verdict, 0)
    for case, original, name in zip(made, originals, names, strict=False):
        edit(case, name, chosen)
        state, verdict, start, count = oracle(case, original)
        assert sources.state(case.article) is state, name
        [proof] = prove(read_answer(case.record), sources)
        assert (proof.verdict, proof.file_changed) == (verdict, {"changed": True, "unchanged": False}.get(state.value)), name
        assert (proof.now.start if proof.now else None, proof.places) == (start, count), name
        told[verdict] += 1
    assert all(told[verdict] for verdict in Verdict if verdict is not Verdict.NOT_EQUAL)
    print(f"{len(made):,} edits told: " + ", ".join(f"{count:,} {verdict.value}" for verdict, count in told.items()))
