"""Proofs: each quote of a saved answer is compared with the current file."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from articles_qa.index import SourceState, Span
from articles_qa.index.articles.article import decode_article
from articles_qa.index.files.source_files import Sources
from articles_qa.index.speakers.attribution import Attribution
from articles_qa.qa import Quote
from articles_qa.qa.proof.prove import Proof, Verdict, prove
from articles_qa.qa.proof.saved_answer import read_answer
from articles_qa.qa.speakers.speaker import ResolvedAttribution, Speaker

TEXT = (
    "Linz Gazette\n\nFlood in Linz\n\nDecember 27, 2024\n\n"
    "It rained for three days – in São Paulo, too. The mayor, Anna Lee, said that 40 people\nwere hurt. Nobody died.\n"
)
QUOTED = "The mayor, Anna Lee, said that 40 people\nwere hurt."
Record = dict[str, Any]
# What is done to the file's text, which the quote is looked for in afterwards.
Edit = Callable[[str], str]


def record_of(data: bytes, *, encoding: str | None = None, quoted: str = QUOTED, source: str = "a.txt") -> Record:
    """The record of an answer that quotes this text."""
    article = decode_article(data, source, encoding=encoding)
    start = article.text.index(quoted)
    span = Span(start, start + len(quoted))
    said_by, figure = article.text.find("Anna Lee"), article.text.find("40 people")
    name = Span(said_by, said_by + 8)
    quote = Quote(
        rank=1,
        article=article,
        span=span,
        probability=0.9,
        attribution=ResolvedAttribution(Attribution(name, name, None, span), Speaker("Anna Lee"), None)
        if said_by >= 0
        else None,
        passage=span,
        marks=(Span(figure, figure + 9),) if figure >= start else (),
        gaps=(),
        same_as=None,
        source_state=SourceState.UNCHANGED,
    )
    index = {"generation": 1, "model": "m", "articles": 1}
    head = {"schema": "answer/1", "question": "who?", "answered": True, "confidence": 0.9, "reason": None, "took_ms": 1.0}
    return {**head, "quotes": [json.loads(json.dumps(quote.to_dict()))], "closest": [], "index": index}


@pytest.fixture
def record() -> Record:
    return record_of(TEXT.encode())


def proven(record: Record, folder: Path) -> Proof:
    """The proof of a record's one quote."""
    [proof] = prove(read_answer(record, any_length=True), Sources.under(folder))
    return proof


def proof_of(data: bytes, record: Record, folder: Path) -> Proof:
    """The proof of a record whose file now holds these bytes."""
    (folder / "a.txt").write_bytes(data)
    return proven(record, folder)


def changed(record: Record, **what: Any) -> Record:
    return {**record, "quotes": [{**record["quotes"][0], **what}]}


def test_a_quote_in_an_unchanged_file_is_ok(record: Record, tmp_path: Path) -> None:
    proof = proof_of(TEXT.encode(), record, tmp_path)
    assert (proof.verdict, proof.file_changed, proof.places, proof.reason) == (Verdict.OK, False, 1, "")
    quote = record["quotes"][0]
    assert proof.now is not None and asdict(proof.now) == {name: quote[name] for name in asdict(proof.now)}
    assert json.loads(json.dumps(proof.to_dict()))["verdict"] == "ok"


ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-be", "utf-16-le", "cp1252", "latin-1", "gb18030", "cp037"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_quote_is_ok_in_any_encoding(encoding: str, ends: str, tmp_path: Path) -> None:
    text, quoted = TEXT, QUOTED
    if encoding in ("latin-1", "cp037"):
        text = text.replace("–", "-")
    data = text.replace("\n", ends).encode(encoding)
    named = encoding if encoding not in ("utf-8-sig", "utf-16", "utf-32") else None
    proof = proof_of(data, record_of(data, encoding=named, quoted=quoted.replace("\n", ends)), tmp_path)
    assert (proof.verdict, proof.reason) == (Verdict.OK, "")


