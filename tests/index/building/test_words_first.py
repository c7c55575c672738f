"""A large first build can be asked by words at once; vectors come later, and the last generation is as without all this."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from articles_qa.index import BuildReport, BuildSettings, Index, IndexMismatchError, ModelSettings, Progress, build
from articles_qa.index.articles.span import Span
from articles_qa.index.backends import check_index
from articles_qa.index.local.generation import name_of
from articles_qa.index.local.manifest import sealed
from articles_qa.index.local.publish import publish
from articles_qa.qa import Retriever

NIS = "how many casualties did NIS report?"
WORDS_FIRST = BuildSettings(words_first_bytes=1)


@pytest.fixture(scope="module")
def stages(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[int, Path]:
    """A copy of the index folder of the seeds after each generation of a build of words first, by its number."""
    place = tmp_path_factory.mktemp("words-first")
    copies: dict[int, Path] = {}

    def look(_: object) -> None:
        if (place / "index" / "CURRENT").exists():
            number = json.loads((place / "index" / "CURRENT").read_bytes())["generation"]
            if number and number not in copies:
                copies[number] = shutil.copytree(place / "index", place / f"after-{number}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("articles_qa.index.building.fill_entries.BATCH_PASSAGES", 4)
        build([seeds], place / "index", WORDS_FIRST, progress=Progress(note=look, done=look))
    look(None)
    return copies


def same_files(one: Path, other: Path) -> bool:
    """Tell whether the generations in force hold the same bytes, but for the names that tantivy draws."""
    folders = [Index.open(each).info for each in (one, other)]
    paths = [Path(info.directory) / name_of(info.generation) for info in folders]
    names = [path.name for path in sorted(paths[1].glob("*.*")) if path.name != "manifest.json" and path.is_file()]
    said = [json.loads((path / "manifest.json").read_text()) for path in paths]
    return said[0]["segments"] == said[1]["segments"] and all(
        (paths[0] / name).read_bytes() == (paths[1] / name).read_bytes() for name in names if name != "looks.npy"
    )


def test_words_can_be_asked_before_a_passage_is_embedded(stages: Mapping[int, Path], retriever: Retriever) -> None:
    first = Retriever.open(stages[1])
    assert (first.info.embedded, first.info.unembedded, first.info.speakers) == (0, retriever.info.sentences, "")
    answer, whole = first.ask(NIS), retriever.ask(NIS)
    assert answer.answered and [Span(q.start, q.end) for q in answer.quotes[:1]] == [
        Span(q.start, q.end) for q in whole.quotes[:1]
    ]
    assert answer.quotes[0].text in answer.quotes[0].article.text
    nothing = first.ask("Who painted the Mona Lisa?")
    assert not nothing.answered and "0% of their sentences are found by meaning" in str(nothing.reason)


def test_vectors_and_tokens_made_for_a_question_are_those_that_the_build_writes(
    stages: Mapping[int, Path], retriever: Retriever
) -> None:
    whole = Index.open(stages[max(stages)])
    wanted = [5, 2, whole.info.passages - 1, 0]
    assert len(stages) > 3
    for stage in (1, 3):
        opened = Index.open(stages[stage], like=whole)
        made, kept = opened.sentence_vectors(wanted), whole.sentence_vectors(wanted)
        assert np.array_equal(made.vectors, kept.vectors) and made.sentences.tolist() == kept.sentences.tolist()
        tokens = [[one.tokens for one in index.sentences(sorted(wanted))] for index in (opened, whole)]
        assert tokens[0] == tokens[1] and all(tokens[0])


def test_vectors_come_in_generations_and_are_searched(stages: Mapping[int, Path]) -> None:
    embedded = [Index.open(path).info.embedded for _, path in sorted(stages.items())]
    assert embedded == sorted(set(embedded)) and embedded[0] == 0
    half = Index.open(stages[max(stages) - 1])
    assert 0 < half.info.unembedded < half.info.sentences
    query = half.embed("an injured soldier was captured").vector
    near = half.nearest_passages(query, sentences=5)
    chosen = half.select(np.ones(5, bool))
    assert near and near == half.nearest_passages(query, sentences=5, among=chosen)
    assert max(half.sentence_vectors(near).sentences.tolist()) < half.info.embedded + 40


def test_every_generation_is_sound(stages: Mapping[int, Path]) -> None:
    for path in stages.values():
        assert check_index(path).findings == ()


def test_the_last_generation_is_the_one_of_a_build_without_words_first(stages: Mapping[int, Path], seeds_index: Path) -> None:
    last = stages[max(stages)]
    assert Index.open(last).info.unembedded == 0 and same_files(last, seeds_index)
    assert "unembedded" not in (last / name_of(max(stages)) / "manifest.json").read_text()


def again(stages: Mapping[int, Path], stage: int, into: Path, seeds: Path, settings: BuildSettings) -> tuple[BuildReport, int]:
    """Go on with a build that was stopped after a generation; return its report, and how many passages it embedded."""
    shutil.copytree(stages[stage], into)
    done: list[int] = []
    return build([seeds], into, settings, progress=Progress(done=done.append)), sum(done)


@pytest.mark.parametrize("stage", [1, 3])
def test_a_stopped_build_goes_on(
    stage: int, stages: Mapping[int, Path], tmp_path: Path, seeds: Path, seeds_index: Path
) -> None:
    report, embedded = again(stages, stage, tmp_path / "index", seeds, WORDS_FIRST)
    assert len(report.added) == 5 and same_files(tmp_path / "index", seeds_index)
    assert embedded == report.passages if stage == 1 else 0 < embedded < report.passages
    assert build([seeds], tmp_path / "index", WORDS_FIRST).generation == report.generation


def test_a_stopped_build_goes_on_with_other_articles(stages: Mapping[int, Path], tmp_path: Path, seeds: Path) -> None:
    articles = shutil.copytree(seeds, tmp_path / "seeds")
    first, *_ = sorted(articles.glob("*.txt"))
    first.write_text("The bridge was closed. Trains stood still.")
    report, _ = again(stages, 3, tmp_path / "index", articles, WORDS_FIRST)
    build([articles], tmp_path / "fresh")
    assert len(report.added) == 5 and same_files(tmp_path / "index", tmp_path / "fresh")
    assert report.generation == 5  # The words of these articles were published in between.


def test_few_articles_and_a_whole_index_are_built_at_once(tmp_path: Path, seeds: Path, seeds_index: Path) -> None:
    index = shutil.copytree(seeds_index, tmp_path / "index")
    assert build([seeds], index, replace(WORDS_FIRST, rebuild=True)).generation == 2
    assert build([seeds], tmp_path / "small").generation == 1


def test_vectors_of_another_model_are_not_mixed_in(
    stages: Mapping[int, Path], tmp_path: Path, seeds: Path, exact: ModelSettings
) -> None:
    again(stages, 3, tmp_path / "index", seeds, replace(WORDS_FIRST, model=exact))
    info = Index.open(tmp_path / "index", model=exact).info
    assert info.unembedded == 0 and info.generation > 4


def test_a_file_that_changes_meanwhile_is_read_when_it_is_embedded(
    tmp_path: Path, seeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    articles = shutil.copytree(seeds, tmp_path / "seeds")
    last = sorted(articles.glob("*.txt"))[-1]

    def late(*arguments: object, **more: object) -> object:
        last.write_text("The bridge was closed. Trains stood still.")
        return publish(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("articles_qa.index.building.words_first.publish", late)
    assert build([articles], tmp_path / "index", WORDS_FIRST).generation == 1
    assert "The bridge was closed" in Index.open(tmp_path / "index").article_named(last.name).text  # type: ignore[union-attr]


@pytest.mark.parametrize("count", [-1, True, "5", 10**9])
def test_a_count_of_missing_vectors_that_no_build_writes_is_refused(count: object, tmp_path: Path, seeds_index: Path) -> None:
    index = shutil.copytree(seeds_index, tmp_path / "index")
    manifest = index / name_of(1) / "manifest.json"
    said = json.loads(manifest.read_text())
    del said["seal"]
    said["segments"][0]["unembedded"] = count
    manifest.write_bytes(sealed(said))
    with pytest.raises(IndexMismatchError, match="unembedded"):
        Index.open(index, generation=1)
