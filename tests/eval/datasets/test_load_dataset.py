"""Data sets in other people's forms: what becomes of them, and how bad ones are refused."""

import json
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles_qa.eval.datasets.cases import DataSet, Gold
from articles_qa.eval.datasets.document_files import FileNames
from articles_qa.eval.datasets.load_dataset import load_dataset
from articles_qa.eval.datasets.squad import question_word
from articles_qa.index import InputError

QA = {"id": "1", "question": "Who rose?", "answers": [{"text": "river", "answer_start": 4}], "is_impossible": False}
SQUAD = {"data": [{"title": "High_water", "paragraphs": [{"context": "The river rose.", "qas": [QA]}]}]}
STOOD = ["It rose .", "It fell .", "It rose ."]
CLAPNQ = {
    "id": "1",
    "input": "what rose",
    "passages": [{"title": "High water", "text": "It rose . It fell . It rose . ", "sentences": STOOD}],
    "output": [{"answer": "It did", "selected_sentences": ["It fell .", "It rose ."]}],
}
SAID = [{"role": "user", "content": "What rose?"}, {"role": "assistant", "content": "The river."}]
TURN = {"id": "1", "history": SAID, "question": "When?", "relevant": ["p/1"], "answerability": ["ANSWERABLE"]}
PASSAGE = {"id": "p/1", "title": "High water", "text": "The river rose at noon."}
OWN = {"id": "1", "kind": "who", "question": "Who?", "spans": [{"source": "a.txt", "start": 0, "end": 3}], "history": []}
CORPUS, QUERY, QRELS = (
    {"_id": "d/1", "title": "High water", "text": "It rose."},
    {"_id": "q", "text": "what rose"},
    "q\td/1\t2\n",
)
HEADER = "query-id\tcorpus-id\tscore\n"


def write(path: Path, *records: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8", newline="\n")
    return path


def beir(folder: Path, corpus: Sequence[object] = (CORPUS,), queries: Sequence[object] = (QUERY,), qrels: str = QRELS) -> Path:
    write(folder / "corpus.jsonl", *corpus)
    write(folder / "queries.jsonl", *queries)
    write(folder / "qrels" / "test.tsv").write_text(HEADER + qrels, "utf-8")
    return folder


def gold(data: DataSet) -> list[list[str]]:
    """The texts of each case's spans."""
    texts = {document.source: document.text for document in data.documents or ()}
    return [[span.span.cut(texts[span.source]) for span in case.spans] for case in data.cases]


def squad(title: str, context: str, *qas: Mapping[str, object]) -> dict[str, object]:
    return {"data": [{"title": title, "paragraphs": [{"context": context, "qas": list(qas)}]}]}


def test_a_squad_paragraph_is_a_document_and_its_answers_are_spans_of_it(tmp_path: Path) -> None:
    impossible = {"id": "2", "question": "When did it fall?", "answers": [], "is_impossible": True}
    answers = [("river", 4), ("river", 4), ("The river", 0), ("lake", 4), ("river", -11), ("", 0)]
    asked = {"id": "1", "question": "What rose?", "answers": [{"text": t, "answer_start": at} for t, at in answers]}
    lost = {"id": "3", "question": "Why?", "answers": [{"text": "rain", "answer_start": 0}]}
    data = load_dataset([write(tmp_path / "dev.json", squad("High_water", "The river rose.", asked, impossible, lost))])
    assert (data.name, data.form, data.gold) == ("dev", "SQuAD", Gold.ANSWERS)
    assert [(d.source, d.text) for d in data.documents or ()] == [("High_water/0001.txt", "High water\n\nThe river rose.")]
    assert gold(data) == [["river", "The river"], []]
    assert [(case.kind, case.answerable) for case in data.cases] == [("what", True), ("unanswerable", False)]
    assert data.notes == (
        "answers that do not stand at their answer_start, left out: 4",
        "questions without a usable answer, left out: 1",
    )


def test_squad_paragraphs_that_come_twice_stand_once_and_titles_that_look_alike_do_not_meet(tmp_path: Path) -> None:
    titles = ["a/b", "A_b", "a b", "../x", ".x", "", "\x1b[2J", "y" * 500, "a/b"]
    contexts = ["one", "one", "one", "one", "one", "one", "one", "one", "two"]
    paths = [write(tmp_path / f"{i}.json", squad(*pair)) for i, pair in enumerate(zip(titles, contexts, strict=True))]
    again = write(tmp_path / "again.json", squad("a/b", "one", QA | {"is_impossible": True}))
    documents = load_dataset([*paths, again]).documents or ()
    assert [document.source for document in documents][:6] == [
        "a_b/0001.txt", "A_b-2/0001.txt", "a_b-3/0001.txt", "x/0001.txt", "x-2/0001.txt", "untitled/0001.txt"
    ]  # fmt: skip
    assert documents[-1].source == "a_b/0002.txt"
    assert len(documents) == len(titles)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), st.data())