EDITS: list[tuple[str, Edit, Verdict]] = [
    ("after it", lambda text: text + "More.\n", Verdict.OK),
    ("after it, cut off", lambda text: text.removesuffix(" Nobody died.\n"), Verdict.OK),
    ("before it, nothing moves", lambda text: text.replace("three", "seven"), Verdict.OK),
    ("before it", lambda text: "Extra!\n" + text, Verdict.MOVED),
    ("before it, cut off", lambda text: text[20:], Verdict.MOVED),
    ("as many letters, more bytes", lambda text: text.replace("three", "thréé"), Verdict.MOVED),
    ("as many letters, another line", lambda text: text.replace("days – in", "days –\nin"), Verdict.MOVED),
    ("as many letters, fewer bytes", lambda text: text.replace("São", "Sao"), Verdict.MOVED),
    ("inside it", lambda text: text.replace("40 people", "four people"), Verdict.GONE),
    ("inside it, as long", lambda text: text.replace("40 people", "41 people"), Verdict.GONE),
    ("a line end inside it", lambda text: text.replace("people\n", "people "), Verdict.GONE),
    ("all of them", lambda text: text.replace("\n", "\r\n"), Verdict.GONE),
    ("cut off inside it", lambda text: text[: text.index("40 people")], Verdict.GONE),
    ("nothing left", lambda text: "", Verdict.GONE),
    ("blanks left", lambda text: "\n \n", Verdict.GONE),
    ("no text any more", lambda text: "\0" + text, Verdict.GONE),
]


@pytest.mark.parametrize(("edit", "verdict"), [edit[1:] for edit in EDITS], ids=[edit[0] for edit in EDITS])
def test_an_edited_file_is_looked_through(edit: Edit, verdict: Verdict, record: Record, tmp_path: Path) -> None:
    text = edit(TEXT)
    proof = proof_of(text.encode(), record, tmp_path)
    assert (proof.verdict, proof.file_changed) == (verdict, True)
    if verdict is Verdict.GONE:
        assert proof.now is None and proof.places == 0 and proof.reason
    else:
        start = text.index(QUOTED)
        first = text[:start].count("\n") + 1
        byte_start = len(text[:start].encode())
        place = (start, start + len(QUOTED), byte_start, byte_start + len(QUOTED.encode()), first, first + 1)
        assert proof.now is not None and tuple(asdict(proof.now).values()) == place and proof.places == 1


def test_of_several_places_the_nearest_is_named(record: Record, tmp_path: Path) -> None:
    at = TEXT.index(QUOTED)
    text = f"{QUOTED} {'x' * (at - 10)} {QUOTED} {QUOTED}"
    proof = proof_of(text.encode(), record, tmp_path)
    assert proof.verdict is Verdict.MOVED and proof.places == 3 and proof.now is not None
    starts = [i for i in range(len(text)) if text.startswith(QUOTED, i)]
    assert proof.now.start == min(starts, key=lambda start: abs(start - at)) != starts[0]


def test_of_two_places_as_near_the_first_is_named(tmp_path: Path) -> None:
    record = record_of(b"aaaaa bbb. ccccc", quoted="bbb.")
    proof = proof_of(b"a bbb. zzzzbbb. c", record, tmp_path)
    assert proof.now is not None and (proof.now.start, proof.places) == (2, 2)
    record = record_of(b"aabaa", quoted="aba")
    proof = proof_of(b"ababababa", record, tmp_path)  # It stands in its place, though one before it overlaps.
    assert proof.verdict is Verdict.MOVED and proof.now is not None and proof.now.start == 0
    record = record_of(b"zzaba", quoted="aba")
    assert proof_of(b"ababababa", record, tmp_path).verdict is Verdict.OK


def test_a_file_saved_in_another_encoding_is_read_in_that(tmp_path: Path) -> None:
    record = record_of(TEXT.encode("cp1252"), encoding="cp1252")
    for data, bom in ((TEXT.encode(), 0), (TEXT.encode("utf-8-sig"), 3), (TEXT.encode("utf-16"), 2)):
        proof = proof_of(data, record, tmp_path)
        assert proof.verdict is Verdict.MOVED and proof.now is not None
        assert (proof.now.start, proof.now.first_line) == (TEXT.index(QUOTED), 7)
        assert data[proof.now.byte_start : proof.now.byte_end] == QUOTED.encode("utf-16-le" if bom == 2 else "utf-8")


def test_words_that_are_still_there_are_told_of(record: Record, tmp_path: Path) -> None:
    for text in (TEXT.replace("\n", "\r\n"), "One more line.\n" + TEXT.replace(" ", "\u00a0")):
        proof = proof_of(text.encode(), record, tmp_path)
        line = text[: text.index("The")].count("\n") + 1
        assert proof.verdict is Verdict.GONE and f"its words stand on line {line}," in proof.reason


