"""The contents of rows in Milvus: a text in pieces, and a passage with its sentences in a packed body."""

import base64
import json
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from articles_qa.index.articles.span import Span
from articles_qa.index.entries.entry import StoredSentence
from articles_qa.index.speakers.attribution import Attribution

MAX_BYTES = 60_000  # A VARCHAR may have 65,535.
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_MARK = "q0x"

Halves = npt.NDArray[np.float16]
"""(n, dim) float16, one row a sentence, as embedded."""


@dataclass(frozen=True, slots=True)
class PackedPassage:
    """A passage with its sentences and their vectors. The sentences are numbered from 0."""

    span: Span
    sentences: tuple[StoredSentence, ...]
    vectors: Halves


def pack_passage(passage: PackedPassage) -> str:
    """Return a passage as ASCII; `unpack_passage` returns the same bits."""
    said = [[passage.span.start, passage.span.end], [_sentence_json(one) for one in passage.sentences]]
    head = zlib.compress(json.dumps(said, separators=(",", ":")).encode(), 1)
    tokens = b"".join(one.tokens for one in passage.sentences)
    vectors = passage.vectors.astype("<f2").tobytes()
    return base64.b64encode(
        struct.pack("<III", len(head), len(tokens), len(passage.sentences)) + head + tokens + vectors
    ).decode()


def unpack_passage(body: str) -> PackedPassage:
    """Return the passage of a body.

    Raises:
        ValueError: the body is no passage.
    """
    try:
        data = base64.b64decode(body, validate=True)
        head_bytes, token_bytes, count = struct.unpack_from("<III", data)
        at = struct.calcsize("<III")
        span, sentences = json.loads(zlib.decompress(data[at : at + head_bytes]))
        tokens = data[at + head_bytes : at + head_bytes + token_bytes]
        vectors = np.frombuffer(data[at + head_bytes + token_bytes :], "<f2").reshape(count, -1 if count else 0)
        return PackedPassage(Span(*span), tuple(_sentences(sentences, tokens)), vectors)
    except (ValueError, TypeError, KeyError, struct.error, zlib.error) as error:
        raise ValueError(f"no passage ({error})") from error


def split_text(text: str) -> Iterator[str]:
    """Cut a text between code points into pieces of at most MAX_BYTES in UTF-8; an empty text has no piece."""
    at = 0
    while at < len(text):
        end = min(len(text), at + MAX_BYTES)
        while (size := len(text[at:end].encode("utf-8", "surrogatepass"))) > MAX_BYTES:
            end = at + max(1, (end - at) * MAX_BYTES // size)
        yield text[at:end]
        at = end


def encoded_term(term: str) -> str:
    """Return a term as a unique word of a-z and 0-9: the server would cut "12,000" in two."""
    plain = _PLAIN.issuperset(term) and not term.startswith(_MARK)
    return term if plain else _MARK + term.encode("utf-8", "surrogatepass").hex()


def _sentence_json(one: StoredSentence) -> list[object]:
    told = [[_ends(a.name), _ends(a.said_at), _ends(a.cited), _ends(a.scope)] for a in one.attributions]
    gaps, leads = ([_ends(span) for span in spans] for spans in (one.gaps, one.leads))
    return [one.span.start, one.span.end, one.paragraph, gaps, told, list(one.terms), len(one.tokens), leads]


def _ends(span: Span | None) -> list[int] | None:
    return None if span is None else [span.start, span.end]


def _sentences(said: Sequence[Any], tokens: bytes) -> Iterator[StoredSentence]:
    at = 0
    for number, (start, end, paragraph, gaps, told, terms, size, leads) in enumerate(said):
        yield StoredSentence(
            id=number,
            passage=0,
            span=Span(start, end),
            paragraph=paragraph,
            gaps=tuple(Span(*gap) for gap in gaps),
            attributions=tuple(_attribution(*spans) for spans in told),
            terms=tuple(terms),
            tokens=tokens[at : at + size],
            leads=tuple(Span(*lead) for lead in leads),
        )
        at += size


def _attribution(name: list[int], said: list[int], cited: list[int] | None, scope: list[int]) -> Attribution:
    return Attribution(Span(*name), Span(*said), Span(*cited) if cited else None, Span(*scope))