def test_every_squad_answer_is_cut_from_its_document(tmp_path: Path, title: str, data: st.DataObject) -> None:
    letters = st.sampled_from("ab \n\r\u2028\ufeff\u0301🇺é")
    context = data.draw(st.text(letters, min_size=1).filter(str.strip))
    start = data.draw(st.integers(0, len(context) - 1))
    end = data.draw(st.integers(start + 1, len(context)))
    answer = {"text": context[start:end], "answer_start": start}
    loaded = load_dataset([write(tmp_path / "x.json", squad(title, context, QA | {"answers": [answer]}))])
    assert gold(loaded) == [[context[start:end]]]


@given(st.lists(st.text(max_size=80), max_size=30))
def test_names_are_safe_and_no_two_are_alike(called: list[str]) -> None:
    names = FileNames()
    given_names = {text: names.name(text) for text in called}
    assert len({name.casefold() for name in given_names.values()}) == len(given_names)
    assert all(len(name.encode("utf-8", "surrogatepass")) < 250 for name in given_names.values())
    assert all(name and name[0] != "." and not set(name) & set("/\\\0\n: ") for name in given_names.values())


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("Who was it?", "who"),
        ("Whose river is it?", "who"),
        ("To whom did it fall?", "who"),
        ("How many rose?", "how many"),
        ("By how much?", "how many"),
        ("However, how did it rise?", "how"),
        ("In what year, and where?", "what"),
        ("WHY?", "why"),
        ("Name the river that rose.", "other"),
        ("", "other"),
    ],
)
def test_the_question_word_is_the_first_one(question: str, word: str) -> None:
    assert question_word(question) == word


def test_a_beir_folder_gives_documents_with_grades(tmp_path: Path) -> None:
    corpus = [CORPUS, {"_id": "D/1", "text": "No title."}, {"_id": "3", "title": " ", "text": ""}]
    queries = [QUERY, {"_id": "unjudged", "text": "why"}, {"_id": "irrelevant", "text": "who"}]
    qrels = "q\td/1\t2\r\nq\tD/1\t0\nq\tgone\t1\nq\t3\t1\nirrelevant\td/1\t-1\nnowhere\td/1\t1\n"
    write(beir(tmp_path / "set", corpus, queries, qrels) / "qrels" / "dev.tsv")
    data = load_dataset([tmp_path / "set"])
    assert (data.name, data.form, data.gold) == ("set", "BEIR", Gold.DOCUMENTS)
    assert [(d.source, d.text) for d in data.documents or ()] == [
        ("d_1.txt", "High water\n\nIt rose."),
        ("D_1-2.txt", "No title."),
    ]
    (case,) = data.cases
    assert [(document.source, document.grade) for document in case.documents] == [("d_1.txt", 2)]
    assert data.notes == (
        "judgements: qrels/test.tsv, not dev.tsv",
        "documents without text, left out: 1",
        "judgements of documents that corpus.jsonl lacks, left out: 2",
        "questions without judgements, left out: 1",
        "questions without a relevant document, left out: 1",
        "judged questions that queries.jsonl lacks, left out: 1",
    )


@pytest.mark.parametrize(("names", "chosen"), [("dev train", "dev"), ("train", "train"), ("z a", "a")])
def test_without_a_test_split_another_is_taken(names: str, chosen: str, tmp_path: Path) -> None:
    folder = beir(tmp_path)
    for name in names.split():
        (folder / "qrels" / f"{name}.tsv").write_text(QRELS, "utf-8")  # A file without a header is read all the same.
    (folder / "qrels" / "test.tsv").unlink()
    assert load_dataset([folder]).notes[0].startswith(f"judgements: qrels/{chosen}.tsv")