def test_a_speaker_who_is_not_named_any_more_is_told_of(record: Record, tmp_path: Path) -> None:
    record = changed(record, text="Nobody died.", start=TEXT.index("Nobody"), end=TEXT.index("Nobody") + 12, marks=[])
    at = len(TEXT[: TEXT.index("Nobody")].encode())
    record = changed(record, byte_start=at, byte_end=at + 12, first_line=8, last_line=8, passage={"start": 0, "end": len(TEXT)})
    assert proof_of(TEXT.encode(), record, tmp_path).reason == ""
    proof = proof_of(TEXT.replace("Anna Lee", "Emma Lee").encode(), record, tmp_path)
    assert proof.verdict is Verdict.OK and "who said it" in proof.reason
    assert proof_of(b"Extra! " + TEXT.encode(), record, tmp_path).reason == ""  # Moved together with the quote.
    proof = proof_of(b"Extra! " + TEXT.replace("Anna Lee", "Emma Lee").encode(), record, tmp_path)
    assert proof.verdict is Verdict.MOVED and "who said it" in proof.reason


BROKEN: list[tuple[str, Callable[[Path], object]]] = [
    ("no such file", lambda path: None),
    ("a folder", Path.mkdir),
    ("not a regular file", os.mkfifo),
    ("symbolic link", lambda path: path.symlink_to("/etc/passwd")),
    ("symbolic link", lambda path: path.symlink_to(path)),
]


@pytest.mark.parametrize(("reason", "make"), BROKEN)
def test_a_quote_without_a_file_says_why(reason: str, make: Callable[[Path], object], record: Record, tmp_path: Path) -> None:
    make(tmp_path / "a.txt")
    proof = proven(record, tmp_path)
    assert (proof.verdict, proof.file_changed, proof.now, proof.places) == (Verdict.MISSING_FILE, None, None, 0)
    assert reason in proof.reason


@pytest.mark.parametrize("source", ["../a.txt", "/etc/passwd", "b/../../a.txt", "..", "", "a.txt\0", "./a.txt"])
def test_a_record_cannot_name_a_file_outside(source: str, record: Record, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "articles").mkdir()
    proof = proven(changed(record, source=source), tmp_path / "articles")
    assert proof.verdict is Verdict.MISSING_FILE and "below" in proof.reason


