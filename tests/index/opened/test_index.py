"""`Index.open` opens any place, and every kind of index offers the same searches."""

from pathlib import Path

import pytest

from articles_qa.index import Index, IndexDamagedError
from articles_qa.index.backends import backend_at
from articles_qa.index.local.local_index import LocalIndex


def test_a_folder_is_opened_by_the_public_name(seeds_index: Path) -> None:
    opened = Index.open(str(seeds_index))
    assert isinstance(opened, LocalIndex) and isinstance(opened, Index)
    assert Index.open(seeds_index, generation=1, like=opened).info == opened.info
    assert type(backend_at(seeds_index).open(None, None)) is LocalIndex


def test_a_place_without_an_index_is_refused_by_the_public_name(tmp_path: Path) -> None:
    with pytest.raises(IndexDamagedError, match="there is no index here"):
        Index.open(tmp_path / "none")


def test_an_index_that_lacks_a_search_cannot_be_made(seeds_index: Path) -> None:
    lacking = type("Lacking", (Index,), {})
    with pytest.raises(TypeError, match="passages_by_words"):
        lacking(LocalIndex(seeds_index).info, None)


def test_any_other_error_of_opening_is_damage(seeds_index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(self: LocalIndex) -> None:
        raise KeyError("no\nsuch key")

    monkeypatch.setattr(LocalIndex, "_check_counts", fails)
    with pytest.raises(IndexDamagedError, match="cannot be read \\(KeyError") as noticed:
        Index.open(seeds_index)
    assert "\n" not in str(noticed.value)
