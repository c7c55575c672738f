"""Corpora: small invented sets of articles, each about one event, of which it is known who claims what.

They are told in eval/corpora.txt, with gaps for names, places, days and some
figures; a seed fills them, and chooses among words that say the same. The
same seed makes the same texts.
"""

from collections.abc import Iterable
from pathlib import Path

from eval.corpus_parts import read_sections
from eval.corpus_writing import Corpus, write
from eval.dataset import DataSet, Gold
from index import InputError

TEMPLATES = Path(__file__).with_name("corpora.txt")
SEED = 1


def corpora(seed: int = SEED, names: Iterable[str] = ()) -> tuple[Corpus, ...]:
    """The corpora of a seed, in order: those of these names, or all.

    Raises:
        InputError: there is no corpus of such a name.
    """
    sections = read_sections(TEMPLATES.read_text("utf-8"))
    chosen = tuple(names) or tuple(section.name for section in sections)
    known = {section.name: section for section in sections}
    if missing := [name for name in chosen if name not in known]:
        raise InputError(f"{missing[0]}: no such corpus; there are {', '.join(known)}")
    return tuple(write(known[name], seed) for name in chosen)


def data_set(corpus: Corpus) -> DataSet:
    """The corpus as a data set whose index can be made."""
    return DataSet(corpus.name, "corpora", Gold.ANSWERS, (TEMPLATES,), (), corpus.documents)