START = TEXT.index(QUOTED)
END = START + len(QUOTED)
NAMED = TEXT.index("Anna Lee")
CITING: Record = {"citing": "Linz", "citing_span": {"start": 0, "end": 4}}
LINK: Record = {
    "source": "a.txt",
    "sha256": sha256(TEXT.encode()).hexdigest(),
    "start": NAMED,
    "end": NAMED + 8,
    "text": "Anna Lee",
}
PLACE = {"reader": "html 1", "proves": "markup", "text_sha256": "0" * 64, "shown": "a.txt:7", "stretches": []}
ALTERED: list[tuple[Record, str]] = [
    ({"text": QUOTED.replace("40", "90")}, "there stands “The mayor, Anna Lee, said that 40 people were hurt.”"),
    ({"text": QUOTED.replace("40", "400")}, "from start to end are 51 characters, its text has 52"),
    ({"text": "", "end": START, "marks": []}, "it has no text"),
    ({"start": START + 1}, "from start to end"),
    ({"end": END + 1}, "from start to end"),
    ({"start": START + 1, "end": END + 1}, "its text stands on line 7"),
    ({"start": START - 1, "end": END - 1}, "its text stands on line 7"),
    ({"start": 10**9, "end": 10**9 + len(QUOTED), "marks": []}, "its text stands on line 7"),
    ({"byte_start": 5}, "byte_start is 97, not 5"),
    ({"byte_end": 1}, "byte_end is 148, not 1"),
    ({"byte_start": 98, "byte_end": 149}, "byte_start is 97, not 98; byte_end is 148, not 149"),
    ({"byte_end": None}, "only one of"),
    ({"first_line": 8, "last_line": 9}, "first_line is 7, not 8; last_line is 8, not 9"),
    ({"first_line": 8}, "does not reach from line 8 to line 8"),
    ({"last_line": 70}, "does not reach from line 7 to line 70"),
    ({"encoding": "cp1252"}, "stands on line 7"),  # As cp1252, some letters before it are several.
    ({"encoding": "latin-1"}, "stands on line 7"),
    ({"encoding": "utf-16-le"}, "the file"),
    ({"encoding": "klingon"}, "its encoding 'klingon' is not one that is read"),
    ({"encoding": "utf-7"}, "is not one that is read"),
    ({"encoding": "rot13"}, "is not one that is read"),
    ({"said_by": "Emma Lee"}, "who said it"),
    ({"said_by": "Anna  Lee"}, "who said it"),
    ({"said_by": None}, "said_by_span is given, said_by is not"),
    ({"said_by_span": None}, "said_by is given, said_by_span is not"),
    ({"said_by_span": {"start": 0, "end": 8}}, "who said it"),
    ({"said_by_span": {"start": 10**6, "end": 10**6 + 8}}, "who said it"),
    ({"said_by": "", "said_by_span": {"start": 5, "end": 5}}, "who said it"),
    ({"said_at": None}, "said_by is given, said_at is not"),
    ({"said_at": {"start": 10**6, "end": 10**6 + 8}}, "said_at is no words of the file"),
    ({"said_at": {"start": NAMED, "end": NAMED}}, "said_at is no words"),
    ({"said_at": {"start": NAMED + 1, "end": NAMED + 8}}, "said_at is no words"),
    ({"said_at": {"start": NAMED, "end": NAMED + 7}}, "said_at is no words"),
    ({"said_at": {"start": START + 3, "end": START + 9}}, "said_at is no words"),  # With the blank before it.
    ({"citing": "the police"}, "citing is given, citing_span is not"),
    ({"citing_span": {"start": 0, "end": 4}}, "citing_span is given, citing is not"),
    ({"citing": "the police", "citing_span": {"start": 0, "end": 10}}, "whom they cite, citing, does not stand"),
    ({"citing": "", "citing_span": {"start": 0, "end": 0}}, "whom they cite, citing, does not stand"),
    ({"citing_speaker": {"name": "Linz", "links": []}}, "citing_speaker is given, citing is not"),
    ({**CITING, "citing_speaker": {"name": "the police", "links": []}}, "gives the name of its citing_speaker"),
    ({"speaker": {"name": "Emma Lee", "links": []}}, "gives the name of its speaker"),
    ({"speaker": {"name": "", "links": []}}, "gives the name of its speaker"),
    ({"speaker": {"name": "Anna Lee", "links": [{**LINK, "text": "Emma Lee"}]}}, "“Emma Lee” does not stand there"),
    (
        {"speaker": {"name": "Anna Lee", "links": [{**LINK, "start": NAMED + 1}]}},
        "the link to a.txt: “Anna Lee” does not stand",
    ),
    ({"speaker": {"name": "Anna Lee", "links": [{**LINK, "end": 10**9}]}}, "the link to a.txt"),
    ({"speaker": {"name": "Anna Lee", "links": [{**LINK, "text": ""}]}}, "the link to a.txt"),
    ({**CITING, "citing_speaker": {"name": "Linz", "links": [{**LINK, "text": "Linz"}]}}, "“Linz” does not stand there"),
    ({"marks": [{"start": START - 1, "end": START + 2}]}, "its marks"),
    ({"marks": [{"start": END - 1, "end": END + 1}]}, "its marks"),
    ({"marks": [{"start": START + 2, "end": START + 1}]}, "its marks"),
    ({"gaps": [{"start": START, "end": START}]}, "its gaps"),
    ({"gaps": [{"start": 0, "end": 10**9}]}, "its gaps"),
    ({"passage": {"start": START + 1, "end": END}}, "its passage does not hold it"),
    ({"passage": {"start": START, "end": 10**9}}, "beyond the file's end"),
    ({"before": {"start": START - 9, "end": START + 1}}, "the sentence before it"),
    ({"after": {"start": END, "end": 10**9}}, "the sentence after it"),
    ({"read_with": [{"start": 0, "end": 10**9}]}, "its read_with"),
    ({"corrections": [{"start": NAMED, "end": NAMED}]}, "its corrections"),
    ({"corrections": [{"start": NAMED + 1, "end": NAMED + 8}]}, "its corrections"),
    ({"title": "Peace in Linz"}, "its title"),
    ({"outlet": "Reuters"}, "its outlet"),
    ({"published": "2024-12-28"}, "the day"),
    ({"published": "2023-12-27"}, "the day"),
    ({"published": "yesterday"}, "the day"),
    ({"place": PLACE}, "its place is that of an extracted text, the file is plain text"),
]


