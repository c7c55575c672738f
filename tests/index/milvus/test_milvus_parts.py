"""What lies in rows of Milvus comes back as it was, and the lexicon scores as the local word index does."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some

from articles_qa.index import InputError
from articles_qa.index.articles.masthead import Masthead
from articles_qa.index.articles.span import Span
from articles_qa.index.entries.entry import StoredSentence
from articles_qa.index.milvus.catalogue import Catalogue, CatalogueEntry
from articles_qa.index.milvus.lexicon import EMPTY, Lexicon
from articles_qa.index.milvus.place import DEFAULT_TIMEOUT_S, is_milvus, milvus_place
from articles_qa.index.milvus.rows import MAX_BYTES, PackedPassage, encoded_term, pack_passage, split_text, unpack_passage
from articles_qa.index.search.analyzer import terms
from articles_qa.index.search.bm25_index import WordIndex, write_words
from articles_qa.index.speakers.attribution import Attribution

TERMS = some.text(max_size=12)


@given(some.text(max_size=200), some.sampled_from([1, 400, MAX_BYTES]))
@settings(max_examples=60, deadline=None)
def test_a_text_cut_into_pieces_is_the_text_again(text: str, times: int) -> None:
    long = (text * times)[: 3 * MAX_BYTES]
    cut = list(split_text(long))
    assert "".join(cut) == long and all(0 < len(piece.encode()) <= MAX_BYTES for piece in cut)


@given(some.lists(TERMS, unique=True))
def test_no_two_terms_become_one_word_and_each_is_letters_and_digits(found: list[str]) -> None:
    words = [encoded_term(term) for term in found if term]
    assert len({*words}) == len(words)
    assert all(word.isascii() and word.isalnum() and word == word.lower() for word in words)


def test_a_passage_is_unpacked_as_it_was_packed_to_the_bit() -> None:
    told = Attribution(Span(1, 4), Span(2, 3), None, Span(0, 9)), Attribution(Span(1, 4), Span(2, 3), Span(5, 6), Span(0, 9))
    sentences = (
        StoredSentence(0, 0, Span(0, 9), 0, (Span(3, 4),), told, ("12,000", "é"), b"\x00\xff"),
        StoredSentence(1, 0, Span(10, 12), 1, (), (), (), b""),
    )
    vectors = np.random.default_rng(1).standard_normal((2, 5)).astype(np.float16)
    found = unpack_passage(pack_passage(PackedPassage(Span(0, 12), sentences, vectors)))
    assert (found.span, found.sentences) == (Span(0, 12), sentences)
    assert found.vectors.tobytes() == vectors.tobytes()


@pytest.mark.parametrize("body", ["", "x", "QUJD", "=" * 40])
def test_what_is_no_passage_is_refused(body: str) -> None:
    with pytest.raises(ValueError, match="no passage"):
        unpack_passage(body)


def test_a_catalogue_numbers_by_source_and_knows_each_row() -> None:
    def entry(source: str, at: int, sentences: tuple[int, ...]) -> CatalogueEntry:
        return CatalogueEntry(
            source,
            "0" * 64,
            1,
            "utf-8",
            0,
            None,
            "AFP",
            "",
            "",
            0,
            Masthead(None, None, None),
            (),
            at,
            at,
            1,
            at,
            at,
            sentences,
        )

    made = Catalogue([entry("b", 100, (2, 1)), entry("a", 500, (3,)), entry("c", 7, ())])
    again = Catalogue.from_bytes(made.to_bytes())
    assert again.entries == made.entries and [one.source for one in made.entries] == ["a", "b", "c"]
    assert made.counts() == (3, 3, 6) and made.article_of.tolist() == [0, 1, 1]
    assert made.passages_of_rows([500, 101, 102, 7, 99]) == [0, 2, None, None, None]
    assert made.sentences_of_rows([502, 503, 100, 101, 102, 103, 0]).tolist() == [2, 3, 4, 5]
    assert made.sentences_of_rows([]).tolist() == Catalogue([]).sentences_of_rows([1]).tolist() == []


WORDS = "police said the ferry carried 12,000 people to Linz in March and Vienna".split()


@given(some.lists(some.lists(some.sampled_from(WORDS), max_size=80).map(" ".join), min_size=1, max_size=8))
@example(["March March Vienna", "the ferry ferry carried March March said Vienna", "March Vienna Vienna"])
@settings(max_examples=10, deadline=None)
def test_passages_score_as_in_the_local_word_index(texts: list[str]) -> None:
    import tempfile

    asked = [(term,) for term in terms("ferry police 12,000 Linz")] + [
        tuple(terms("ferry carried")),
        tuple(terms("march vienna")),
    ]
    with tempfile.TemporaryDirectory() as folder:
        write_words(Path(folder) / "words", texts, serial=0)
        hits = {hit.key: hit.score for hit in WordIndex([Path(folder) / "words"]).search(asked, top_k=20)}
    kept = [[encoded_term(term) for term in terms(text)] for text in texts]
    lexicon = EMPTY.changed(kept, ())
    groups = [[encoded_term(term) for term in group] for group in asked]
    scored = {number: score for number, its in enumerate(kept) if (score := lexicon.score(its, groups)) > 0}
    assert scored == pytest.approx(hits, rel=1e-5)


def test_a_lexicon_forgets_passages_that_are_gone() -> None:
    lexicon = EMPTY.changed([["a", "b", "a"], ["b"]], ()).changed([["c"]], [["b"]])
    assert lexicon == Lexicon(2, 4, {"a": 1, "b": 1, "c": 1})
    assert Lexicon.from_bytes(lexicon.to_bytes()) == lexicon


def test_a_place_on_a_server_is_read_with_what_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.write_text("")
    for name, value in {"TOKEN": "root:secret", "CA": str(ca), "DB": "news", "TIMEOUT_S": "2.5"}.items():
        monkeypatch.setenv(f"QA_MILVUS_{name}", value)
    place = milvus_place("milvus://db.example:19530/papers")
    assert (place.address, place.name, place.database, place.timeout_s) == ("db.example:19530", "papers", "news", 2.5)
    assert place.tls and place.ca == str(ca) and "secret" not in repr(place)
    assert str(place) == "milvus://db.example:19530/papers"


def test_a_file_of_milvus_lite_is_a_place_too() -> None:
    place = milvus_place("milvus:./some/file.db")
    assert place.lite == Path("some/file.db") and place.timeout_s == DEFAULT_TIMEOUT_S
    assert is_milvus("milvus:x") and not is_milvus("x") and not is_milvus(Path("milvus:x"))


@pytest.mark.parametrize(
    "place",
    [
        "milvus:",
        "milvus://host/name",
        "milvus://host:0/name",
        "milvus://host:19530/",
        "milvus://host:19530/a-b",
        "milvus://h:1/x/y",
    ],
)
def test_a_place_that_is_written_wrongly_is_refused_with_the_right_forms(place: str) -> None:
    with pytest.raises(InputError, match="milvus://HOST:PORT/NAME"):
        milvus_place(place)


@pytest.mark.parametrize(
    ("variable", "value"), [("TLS", "perhaps"), ("TIMEOUT_S", "0"), ("TIMEOUT_S", "soon"), ("CA", "/none")]
)
def test_a_variable_that_cannot_be_used_is_named(variable: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"QA_MILVUS_{variable}", value)
    with pytest.raises(InputError, match=f"QA_MILVUS_{variable}"):
        milvus_place("milvus://host:19530/name")
