"""Training: the same data make the same weights, an article stays in one fold, and what cannot be used is one line."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import articles_qa.eval.train
from articles_qa.eval.datasets.cases import Case
from articles_qa.eval.datasets.load_dataset import load_dataset
from articles_qa.eval.running.scratch_index import scratch_index
from articles_qa.eval.train import Material, QuestionSample, learn, main, training_samples
from articles_qa.index import Index
from articles_qa.index.articles.span import Span
from articles_qa.qa.ranking.features import FEATURES, SPEAKER
from articles_qa.qa.ranking.scoring import JUDGED
from articles_qa.qa.ranking.token_match import MATCHES
from articles_qa.qa.ranking.weights import read_weights

Capsys = pytest.CaptureFixture[str]

# For each article its text, and what is asked: a question with the words that answer it, or with none.
ARTICLES: dict[str, tuple[str, dict[str, str]]] = {
    "Ferry": (
        "The ferry sank near Linz on Monday. Forty passengers were rescued by fishermen. Rain fell on the town all day.",
        {"Where did the ferry sink?": "near Linz", "Who rescued the passengers?": "fishermen", "Who owned the ferry?": ""},
    ),
    "Bridge": (
        "The bridge was closed in May. It was built by Anna Berg in 1950. A new one will cost five million euros.",
        {"When was the bridge closed?": "May", "Who built the bridge?": "Anna Berg", "How long was the tunnel?": ""},
    ),
    "Market": (
        "The market opened at nine. Apples were sold for two euros. The mayor bought a basket of them.",
        {"When did the market open?": "nine", "What were apples sold for?": "two euros", "Who closed the harbour?": ""},
    ),
}
SENTENCES = ["The Danube flows through Linz .", "It is 2,850 km long .", "Barges carry wheat ."]
CLAPNQ: list[dict[str, Any]] = [
    {
        "id": "1",
        "input": "how long is the danube",
        "passages": [{"title": "Danube", "text": " ".join(SENTENCES), "sentences": SENTENCES}],
        "output": [{"answer": "2,850 km", "selected_sentences": [SENTENCES[1]]}],
    },
    {
        "id": "2",
        "input": "who discovered penicillin",
        "passages": [{"title": "Danube", "text": " ".join(SENTENCES), "sentences": SENTENCES}],
        "output": [{"answer": "", "selected_sentences": []}],
    },
]


def paragraph(text: str, asked: dict[str, str]) -> dict[str, Any]:
    qas = [
        {
            "id": f"{text[:12]} {question}",
            "question": question,
            "is_impossible": not words,
            "answers": [{"text": words, "answer_start": text.index(words)}] if words else [],
        }
        for question, words in asked.items()
    ]
    return {"context": text, "qas": qas}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A SQuAD file of three articles, and a CLAP NQ file."""
    folder = tmp_path_factory.mktemp("data")
    data = [{"title": title, "paragraphs": [paragraph(*article)]} for title, article in ARTICLES.items()]
    (folder / "squad.json").write_text(json.dumps({"data": data}), "utf-8")
    (folder / "clapnq.jsonl").write_text("".join(json.dumps(record) + "\n" for record in CLAPNQ), "utf-8")
    return folder / "squad.json", folder / "clapnq.jsonl"


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A cache of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QA_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def material(files: tuple[Path, Path]) -> Material:
    return Material.of(files[0], [files[1]], [])


@pytest.fixture(scope="module")
def index(files: tuple[Path, Path]) -> Index:
    return scratch_index(load_dataset([files[0]]))


def case(question: str, files: tuple[Path, Path]) -> Case:
    return next(case for case in load_dataset([files[0]]).cases if case.question == question)


@pytest.mark.parametrize(
    ("question", "text"),
    [("Who rescued the passengers?", "Forty passengers were rescued by fishermen."), ("Who owned the ferry?", "")],
)
def test_a_sentence_is_right_where_it_holds_the_answer(
    question: str, text: str, files: tuple[Path, Path], index: Index
) -> None:
    (sample,) = training_samples([case(question, files)], index)
    sentences = [
        s.span.cut(index.store.article(p.article).text) for p in passages(index) for s in index.store.sentences([p.id])
    ]
    assert [sentences[place] for place in np.flatnonzero(sample.right)] == ([text] if text else [])
    assert sample.rows.shape == (len(sample.right), len(FEATURES)) and sample.answerable == bool(text)
    assert sample.article == "Ferry"


def passages(index: Index) -> list[Any]:
    return list(index.store.passages(range(index.info.passages)))


def test_what_is_asked_of_other_documents_has_no_right_sentence(files: tuple[Path, Path], index: Index) -> None:
    (sample,) = training_samples([case("Who rescued the passengers?", files)], index, off_topic=True)
    assert not sample.right.any() and not sample.answerable and sample.article == ""


def test_a_sentence_that_holds_part_of_the_answer_is_not_right(files: tuple[Path, Path], index: Index) -> None:
    whole = case("Who rescued the passengers?", files)
    (gold,) = whole.spans
    longer = type(gold)(gold.source, Span(gold.span.start - 60, gold.span.end))
    (sample,) = training_samples([Case("1", "who", whole.question, answerable=True, spans=(longer,), home=whole.home)], index)
    assert not sample.right.any()