@pytest.mark.parametrize(("what", "reason"), ALTERED, ids=[str(i) for i in range(len(ALTERED))])
def test_an_altered_record_is_not_equal(what: Record, reason: str, record: Record, tmp_path: Path) -> None:
    proof = proof_of(TEXT.encode(), changed(record, **what), tmp_path)
    assert proof.verdict is Verdict.NOT_EQUAL and reason in proof.reason, proof.reason
    assert "\n" not in proof.reason and len(proof.reason) < 300


def test_the_altered_records_cover_all_that_names_a_place(record: Record) -> None:
    provable = {"text", "start", "end", "byte_start", "byte_end", "first_line", "last_line", "encoding", "said_by"}
    provable |= {
        "place",
        "said_at",
        "speaker",
        "citing",
        "citing_span",
        "citing_speaker",
        "said_by_span",
        "marks",
        "gaps",
        "passage",
        "before",
        "after",
        "read_with",
        "corrections",
        "title",
        "outlet",
        "published",
    }
    told_of_asking = {"rank", "probability", "ranks", "same_as", "same_report", "not_english", "source_state"}
    assert {name for what, _ in ALTERED for name in what} == provable
    assert set(record["quotes"][0]) == provable | told_of_asking | {"source", "sha256"}


def test_who_says_it_whom_they_cite_and_who_that_is_are_proven(record: Record, tmp_path: Path) -> None:
    speaker = {"name": "Anna Lee", "links": [LINK, {**LINK, "sha256": None}]}
    whole = changed(record, **CITING, speaker=speaker, citing_speaker={"name": "Linz", "links": []})
    proof = proof_of(TEXT.encode(), whole, tmp_path)
    assert (proof.verdict, proof.reason) == (Verdict.OK, "")
    edited = TEXT.replace("Linz Gazette", "Graz Gazette").encode()
    assert proof_of(edited, whole, tmp_path).reason == "the file does not name whom they cite there any more"
    for mention in ("The mayor", "he", "Anna"):  # "hes" is read as "he" and "s".
        text = TEXT.replace("three days", "three days, hes sure")
        at = {"start": text.index(mention), "end": text.index(mention) + len(mention)}
        [quote] = record_of(text.encode())["quotes"]
        assert proof_of(text.encode(), changed({**record, "quotes": [quote]}, said_at=at), tmp_path).verdict is Verdict.OK


def test_a_link_into_another_file_is_proven_by_that_file(record: Record, tmp_path: Path) -> None:
    other = "Mayor Anna Lee\nof Linz spoke.\n"
    link = {"source": "b.txt", "sha256": sha256(other.encode()).hexdigest(), "start": 6, "end": 22, "text": "Anna Lee of Linz"}
    linked = changed(record, speaker={"name": "Anna Lee of Linz", "links": [link]})
    proof = proof_of(TEXT.encode(), linked, tmp_path)
    assert (proof.verdict, proof.reason) == (Verdict.OK, "the link to b.txt: there is no such file")
    for data, verdict, reason in (
        (other, Verdict.OK, ""),
        (f"Extra! {other}", Verdict.OK, ""),  # It stands elsewhere now.
        ("Nobody.", Verdict.OK, "the link to b.txt: the file does not hold “Anna Lee of Linz” any more"),
        ("\0", Verdict.OK, "the link to b.txt: the file does not hold “Anna Lee of Linz” any more"),
    ):
        (tmp_path / "b.txt").write_text(data, "utf-8")
        proof = proven(linked, tmp_path)
        assert (proof.verdict, proof.reason) == (verdict, reason)
    (tmp_path / "b.txt").write_text(other, "utf-8")
    for wrong in ({"start": 5}, {"end": 21}, {"text": "Anna Lee of Graz"}):
        altered = changed(record, speaker={"name": "Anna Lee", "links": [{**link, **wrong}]})
        assert proven(altered, tmp_path).verdict is Verdict.NOT_EQUAL
    for source in ("../b.txt", "/etc/passwd", "", "a.txt\0"):
        altered = changed(record, speaker={"name": "Anna Lee", "links": [{**link, "source": source}]})
        assert "below" in proven(altered, tmp_path).reason


