"""What of an article lies in rows of Milvus: its text in pieces, and each passage with its sentences in a packed body."""

import base64
import json
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from index.articles.span import Span
from index.entries.entry import StoredSentence
from index.speakers.attribution import Attribution

MAX_BYTES = 60_000  # Of the 65,535 that a VARCHAR may have.
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_MARK = "q0x"

Halves = npt.NDArray[np.float16]
"""(n, dim) float16, a row a sentence, as they were embedded."""


@dataclass(frozen=True, slots=True)
class PackedPassage:
    """A passage with its sentences, whose numbers count from 0 inside it, and their vectors."""

    span: Span
    sentences: tuple[StoredSentence, ...]
    vectors: Halves


def pack(passage: PackedPassage) -> str:
    """A passage as ASCII, which `unpack` reads back to the bit."""
    said = [[passage.span.start, passage.span.end], [_sentence_json(one) for one in passage.sentences]]
    head = zlib.compress(json.dumps(said, separators=(",", ":")).encode(), 1)
    tokens = b"".join(one.tokens for one in passage.sentences)
    vectors = passage.vectors.astype("<f2").tobytes()
    return base64.b64encode(
        struct.pack("<III", len(head), len(tokens), len(passage.sentences)) + head + tokens + vectors
    ).decode()


def unpack(body: str) -> PackedPassage:
    """The passage of a body.

    Raises:
        ValueError: it is none.
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


def pieces(text: str) -> Iterator[str]:
    """A text cut between code points into pieces of at most MAX_BYTES in UTF-8, none of an empty one; joined they are it."""
    at = 0
    while at < len(text):
        end = min(len(text), at + MAX_BYTES)
        while (size := len(text[at:end].encode("utf-8", "surrogatepass"))) > MAX_BYTES:
            end = at + max(1, (end - at) * MAX_BYTES // size)
        yield text[at:end]
        at = end


def encoded(term: str) -> str:
    """A term as one word of a-z and 0-9, never that of another term: "12,000" would be cut in two by the server."""
    plain = _PLAIN.issuperset(term) and not term.startswith(_MARK)
    return term if plain else _MARK + term.encode("utf-8", "surrogatepass").hex()


def _sentence_json(one: StoredSentence) -> list[object]:
    told = [[_ends(a.name), _ends(a.said_at), _ends(a.cited), _ends(a.scope)] for a in one.attributions]
    gaps = [_ends(gap) for gap in one.gaps]
    return [one.span.start, one.span.end, one.paragraph, gaps, told, list(one.terms), len(one.tokens)]


def _ends(span: Span | None) -> list[int] | None:
    return None if span is None else [span.start, span.end]


def _sentences(said: Sequence[Any], tokens: bytes) -> Iterator[StoredSentence]:
    at = 0
    for number, (start, end, paragraph, gaps, told, terms, size) in enumerate(said):
        yield StoredSentence(
            id=number,
            passage=0,
            span=Span(start, end),
            paragraph=paragraph,
            gaps=tuple(Span(*gap) for gap in gaps),
            attributions=tuple(_attribution(*spans) for spans in told),
            terms=tuple(terms),
            tokens=tokens[at : at + size],
        )
        at += size


def _attribution(name: list[int], said: list[int], cited: list[int] | None, scope: list[int]) -> Attribution:
    return Attribution(Span(*name), Span(*said), Span(*cited) if cited else None, Span(*scope))