def test_clapnq_sentences_are_found_from_left_to_right(tmp_path: Path) -> None:
    unanswerable = CLAPNQ | {"id": "2", "output": [{"answer": "", "selected_sentences": []}]}
    both = write(tmp_path / "clapnq-yes.jsonl", CLAPNQ), write(tmp_path / "clapnq-no.jsonl", unanswerable)
    data = load_dataset(both)
    assert (data.name, data.form, data.gold) == ("clapnq", "CLAP NQ", Gold.SENTENCES)
    assert [(d.source, d.text) for d in data.documents or ()] == [
        ("High_water/0001.txt", "High water\n\nIt rose . It fell . It rose . ")
    ]
    assert gold(data) == [["It fell .", "It rose ."], []]
    assert [span.span.start for span in data.cases[0].spans] == [22, 32]  # The second "It rose .", after "It fell .".
    assert [case.answerable for case in data.cases] == [True, False]


def test_clapnq_sentences_that_are_not_there_are_counted(tmp_path: Path) -> None:
    passage = {"title": "", "text": "It rose . It fell .", "sentences": ["It rose .", "It sank .", "It fell ."]}
    some = [{"answer": "x", "selected_sentences": ["It rose .", "It sank ."]}]
    none = [{"answer": "It rose"}, {"answer": "It fell"}]
    records = [CLAPNQ | {"id": str(i), "passages": [passage], "output": output} for i, output in enumerate((some, none))]
    data = load_dataset([write(tmp_path / "x.jsonl", *records)])
    assert gold(data) == [["It rose ."]]
    assert data.notes == (
        "sentences that do not stand in their passage, left out: 2",
        "selected sentences that do not stand in their passage, left out: 1",
        "answered questions without a usable sentence, left out: 1",
    )


@pytest.mark.parametrize("beside", ["x-passages.jsonl", "other.jsonl"])
def test_mtrag_passages_are_found_beside_the_turns(beside: str, tmp_path: Path) -> None:
    write(tmp_path / "unrelated.jsonl", {"a": 1})
    (tmp_path / "broken.jsonl").write_bytes(b"\xff")
    turns, passages = write(tmp_path / "x-turns.jsonl", TURN), write(tmp_path / beside, PASSAGE)
    data = load_dataset([turns])
    assert data.paths == (turns, passages)
    assert data == load_dataset([passages, turns])
    assert (data.form, data.gold) == ("MTRAG", Gold.DOCUMENTS)


def test_mtrag_turns_are_cases_with_their_history(tmp_path: Path) -> None:
    kinds = [("ANSWERABLE", True), ("PARTIAL", True), ("UNANSWERABLE", False), ("CONVERSATIONAL", None)]
    turns = [TURN | {"id": name, "answerability": [name]} for name, _ in kinds]
    more = TURN | {"id": "first", "history": [], "answerability": "PARTIAL", "relevant": ["p/1", "gone", "p/1"]}
    lost = TURN | {"id": "lost", "relevant": ["blank"]}
    headed = {"id": "p2", "title": "Low", "text": "Low\nIt fell."}
    blank = {"id": "blank", "title": "", "text": " "}
    write(tmp_path / "set" / "a.jsonl", *turns, more, lost)
    write(tmp_path / "set" / "b.jsonl", PASSAGE, headed, PASSAGE, blank)
    data = load_dataset([tmp_path / "set"])
    assert [d.text for d in data.documents or ()] == ["High water\n\nThe river rose at noon.", "Low\nIt fell."]
    assert [case.answerable for case in data.cases] == [*(answerable for _, answerable in kinds), True]
    assert [len(case.documents) for case in data.cases] == [1, 1, 0, 1, 1]
    assert (data.cases[0].kind, data.cases[0].history) == ("follow-up", tuple(SAID))
    assert (data.cases[-1].kind, data.cases[-1].history) == ("first turn", ())
    assert [note.rpartition(" ")[2] for note in data.notes] == ["1", "2", "1"]


