"""Speakers of sentences in an index, compared with the speakers that people read.

    python -m eval.attribution [--sentences FILE] [--articles FOLDER] [--fail-under 0.9] [--none-under 0.95]
    python -m eval.attribution --corpora [--seed 1] …
    python -m eval.attribution FOLDER

With FOLDER, whole articles are compared with the attributions that people
marked in them (`eval/judging/marked_attributions.py`). With --corpora, the
sentences are the claims of eval/corpora/corpora.txt.

The command prints the shares, then a line for each wrong sentence. A name is
right where it is one of the names written down, in any case, with or without
"the". A name that holds such a name, or stands in one, is wrong, and counted as
nearly right.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from articles_qa.eval.corpora.write_corpus import NOBODY, SEED, data_set, event_corpora
from articles_qa.eval.datasets.cases import DataSet, Document, Gold
from articles_qa.eval.judging.attribution_scores import (
    OWN_SENTENCES,
    AttributionScores,
    GivenSpeaker,
    JudgedSentence,
    ReadSentence,
    load_sentences,
    score_attributions,
)
from articles_qa.eval.judging.marked_attributions import MarkedScores, load_marks, score_marks
from articles_qa.eval.judging.name_match import NameMatch
from articles_qa.eval.reports.report_text import figure_text
from articles_qa.eval.running.scratch_index import scratch_index
from articles_qa.index import Index, InputError, QaError

NAMES_TOLD = 3  # Of the right names; some speakers have a dozen.
SEEDS = Path(__file__).parents[1] / "seeds"


def speakers_of(index: Index) -> dict[str, tuple[GivenSpeaker, ...]]:
    """Return the speakers that the index gives to stretches of its articles, by source."""
    found: dict[str, tuple[GivenSpeaker, ...]] = {}
    for entry in index.store.entries():
        text, read = entry.article.text, (each for sentence in entry.sentences for each in sentence.attributions)
        found[entry.article.source] = tuple(
            GivenSpeaker(each.scope, each.name.cut(text), each.cited.cut(text) if each.cited else None) for each in read
        )
    return found


def attribution_lines(found: AttributionScores, texts: Mapping[str, str]) -> Iterator[str]:
    """Yield the shares, then the wrong sentences. `texts` are the articles' texts, by source."""
    for name, (right, judged) in (("speaker", found.speakers), ("no speaker", found.none), ("citing", found.citing)):
        yield f"{name:<12}{right:>5} of {judged:<5}{figure_text('', right / judged if judged else None):>6}"
    yield f"{found.nearly} of the wrong speakers nearly right; somebody cited in {found.cited_wrongly} that cite nobody"
    for pair in found.wrong:
        yield _line(pair, texts[pair.sentence.source])


def _line(pair: JudgedSentence, text: str) -> str:
    sentence, given = pair.sentence, pair.given
    start, end = text.rfind("\n", 0, sentence.span.start) + 1, text.find("\n", sentence.span.end)
    line = text[min(start, sentence.span.start) : max(end, sentence.span.end)]  # The stretch itself where it is longer.
    mark = "nearly: " if pair.speaker is NameMatch.NEARLY else ""
    wanted = _named(" or ".join(sentence.speaker[:NAMES_TOLD]), " or ".join((sentence.citing or ())[:NAMES_TOLD]))
    came = _named(given.name if given else "", (given.cited or "") if given else "")
    where = f"{sentence.source} [{sentence.span.start}, {sentence.span.end})"
    return f"{mark}{where}: wanted {wanted}, came {came}: {' '.join(line.split())[:160]}"


def _named(speaker: str, citing: str) -> str:
    return " ".join((speaker or "nobody").split()) + (f", citing {' '.join(citing.split())}" if citing else "")


def _of_folder(path: Path, folder: Path) -> tuple[AttributionScores, dict[str, str]]:
    """Compare the sentences of a file with an index of their articles. Return the articles' texts too.

    Raises:
        InputError: the file or an article cannot be read, or an article is missing.
    """
    sentences = load_sentences(path)
    documents = _documents(folder)
    texts = {document.source: document.text for document in documents}
    if lacking := next((each.source for each in sentences if each.source not in texts), None):
        raise InputError(f"{path}: {lacking} is not in {folder}; name its folder with --articles")
    index = scratch_index(DataSet("attribution", "articles", Gold.ANSWERS, (), (), documents))
    return score_attributions(sentences, speakers_of(index)), texts


def _of_marks(folder: Path) -> MarkedScores:
    """Compare an index of a folder's articles with the attributions marked in them.

    Raises:
        InputError: the marks or an article cannot be read.
    """
    marks = load_marks(folder)
    index = scratch_index(DataSet("marked", "articles", Gold.ANSWERS, (), (), _documents(folder / "articles")))
    return score_marks(index.store.entries(), marks)


def _documents(folder: Path) -> tuple[Document, ...]:
    try:
        files = sorted(file for file in folder.iterdir() if file.suffix in (".txt", ".md"))
        return tuple(Document(file.name, file.read_bytes().decode()) for file in files)
    except (OSError, UnicodeError) as error:
        raise InputError(f"{folder}: cannot be read ({error}); name a folder of articles in UTF-8") from error


def _of_corpora(seed: int) -> tuple[AttributionScores, dict[str, str]]:
    """Compare the claims of all corpora, without those that may be read in two ways. No source is in two corpora."""
    told = event_corpora(seed)
    sentences = [
        ReadSentence(claim.source, claim.span, tuple(filter(None, claim.speakers)), claim.citing)
        for corpus in told
        for claim in corpus.claims
        if not claim.free and (NOBODY not in claim.speakers or claim.speakers == (NOBODY,))
    ]
    given = [speakers_of(scratch_index(data_set(corpus))) for corpus in told]
    texts = {document.source: document.text for corpus in told for document in corpus.documents}
    return score_attributions(sentences, {source: each for part in given for source, each in part.items()}), texts


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print. Status 1: a share is below the limit asked for."""
    parser = argparse.ArgumentParser(prog="python -m eval.attribution", description=main.__doc__)
    parser.add_argument("folder", nargs="?", type=Path, metavar="FOLDER", help="articles/ and their marked attributions.jsonl")
    parser.add_argument("--sentences", type=Path, default=OWN_SENTENCES, help="sentences with the speakers that people read")
    parser.add_argument("--articles", type=Path, default=SEEDS, metavar="FOLDER")
    parser.add_argument("--corpora", action="store_true", help="measure the claims of the invented corpora")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--fail-under", type=float, default=0.0, metavar="SHARE", help="limit for sentences with a speaker")
    parser.add_argument("--none-under", type=float, default=0.0, metavar="SHARE", help="limit for sentences without a speaker")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.folder:
            print("\n".join(_of_marks(chosen.folder).lines()))
            return 0
        found, texts = _of_corpora(chosen.seed) if chosen.corpora else _of_folder(chosen.sentences, chosen.articles)
    except QaError as error:
        print(f"eval.attribution: {error}", file=sys.stderr)
        return 2
    print("\n".join(attribution_lines(found, texts)))
    shares = ((found.speakers, chosen.fail_under), (found.none, chosen.none_under))
    return int(any(judged and right / judged < least for (right, judged), least in shares))


if __name__ == "__main__":
    sys.exit(main())
