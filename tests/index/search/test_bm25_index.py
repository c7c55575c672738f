"""Words from a stranger: whatever tantivy raises is damage."""

from pathlib import Path

import pytest

from articles_qa.index import IndexDamagedError
from articles_qa.index.search.bm25_index import WordIndex, write_words


class Panic(BaseException):
    """An error like Rust's: no Exception."""


def test_a_panic_of_tantivy_is_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_words(tmp_path / "words", ["rain fell"], serial=1)
    words = WordIndex([tmp_path / "words"])
    assert words.passages_with("rain") == len(words.search([["rain"]], top_k=1)) == 1

    class Broken:
        def __getattr__(self, name: str) -> object:
            raise Panic("called `Option::unwrap()` on a `None` value")

    monkeypatch.setattr(words, "_searcher", Broken())
    for use in (lambda: words.passages_with("rain"), lambda: words.search([["rain"]], top_k=1), lambda: len(words)):
        with pytest.raises(IndexDamagedError, match="tantivy cannot read it"):
            use()


def test_a_stop_is_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("articles_qa.index.search.bm25_index._opened", stopped)
    with pytest.raises(KeyboardInterrupt):
        WordIndex([tmp_path])


@pytest.mark.parametrize("meta", ["[]", "[" * 5000, '{"segments": 7}', "{}"])
def test_odd_settings_are_damage(meta: str, tmp_path: Path) -> None:
    write_words(tmp_path / "words", ["rain fell"], serial=1)
    (tmp_path / "words" / "meta.json").write_text(meta)
    with pytest.raises(IndexDamagedError, match="tantivy cannot read it"):
        WordIndex([tmp_path / "words"])