def test_quotes_beside_the_answer_and_the_claims_of_the_tables_are_proven(compared: Record, seeds: Path) -> None:
    proofs = prove(read_answer(compared, any_length=True), Sources.under(seeds))
    assert [(proof.quote.rank, proof.verdict, proof.reason) for proof in proofs] == [(n, Verdict.OK, "") for n in range(1, 11)]
    assert all(proof.answers for proof in proofs)
    claims = [claim for proof in proofs for claim in proof.claims]
    assert len(claims) == 12 and not any(claim.wrong for claim in claims)
    compared["beside"][0]["said_by"] = "Putin"
    proofs = prove(read_answer(compared, any_length=True), Sources.under(seeds))
    assert proofs[3].verdict is Verdict.NOT_EQUAL


CLAIMED: list[tuple[Record, str]] = [
    ({"value": "over 900"}, "its value does not stand in the quote"),
    ({"value": ""}, "its value does not stand in the quote"),
    ({"start": 2540}, "its value does not stand in the quote"),
    ({"end": 2548}, "its value does not stand in the quote"),
    ({"counted": "South Korean troops"}, "its counted does not stand in the file"),
    ({"counted": ""}, "its counted does not stand"),
    ({"period": "in the past week alone"}, "its period does not stand in the file"),
    ({"said_by": "Putin"}, "said_by does not stand where said_by_span says"),
    ({"said_by": None}, "only one of said_by and said_by_span is given"),
    ({"said_by_span": None}, "only one of said_by and said_by_span is given"),
    ({"said_by_span": {"start": 0, "end": 3}}, "said_by does not stand where said_by_span says"),
    ({"citing": "NIS"}, "only one of citing and citing_span is given"),
    ({"citing_span": {"start": 0, "end": 3}}, "only one of citing and citing_span is given"),
    ({"citing": "CIA", "citing_span": {"start": 0, "end": 3}}, "citing does not stand where citing_span says"),
    ({"speaker": "Vladimir Putin"}, "its speaker is another than that of the quote"),
    ({"published": "2024-12-27"}, "its day of publication is another"),
]


@pytest.mark.parametrize(("what", "reason"), CLAIMED, ids=[str(i) for i in range(len(CLAIMED))])
def test_an_altered_claim_is_told(what: Record, reason: str, compared: Record, seeds: Path) -> None:
    compared["claims"][0]["values"][0]["claims"][0] |= what
    first, *others = prove(read_answer(compared, any_length=True), Sources.under(seeds))
    assert first.verdict is Verdict.OK and reason in first.claims[0].wrong and not first.claims[1].wrong
    assert not any(claim.wrong for proof in others for claim in proof.claims)


def test_the_altered_claims_cover_all_that_names_a_place(compared: Record) -> None:
    told_of_comparing = {"rank", "events", "same_as", "polarity"}
    altered = {name for what, _ in CLAIMED for name in what}
    assert set(compared["claims"][0]["values"][0]["claims"][0]) == altered | told_of_comparing


def test_claims_move_with_their_quote_and_need_no_file(compared: Record, seeds: Path, tmp_path: Path) -> None:
    claim = compared["claims"][0]["values"][0]["claims"][0] | {"counted": "North Korean troops"}
    compared["claims"][0]["values"][0]["claims"][0] = claim
    text = (seeds / compared["quotes"][0]["source"]).read_bytes()
    for data, verdict in ((b"Extra!\n" + text, Verdict.MOVED), (b"Nothing.", Verdict.GONE), (None, Verdict.MISSING_FILE)):
        if data is not None:
            (tmp_path / compared["quotes"][0]["source"]).write_bytes(data)
        else:
            (tmp_path / compared["quotes"][0]["source"]).unlink()
        for value, wrong in (("over 100", False), ("over 900", True)):
            claim["value"] = value
            first = prove(read_answer(compared, any_length=True), Sources.under(tmp_path))[0]
            assert first.verdict is verdict and bool(first.claims[0].wrong) is wrong


