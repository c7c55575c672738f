"""A parse: the words of a sentence, and which of them governs which.

Police said 12 people died.
died -ccomp-> said, Police -nsubj-> said: "said" governs both, as the clause
that is said and as its subject. Relations are spaCy's, tags those of the Penn
Treebank.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Word:
    """A word or mark at `[start, end)` of the line, its part of speech `tag` and its relation `dep` to the word `head`."""

    text: str
    start: int
    end: int
    tag: str
    dep: str
    head: int

    @property
    def lower(self) -> str:
        """Return the word in small letters."""
        return self.text.lower()

    @property
    def is_noun(self) -> bool:
        """Return whether it is a noun or a name."""
        return self.tag.startswith("NN")

    @property
    def is_verb(self) -> bool:
        """Return whether it is a form of a verb."""
        return self.tag.startswith("VB")


@dataclass(frozen=True, slots=True)
class Parse:
    """A parsed sentence; each question takes time linear in its words, at most 256."""

    words: tuple[Word, ...]
    _children: tuple[tuple[int, ...], ...] = field(init=False, repr=False)
    _edges: tuple[tuple[int, int], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        children: list[list[int]] = [[] for _ in self.words]
        lows, highs = list(range(len(self.words))), list(range(1, len(self.words) + 1))
        for i, word in enumerate(self.words):
            if word.head != i:
                children[word.head].append(i)
            for above in self.ancestors(i):
                lows[above], highs[above] = min(lows[above], i), max(highs[above], i + 1)
        object.__setattr__(self, "_children", tuple(tuple(found) for found in children))
        object.__setattr__(self, "_edges", tuple(zip(lows, highs, strict=True)))

    def ancestors(self, i: int) -> Iterator[int]:
        """The words above a word in the tree, the nearest first."""
        while (above := self.words[i].head) != i:
            yield above
            i = above

    def children(self, i: int, *deps: str) -> list[int]:
        """Return the words that a word governs directly, in order; with `deps` only those of these relations."""
        return [child for child in self._children[i] if not deps or self.words[child].dep in deps]

    def child(self, i: int, *deps: str) -> int | None:
        """Return the first of these words."""
        return next(iter(self.children(i, *deps)), None)

    def edges(self, i: int) -> tuple[int, int]:
        """Return the words `[low, high)` that hold all that a word governs, itself included."""
        return self._edges[i]

    def governs(self, i: int, j: int) -> bool:
        """Return whether `i` is `j` or above it."""
        return i == j or i in self.ancestors(j)