def test_own_cases_bring_no_documents(tmp_path: Path) -> None:
    files = write(tmp_path / "a.jsonl", OWN), write(tmp_path / "b.jsonl", OWN | {"id": "2"})
    data = load_dataset(files)
    assert (data.form, data.documents, [case.id for case in data.cases]) == ("cases", None, ["1", "2"])
    assert data.cases == load_dataset([tmp_path, files[0]]).cases  # A file that is named twice is read once.


def test_a_file_is_known_by_what_stands_in_it(tmp_path: Path) -> None:
    folded = json.dumps(SQUAD, indent=1).replace("\n", "\r\n").encode()
    (tmp_path / "cases.txt").write_bytes(b"\xef\xbb\xbf" + folded)
    (tmp_path / "squad.json").write_bytes(b"\xef\xbb\xbf\r\n" + json.dumps(CLAPNQ).encode() + b"\r\n\r\n")
    assert gold(load_dataset([tmp_path / "cases.txt"])) == [["river"]]
    assert load_dataset([tmp_path / "squad.json"]).form == "CLAP NQ"


def test_questions_that_cannot_be_asked_are_left_out(tmp_path: Path) -> None:
    questions = ["What rose?", "", "?!", "why " * 600]
    turns = [TURN | {"id": str(i), "question": question} for i, question in enumerate(questions)]
    data = load_dataset([write(tmp_path / "x-turns.jsonl", *turns), write(tmp_path / "y.jsonl", PASSAGE)])
    assert [case.question for case in data.cases] == ["What rose?"]
    assert data.notes == ("questions without a word or too long, left out: 3",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\n", "empty"),
        (b"[]", "x.jsonl:1: no JSON object"),
        (b"\n\nnot json", "x.jsonl:3: broken JSON (Expecting value at column 1); correct it"),
        (b'{"data": \xff}', "x.jsonl:1: not UTF-8"),
        ('{"data": []}'.encode("utf-16"), "not UTF-8"),
        (b'{"data": ' + b"[" * 100_000, "x.jsonl:1: JSON with a number too long or lists too deep"),
        (b'{"data": ' + b"1" * 10_000 + b"}", "too long"),
        (b"{}", 'no known form; cases: no "question", "spans"; SQuAD: no "data"; CLAP NQ: no "input", "passages"; MTRAG'),
        (b'{"data": []}', "holds no question"),
        (b'{"data": 1}', 'x.jsonl: data: Input should be a valid list; correct it'),
        (
            json.dumps(squad("a", "b", QA | {"answers": [{"text": "b", "answer_start": False}]})).encode(),
            'x.jsonl: data[0].paragraphs[0].qas[0].answers[0].answer_start: Input should be a valid integer; correct it',
        ),
        (b'{"data": [{"paragraphs": [null]}]}', "x.jsonl: data[0].paragraphs[0]: Input should be a valid dictionary"),
        (b'{"data": [{"paragraphs": [{"context": "\\u0000"}]}]}', 'paragraphs[0].context: the text holds NUL'),
        (b'{"data": [{"title": "\\ud800", "paragraphs": []}]}', 'data[0].title: the text holds NUL or a lone surrogate'),
        (b'{"data": []}\n{"data": []}', "x.jsonl:2: broken JSON (Extra data"),
        (b'{"question": "a", "relevant": []}\n', "no file of passages beside it; name the right one too"),
        (b'{"id": "1", "title": "a", "text": "b"}\n', "passages without questions"),
        (json.dumps(CLAPNQ).encode() + b"\n" + json.dumps(CLAPNQ).encode(), "x.jsonl:2: the id '1' comes twice"),
        (json.dumps(CLAPNQ).encode() + b"\n{", "x.jsonl:2: broken JSON"),
        (json.dumps(CLAPNQ | {"id": " "}).encode(), 'x.jsonl:1: id: the text is empty; correct it'),
        (json.dumps(OWN).encode() + b"\n" + json.dumps(OWN).encode(), "the id '1' comes twice"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_in_one_line(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(content)
    with pytest.raises(InputError) as refusal:
        load_dataset([tmp_path / "x.jsonl"])
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("corpus.jsonl", None, "corpus.jsonl: cannot be read (No such file or directory)"),
        ("queries.jsonl", None, "queries.jsonl: cannot be read"),
        ("qrels/test.tsv", None, "without qrels/*.tsv"),
        ("qrels/test.tsv", f"{HEADER}q\td/1\n", "test.tsv:2: 2 columns, not query-id, corpus-id and score"),
        ("qrels/test.tsv", f"{HEADER}q\td/1\thigh\n", "test.tsv:2: the score 'high' is no whole number"),
        ("qrels/test.tsv", HEADER, "holds no question to ask (judgements: qrels/test.tsv; questions without judgements"),
        ("corpus.jsonl", json.dumps(CORPUS) + "\n" + json.dumps(CORPUS), "corpus.jsonl:2: the id 'd/1' comes twice"),
        ("queries.jsonl", '{"_id": 7, "text": "a"}', "queries.jsonl:1: _id: Input should be a valid string; correct it"),
    ],
)
def test_a_bad_beir_folder_is_refused(name: str, content: str | None, message: str, tmp_path: Path) -> None:
    beir(tmp_path)
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_text(content, "utf-8")
    with pytest.raises(InputError) as refusal:
        load_dataset([tmp_path])
    assert message in str(refusal.value)


def test_paths_that_are_no_data_set_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    squad_file, clapnq_file = write(tmp_path / "a.json", SQUAD), write(tmp_path / "b.jsonl", CLAPNQ)
    passages = [write(tmp_path / "m" / f"{name}.jsonl", PASSAGE) for name in "pq"]
    turns = write(tmp_path / "m" / "turns.jsonl", TURN)
    changed = write(tmp_path / "changed.jsonl", PASSAGE | {"text": "Another."})
    for paths, message in (
        ([], "no data set is named"),
        ([tmp_path / "gone\n"], r"gone\n: cannot be found (No such file or directory); check the path"),
        ([Path("a\0b")], r"a\x00b: cannot be found"),
        ([Path("/dev/null")], "neither a file nor a folder"),
        ([tmp_path / "empty"], "holds no .json or .jsonl file"),
        ([squad_file, clapnq_file], "several forms: SQuAD (a.json), CLAP NQ (b.jsonl); name files of one form"),
        ([beir(tmp_path / "beir"), squad_file], "a BEIR folder is a data set of its own"),
        ([turns], "several files of passages beside it (p.jsonl, q.jsonl)"),
        ([write(tmp_path / "own.jsonl", OWN), write(tmp_path / "two.jsonl", OWN)], "two.jsonl:1: the id '1' comes twice"),
        ([turns, passages[0], changed], "changed.jsonl:1: the id 'p/1' comes twice"),
    ):
        with pytest.raises(InputError) as refusal:
            load_dataset(paths)
        assert message in str(refusal.value)


def places(value: Any, *before: str | int) -> Iterator[tuple[str | int, ...]]:
    """The way to every value inside a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*before, key)
        yield from places(item, *before, key)


def changed(value: Any, place: Sequence[str | int], new: object) -> Any:
    """A copy with another value at a place."""
    copy = part = deepcopy(value)
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = new
    return copy


ODD: tuple[object, ...] = (None, True, -1, 1.5, 10**30, "", "\0", "\ud800", "x", [], {}, [None], [[]], {"x": 1})
RECORDS = {"squad.json": SQUAD, "clapnq.jsonl": CLAPNQ, "turns.jsonl": TURN, "passages.jsonl": PASSAGE, "cases.jsonl": OWN}


@pytest.mark.parametrize("name", [*RECORDS, "corpus.jsonl", "queries.jsonl"])
def test_a_value_of_another_type_anywhere_is_taken_or_refused_in_one_line(name: str, tmp_path: Path) -> None:
    in_beir, in_mtrag = name in ("corpus.jsonl", "queries.jsonl"), name in ("turns.jsonl", "passages.jsonl")
    files: dict[str, Any] = dict(RECORDS) | {"corpus.jsonl": CORPUS, "queries.jsonl": QUERY}
    if in_beir:
        beir(tmp_path)
    for other in ("turns.jsonl", "passages.jsonl") if in_mtrag else ():
        write(tmp_path / other, files[other])
    for place in places(files[name]):
        for odd in ODD:
            write(tmp_path / name, changed(files[name], place, odd))
            try:
                assert load_dataset([tmp_path]).cases
            except InputError as refusal:
                assert "\n" not in str(refusal)
                assert ": " in str(refusal)
