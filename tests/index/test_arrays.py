"""Arrays from a stranger."""

from pathlib import Path

import numpy as np
import pytest

from articles_qa.index import IndexDamagedError
from articles_qa.index.arrays import read_array


def test_an_array_is_read_into_memory(tmp_path: Path) -> None:
    for array in (np.arange(5), np.empty(0, np.int64)):
        np.save(tmp_path / "a.npy", array)
        found = read_array(tmp_path / "a.npy")
        assert found.tolist() == array.tolist() and type(found) is np.ndarray


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '<i8', 'fortran_order': False, 'shape': (1000000000,)}",  # 8 GB, which the file does not have.
        f"{{'descr': '<i8', 'fortran_order': False, 'shape': ({2**62}, 4)}}",
        f"{{'descr': '<i8', 'fortran_order': False, 'shape': ({10**30},)}}",
        "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '''",  # numpy tries to mend it, and tokenize raises an error of its own.
        "((((",
    ],
)
def test_an_array_that_is_none_is_damage(header: str, tmp_path: Path) -> None:
    head = header.ljust(117).encode() + b"\n"
    (tmp_path / "a.npy").write_bytes(b"\x93NUMPY\x01\0" + len(head).to_bytes(2, "little") + head + bytes(64))
    with pytest.raises(IndexDamagedError, match="cannot be read"):
        read_array(tmp_path / "a.npy")