def test_a_record_that_contradicts_itself_is_not_equal_whatever_the_file(record: Record, tmp_path: Path) -> None:
    altered = changed(record, marks=[{"start": 0, "end": 1}])
    proof = proven(altered, tmp_path)
    assert proof.verdict is Verdict.NOT_EQUAL and "its marks" in proof.reason and "no such file" in proof.reason
    for data in (TEXT.encode(), b"Extra! " + TEXT.encode(), b"nothing of it"):
        proof = proof_of(data, altered, tmp_path)
        assert proof.verdict is Verdict.NOT_EQUAL and "its marks" in proof.reason


def test_a_record_of_another_file_is_not_proven_by_this_one(record: Record, tmp_path: Path) -> None:
    other = changed(record, sha256="0" * 64, text=QUOTED.replace("40", "90"))
    assert proof_of(TEXT.encode(), other, tmp_path).verdict is Verdict.GONE


def test_earlier_records_that_say_less_are_proven_by_what_they_say(record: Record, tmp_path: Path) -> None:
    quote = {**record["quotes"][0]}
    for name in (
        "byte_start",
        "byte_end",
        "encoding",
        "said_by_span",
        "passage",
        "before",
        "after",
        "title",
        "outlet",
        "published",
        "marks",
    ):
        del quote[name]
    early = {**record, "quotes": [quote]}
    assert proof_of(TEXT.encode(), early, tmp_path).verdict is Verdict.OK
    assert proven(changed(early, first_line=8, last_line=9), tmp_path).verdict is Verdict.NOT_EQUAL
    assert proven(changed(early, said_by="Emma Lee"), tmp_path).verdict is Verdict.NOT_EQUAL
    assert proof_of(TEXT.replace("three", "thréé").encode(), early, tmp_path).verdict is Verdict.OK  # It claims no bytes.


@pytest.mark.parametrize("day", ["2024-12-05", "5th December 2024", "Dec. ٥, ٢٠٢٤".replace("٢٠", "20")])
def test_the_day_of_publication_is_found_in_whatever_form_it_is_written(day: str, tmp_path: Path) -> None:
    data = f"Flood in Linz\n\n{day}\n\nNobody died on that day, the mayor said.\n".encode()
    record = record_of(data, quoted="Nobody died on that day, the mayor said.")
    proof = proof_of(data, record, tmp_path)
    assert (proof.verdict, proof.reason) == (Verdict.OK, "")


def test_an_earlier_record_of_a_file_in_an_encoding_that_it_does_not_name_is_not_proven(tmp_path: Path) -> None:
    record = record_of(TEXT.encode("cp1252"), encoding="cp1252")
    del record["quotes"][0]["encoding"]
    proof = proof_of(TEXT.encode("cp1252"), record, tmp_path)
    assert proof.verdict is Verdict.NOT_EQUAL and "the record names no encoding" in proof.reason


def test_proofs_come_in_the_records_order_and_tell_answers_from_misses(record: Record, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    (tmp_path / "b.txt").write_text("Extra! " + TEXT, "utf-8")
    quote = record["quotes"][0]
    sources = ["b.txt", "a.txt", "none.txt", "b.txt", "a.txt"]
    quotes = [{**quote, "rank": rank, "source": source} for rank, source in enumerate(sources, 1)]
    answered = prove(read_answer({**record, "quotes": quotes}, any_length=True), Sources.under(tmp_path))
    assert [proof.quote.source for proof in answered] == sources and all(proof.answers for proof in answered)
    unanswered = {**record, "answered": False, "quotes": [], "closest": quotes}
    missed = prove(read_answer(unanswered, any_length=True), Sources.under(tmp_path))
    assert [proof.verdict.value for proof in missed] == ["moved", "ok", "missing file", "moved", "ok"]
    assert not any(proof.answers for proof in missed)


@pytest.mark.parametrize("many", ["a" * 2_000_000, "ab" * 1_000_000, "a" * 1_999_999 + "b", "a b\n" * 500_000])
def test_looking_through_a_file_takes_linear_time(many: str, tmp_path: Path) -> None:
    for quoted in ("a" * 50_000, "a" * 50_000 + "b", "b" + "a" * 50_000, "a " * 25_000 + "b"):
        record = record_of(f"{'z' * 500_000} {quoted}".encode(), quoted=quoted)
        began = time.perf_counter()
        assert proof_of(many.encode(), record, tmp_path).file_changed
        assert time.perf_counter() - began < 5  # Of a hundredth of that.
