"""Data sets in any of the known forms. A file's form is told by the fields of its first record."""

import stat
from collections.abc import Sequence
from dataclasses import replace
from enum import Enum
from itertools import takewhile
from pathlib import Path
from typing import TypeVar

from articles_qa.eval.datasets import beir, clapnq, mtrag, squad
from articles_qa.eval.datasets.beir import is_beir, load_beir
from articles_qa.eval.datasets.cases import OWN_CASES, Case, DataSet, Document, Gold, load_cases
from articles_qa.eval.datasets.clapnq import load_clapnq
from articles_qa.eval.datasets.json_records import first_object
from articles_qa.eval.datasets.mtrag import load_mtrag, passages_beside
from articles_qa.eval.datasets.squad import load_squad
from articles_qa.index import InputError
from articles_qa.index.files.printable import printable_name
from articles_qa.qa.questions.question import read_question

SUFFIXES = (".json", ".jsonl")


class _Form(Enum):
    """The forms of a file."""

    CASES = "cases"
    SQUAD = squad.FORM
    CLAPNQ = clapnq.FORM
    TURNS = f"{mtrag.FORM} turns"
    PASSAGES = f"{mtrag.FORM} passages"


# Fields of the first object of a file; the first form with all its fields there is taken.
_KEYS = {
    _Form.CASES: ("question", "spans"),
    _Form.SQUAD: squad.KEYS,
    _Form.CLAPNQ: clapnq.KEYS,
    _Form.TURNS: mtrag.TURN_KEYS,
    _Form.PASSAGES: mtrag.PASSAGE_KEYS,
}


def load_dataset(paths: Sequence[Path]) -> DataSet:
    """Return the data set in these files or in this folder.

    Several files, and the files of a folder, are one set and must be of one
    form. Questions that cannot be asked are left out, and a note says so.

    Raises:
        InputError: a path is missing, of no known form, wrong in its form, or holds no question.
    """
    if not paths:
        raise InputError("no data set is named; name its file or folder")
    data = _loaded(paths)
    asked = tuple(case for case in data.cases if _can_be_asked(case))
    if len(asked) < len(data.cases):
        note = f"questions without a word or too long, left out: {len(data.cases) - len(asked):,}"
        data = replace(data, cases=asked, notes=(*data.notes, note))
    if not data.cases:
        where, why = printable_name(paths[0]), "; ".join(data.notes)
        raise InputError(f"{where}: holds no question to ask{f' ({why})' if why else ''}; name another data set")
    return data


def _loaded(paths: Sequence[Path]) -> DataSet:
    for path in paths:
        if _is_folder(path) and is_beir(path):
            if len(paths) > 1:
                raise InputError(f"{printable_name(path)}: a {beir.FORM} folder is a data set of its own; name it alone")
            return load_beir(path, _name(paths, ()))
    files = _by_form(paths)
    if files.keys() <= {_Form.TURNS, _Form.PASSAGES}:
        turns, passages = files.get(_Form.TURNS, []), files.get(_Form.PASSAGES, [])
        if not turns:
            raise InputError(f"{printable_name(passages[0])}: passages without questions; name the file of turns too")
        passages = passages or list(dict.fromkeys(passages_beside(path) for path in turns))
        return load_mtrag(turns, passages, _name(paths, (*turns, *passages)))
    if len(files) > 1:
        held = ", ".join(f"{form.value} ({printable_name(found[0].name)})" for form, found in files.items())
        raise InputError(f"{printable_name(paths[0])}: several forms: {held}; name files of one form")
    form, found = next(iter(files.items()))
    name = _name(paths, found)
    if form is _Form.CASES:
        return DataSet(name, form.value, Gold.ANSWERS, tuple(found), load_cases(found), None)
    return load_squad(found, name) if form is _Form.SQUAD else load_clapnq(found, name)


def _is_folder(path: Path) -> bool:
    """Tell whether the path is a folder. A path that is neither file nor folder cannot be read twice and is refused."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:  # ValueError where the name holds a NUL.
        reason = getattr(error, "strerror", None) or "no such file or folder"
        raise InputError(f"{printable_name(path)}: cannot be found ({reason}); check the path") from error
    if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
        raise InputError(f"{printable_name(path)}: neither a file nor a folder; name a data set's file or folder")
    return stat.S_ISDIR(mode)


def _by_form(paths: Sequence[Path]) -> dict[_Form, list[Path]]:
    """Return the named files and the files of named folders, each once, by form."""
    files: dict[Path, Path] = {}
    for path in paths:
        files |= {file.resolve(): file for file in (_files(path) if path.is_dir() else [path])}
    by_form: dict[_Form, list[Path]] = {}
    for file in files.values():
        by_form.setdefault(_form(file), []).append(file)
    return by_form


def _files(folder: Path) -> list[Path]:
    try:
        named = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.name[0] != ".")
    except OSError as error:
        raise InputError(f"{printable_name(folder)}: cannot be listed ({error.strerror}); check that it may be read") from error
    files = [path for path in named if path.is_file()]
    if not files:
        raise InputError(f"{printable_name(folder)}: holds no .json or .jsonl file; name a data set's file or folder")
    return files


def _form(file: Path) -> _Form:
    there = first_object(file).keys()
    for form, keys in _KEYS.items():
        if there >= set(keys):
            return form
    lacking = [(form, [f'"{key}"' for key in keys if key not in there]) for form, keys in _KEYS.items()]
    tried = "; ".join(f"{form.value}: no {', '.join(keys)}" for form, keys in lacking)
    raise InputError(f"{printable_name(file)}: no known form; {tried}; {beir.FORM}: no folder with {beir.CORPUS}")


def _name(paths: Sequence[Path], files: Sequence[Path]) -> str:
    """Return the folder's name, or the beginning that all file names share, or the first file name."""
    if len(paths) == 1 and paths[0].is_dir():
        return printable_name(paths[0].resolve().name)
    stems = [file.stem for file in files]
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*stems, strict=False))
    return printable_name("".join(letters[0] for letters in alike).strip("-_. ") or f"{stems[0]} and {len(stems) - 1} more")


def _can_be_asked(case: Case) -> bool:
    try:
        read_question(case.question)
    except InputError:
        return False
    return True


SEEDS = Path(__file__).parents[2] / "seeds"


def sampled(paths: Sequence[Path], questions: int) -> DataSet:
    """Return an even sample of the data set of these files; without files, of the project's questions and the seeds.

    Raises:
        InputError: as `load`.
    """
    data = load_dataset(paths or [OWN_CASES])
    if data.documents is None:
        texts = sorted(SEEDS.glob("*.txt"))
        data = replace(data, documents=tuple(Document(path.name, path.read_bytes().decode()) for path in texts))
    step = max(1, len(data.cases) // questions)
    return replace(data, cases=data.cases[::step][:questions])


T = TypeVar("T")


def even_sample(items: Sequence[T], size: int) -> tuple[T, ...]:
    """Return at most `size` items, spread evenly from the first to the last, in their order."""
    if size >= len(items):
        return tuple(items)
    return tuple(items[place * (len(items) - 1) // max(size - 1, 1)] for place in range(size))
