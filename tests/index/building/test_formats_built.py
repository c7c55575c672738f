"""Building from files of all formats: many articles of a file, unchanged ones, ones taken out, and those not read."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from articles_qa.index import ArticleRefused, BuildReport, BuildSettings, Index, add_file, build
from articles_qa.index.backends import check_index
from articles_qa.index.formats.article_reader import ArticleReader
from articles_qa.index.formats.kinds import ReadSettings, read_formats
from tests.made_files import docx, mail, page, pdf, zipped

STORY = ("Dam bursts near {0}", "Two people died when the dam near {0} burst on Friday, police said.")


def story(town: str) -> list[str]:
    return [line.format(town) for line in STORY]


def written(folder: Path, files: Mapping[str, bytes]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def sources(directory: Path) -> list[str]:
    return [article.source for article in Index.open(directory).articles().articles]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    box = zipped({"b.txt": "\n\n".join(story("Linz")), "c.html": page(story("Graz")), "p.png": b"x"})
    files = {"a.txt": "\n\n".join(story("Velden")).encode(), "d.pdf": pdf(story("Wels")), "box.zip": box, "m.msg": b"x"}
    return written(tmp_path / "articles", files)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "index"


def test_every_file_is_an_article_or_named_with_the_reason(folder: Path, directory: Path) -> None:
    report = build([folder], directory)
    assert report.added == ("a.txt", "box.zip/b.txt", "box.zip/c.html", "d.pdf")
    assert [str(refusal).split(";")[0] for refusal in report.refused] == ["box.zip/p.png: a picture"]
    assert [str(other) for other in report.others] == ["m.msg: a mailbox of Outlook; save the mails as .eml"]
    assert check_index(directory).findings == ()
    article = Index.open(directory).article_named("box.zip/c.html")
    assert article is not None and article.title == "Dam bursts near Graz" and article.places is not None


def test_unchanged_files_are_not_read_again(folder: Path, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "box.zip").write_bytes(zipped({"b.txt": "\n\n".join(story("Linz")), "c.html": page(story("Graz"))}))
    monkeypatch.setattr("articles_qa.index.files.file_stat.RACY_NS", -(10**9))
    build([folder], directory)
    read: list[str] = []
    before = ArticleReader.read

    def noted(self: ArticleReader, data: bytes, source: str, **named: str | None) -> object:
        read.append(source)
        return before(self, data, source, **named)

    monkeypatch.setattr(ArticleReader, "read", noted)
    assert build([], directory).unchanged == ("a.txt", "box.zip/b.txt", "box.zip/c.html", "d.pdf") and read == []
    (folder / "box.zip").touch()
    assert build([], directory).unchanged and read == []  # Its bytes are the same.
    (folder / "box.zip").write_bytes(zipped({"b.txt": "\n\n".join(story("Linz")), "c.html": page(story("Enns"))}))
    report = build([], directory)
    assert set(read) == {"box.zip"} and report.unchanged == ("a.txt", "d.pdf")
    assert set(report.changed) == {"box.zip/b.txt", "box.zip/c.html"}  # Their file is another one.


def test_another_reader_version_reads_a_file_again(folder: Path, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build([folder], directory)
    before = ReadSettings.reader_of
    monkeypatch.setattr(
        ReadSettings, "reader_of", lambda self, name, **more: before(self, name, **more).replace("pdf 1", "pdf 2")
    )
    assert build([], directory).changed == ("d.pdf",)


def test_an_article_inside_a_file_is_taken_out_and_brought_back(folder: Path, directory: Path) -> None:
    build([folder], directory)
    report = build([], directory, BuildSettings(exclude=("box.zip/b.txt",)))
    assert report.removed == report.excluded == ("box.zip/b.txt",)
    assert "box.zip/b.txt" not in sources(directory) and "box.zip/c.html" in sources(directory)
    assert build([], directory).excluded == ("box.zip/b.txt",)
    assert build([], directory, BuildSettings(restore=("box.zip/b.txt",))).added == ("box.zip/b.txt",)


def test_formats_may_be_left_out_and_the_next_build_remembers(folder: Path, directory: Path) -> None:
    report = build([folder], directory, BuildSettings(reading=ReadSettings(read_formats("pdf"))))
    assert report.added == ("a.txt", "d.pdf")
    assert [str(other) for other in report.others[:1]] == ["box.zip: left out by --formats; name zip there too"]
    assert build([], directory).unchanged == ("a.txt", "d.pdf")
    assert build([folder], directory, BuildSettings(reading=ReadSettings())).added == ("box.zip/b.txt", "box.zip/c.html")


def test_files_of_all_formats_are_added_by_hand(folder: Path, directory: Path) -> None:
    build([folder], directory)
    assert add_file(directory, "x.docx", docx(story("Narvik"))) == "added/x.docx"
    assert add_file(directory, "m.eml", mail(story("Molde"), {"y.txt": b"Rain fell on Molde."})) == "added/m.eml"
    with pytest.raises(ArticleRefused, match=r"added/bad\.pdf: a damaged PDF; save or print it again"):
        add_file(directory, "bad.pdf", b"x")
    report = build([], directory)
    assert report.added == ("added/m.eml", "added/m.eml/y.txt", "added/x.docx")
    assert build([], directory, BuildSettings(exclude=("added/m.eml/y.txt",))).removed == ("added/m.eml/y.txt",)
    assert build([], directory, BuildSettings(exclude=("added/x.docx",))).removed == ("added/x.docx",)
    assert not (directory / "added" / "x.docx").exists() and (directory / "added" / "m.eml").exists()


def test_a_file_without_an_ending_is_text_where_it_is_named(tmp_path: Path, directory: Path) -> None:
    folder = written(tmp_path / "articles", {"README": b"Rain fell on the town, the mayor said.", "b.markdown": b"Snow fell."})
    report = build([folder], directory)
    assert report.added == ("b.markdown",) and "name the file itself" in report.others[0].reason
    assert build([folder / "README"], tmp_path / "other").added == ("README",)


def test_a_page_saved_as_text_is_a_page(tmp_path: Path, directory: Path) -> None:
    folder = written(tmp_path / "articles", {"a.txt": page(story("Velden")), "b.txt": b"<b>Not a page</b>, the mayor said."})
    build([folder], directory)
    article, other = (Index.open(directory).article_named(name) for name in ("a.txt", "b.txt"))
    assert article is not None and article.content.reader == "html 2" and "<p>" not in article.text
    assert other is not None and other.places is None
    assert build([], directory).unchanged == ("a.txt", "b.txt")


def test_a_report_says_what_of_a_file_was_not_read(tmp_path: Path, directory: Path) -> None:
    body = "Two people died, police said.\n\nOn Mon, 5 Jan 2024, Bo wrote:\n> Nobody died."
    report: BuildReport = build([written(tmp_path / "articles", {"m.eml": mail(["Dam", body])})], directory)
    assert report.notes == ("m.eml: 2 lines repeated from other mails are left out",)