def test_the_other_set_is_asked_and_answered_too(material: Material) -> None:
    assert len(material.samples) == 9 and {sample.article for sample in material.samples} == set(ARTICLES)
    assert {sample.article for sample in material.others} == {""}
    right = [sample for sample in material.others if sample.right.any()]
    assert len(right) == 1 and right[0].answerable  # The one CLAP NQ question that its own passage answers.
    assert sum(not sample.answerable for sample in material.others) == len(material.others) - 1


def test_folds_keep_an_article_together() -> None:
    folds = articles_qa.eval.train._folds(["b", "a", "b", "c", "a"])
    assert folds.tolist() == [1, 0, 1, 2, 0]
    many = articles_qa.eval.train._folds([str(number) for number in range(100)])
    assert set(many.tolist()) == set(range(articles_qa.eval.train.FOLDS))


def test_no_article_is_judged_by_weights_that_saw_it(material: Material, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[set[str]] = []
    learnt = articles_qa.eval.train._sentence_weights

    def watched(given: list[QuestionSample], kept: list[int]) -> Any:
        seen.append({sample.article for sample in given})
        return learnt(given, kept)

    monkeypatch.setattr(articles_qa.eval.train, "_sentence_weights", watched)
    monkeypatch.setattr(articles_qa.eval.train, "FOLDS", 4)
    learn(material.samples, material.others, tokens=True)
    left_out = [set(ARTICLES) - articles for articles in seen]
    assert all({name} in left_out for name in ARTICLES) and all(len(names) <= 1 for names in left_out)


def test_what_was_learnt_fits_the_code_and_leaves_out_what_it_should(material: Material) -> None:
    for tokens in (True, False):
        record = learn(material.samples, material.others, tokens=tokens)
        weights = read_weights(record)
        assert list(record["sentence"]["values"]) == list(FEATURES) and list(record["right"]["values"]) == list(JUDGED)
        assert np.isfinite(weights.sentence.logits(material.samples[0].rows)).all()
        assert any(record["sentence"]["values"][name] for name in MATCHES) == tokens
        assert not any(record["right"]["values"][name] for name in SPEAKER)
        assert {name: record["sentence"]["values"][name] for name in SPEAKER} == articles_qa.eval.train.SPEAKER_WEIGHTS


def trained(files: tuple[Path, Path], into: Path, *more: str) -> int:
    return main([str(files[0]), "--sentences", str(files[1]), "--into", str(into), *more])


def test_training_twice_gives_the_same_bytes_and_check_says_so(
    files: tuple[Path, Path], tmp_path: Path, capsys: Capsys
) -> None:
    assert trained(files, tmp_path / "a.json") == 0 and trained(files, tmp_path / "b.json") == 0
    made = (tmp_path / "a.json").read_bytes()
    assert made == (tmp_path / "b.json").read_bytes() and capsys.readouterr().out == ""
    record = json.loads(made)
    assert list(record["weights"]) == ["tokens", "no_tokens"] and len(record["made_by"]["data_sha256"]) == 2
    assert trained(files, tmp_path / "a.json", "--check") == 0 and capsys.readouterr().out == "the same weights\n"
    record["weights"]["tokens"]["sentence"]["values"]["cosine"] += 0.001
    (tmp_path / "a.json").write_text(json.dumps(record), "utf-8")
    assert trained(files, tmp_path / "a.json", "--check") == 1 and capsys.readouterr().out == "other weights\n"
    assert json.loads((tmp_path / "a.json").read_text("utf-8")) == record  # Checking writes nothing.


def test_cross_validation_prints_measures_and_writes_nothing(files: tuple[Path, Path], tmp_path: Path, capsys: Capsys) -> None:
    assert trained(files, tmp_path / "a.json", "--cross-validate") == 0
    out = capsys.readouterr().out
    assert "ranked answer@1" in out and "p50 ms" in out and not (tmp_path / "a.json").exists()


# Arguments, and words of the one line on stderr.
UNUSABLE = [
    (["missing.json"], "missing.json"),
    (["notes.txt"], "notes.txt"),
    (["CLAPNQ"], "CLAP NQ, not SQuAD; name a SQuAD file first"),
    (["SQUAD", "--sentences", "missing.jsonl"], "missing.jsonl"),
    (["SQUAD", "--off-topic", "notes.txt"], "notes.txt"),
    (["SQUAD", "--sentences", "CLAPNQ", "--check", "--into", "missing.json"], "missing.json"),
    (["SQUAD", "--sentences", "CLAPNQ", "--into", "nowhere/weights.json"], "nowhere/weights.json"),
]


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder but for a file that is no data set."""
    monkeypatch.chdir(tmp_path)
    Path("notes.txt").write_text("not a data set", "utf-8")


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize(("arguments", "words"), UNUSABLE, ids=[" ".join(a) for a, _ in UNUSABLE])
def test_what_cannot_be_used_is_one_line(arguments: list[str], words: str, files: tuple[Path, Path], capsys: Capsys) -> None:
    named = {"SQUAD": str(files[0]), "CLAPNQ": str(files[1])}
    assert main([named.get(argument, argument) for argument in arguments]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("eval.train: ") and err.count("\n") == 1 and words in err
