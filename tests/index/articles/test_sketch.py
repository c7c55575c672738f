"""Sketches: near copies of one report are alike, other articles are not."""

import numpy as np
import pytest
import xxhash

from articles_qa.index.articles.sketch import ALIKE, HASHES, MIN_RUNS, RUN_WORDS, likeness, rows_of, sketch

REPORT = " ".join(
    f"Village {number} lost {number * 7} sheep and {number + 3} barns when the river {number} rose." for number in range(40)
)


@pytest.mark.parametrize(
    ("other", "are_alike"),
    [
        (REPORT, True),
        (REPORT.upper(), True),
        (REPORT[: 2 * len(REPORT) // 3], True),  # Cut by the paper.
        ("Our correspondent writes. " + REPORT.replace("barns", "byres"), True),
        (REPORT.replace("lost", "won").replace("sheep", "boats").replace("when the river", "as the sea"), False),
        ("", False),
        ("Village 1 lost 7 sheep.", False),
    ],
)
def test_near_copies_are_alike(other: str, are_alike: bool) -> None:
    others = rows_of([made] if (made := sketch(other)) else [])
    assert (likeness(sketch(REPORT), others) >= ALIKE).any() == are_alike
    assert not likeness(sketch(other), rows_of([sketch(REPORT)])).any() or made


def test_a_sketch_is_small_however_long_the_text_and_the_same_everywhere() -> None:
    assert len(sketch(REPORT)) == len(sketch(REPORT * 50)) == 4 * HASHES
    assert sketch(" ".join(map(str, range(MIN_RUNS + 2)))).hex()[:16] == "5ddbdf04f9929d00"
    assert sketch(" ".join(map(str, range(MIN_RUNS + 1)))) == b""


def test_a_sketch_is_that_of_datasketch() -> None:
    from datasketch import MinHash

    made = MinHash(num_perm=HASHES, seed=1, scheme="affine32", hashfunc=xxhash.xxh32_intdigest)
    words = REPORT.lower().replace(".", "").split()
    made.update_batch([" ".join(words[at : at + RUN_WORDS]).encode() for at in range(len(words) - RUN_WORDS + 1)])
    assert sketch(REPORT) == np.asarray(made.hashvalues).astype("<u4").tobytes()
