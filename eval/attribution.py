"""How well an index knows whose word each sentence is, over sentences that people read.

    python -m eval.attribution [--sentences FILE] [--articles FOLDER] [--fail-under 0.9] [--none-under 0.95]

Prints the shares, then a line for each sentence that is wrong. A name is right
where it is one of those written down, whatever its case and with or without
"the"; one that holds such a name or stands in it is counted apart, as nearly
right, and wrong.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from eval.attribution_scores import OWN_SENTENCES, Attributed, Attributions, GivenSpeaker, compare, load_sentences
from eval.dataset import DataSet, Document, Gold
from eval.figures import figure_text
from eval.name_matching import NameMatch
from eval.scratch import scratch_index
from index import Article, Index, InputError, QaError
from index.stored import StoredSentence

SEEDS = Path(__file__).parents[1] / "seeds"


def speakers_of(index: Index) -> dict[str, tuple[GivenSpeaker, ...]]:
    """Whom the index gives each stretch of its articles to, by source."""
    return {
        entry.article.source: tuple(given for sentence in entry.sentences for given in _given(entry.article, sentence))
        for entry in index.store.entries()
    }


def _given(article: Article, sentence: StoredSentence) -> Iterator[GivenSpeaker]:
    """A sentence's speakers; where the index keeps only one of each sentence, it is given the whole."""
    attributions = getattr(sentence, "attributions", None)
    if attributions is not None:
        for each in attributions:
            yield GivenSpeaker(each.scope, each.name.cut(article.text), each.cited.cut(article.text) if each.cited else None)
    elif sentence.speaker:
        yield GivenSpeaker(sentence.span, sentence.speaker.cut(article.text), None)


def lines(found: Attributions, texts: Mapping[str, str]) -> Iterator[str]:
    """The shares, then what is wrong; `texts` are the articles', by source."""
    for name, (right, judged) in (("speaker", found.speakers), ("no speaker", found.none), ("citing", found.citing)):
        yield f"{name:<12}{right:>5} of {judged:<5}{figure_text('', right / judged if judged else None):>6}"
    yield f"{found.nearly} of the wrong speakers nearly right; somebody cited in {found.cited_wrongly} that cite nobody"
    for pair in found.wrong:
        yield _line(pair, texts[pair.sentence.source])


def _line(pair: Attributed, text: str) -> str:
    sentence, given = pair.sentence, pair.given
    cut = " ".join(sentence.span.cut(text).split())
    mark = "nearly: " if pair.speaker is NameMatch.NEARLY else ""
    wanted = _named(" or ".join(sentence.speaker), " or ".join(sentence.citing or ()))
    came = _named(given.name if given else "", (given.cited or "") if given else "")
    where = f"{sentence.source} [{sentence.span.start}, {sentence.span.end})"
    return f"{mark}{where}: wanted {wanted}, came {came}: {cut[:160]}"


def _named(speaker: str, citing: str) -> str:
    return " ".join((speaker or "nobody").split()) + (f", citing {' '.join(citing.split())}" if citing else "")


def _articles(folder: Path) -> tuple[Document, ...]:
    """The articles of a folder, as a data set brings them.

    Raises:
        InputError: one cannot be read.
    """
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix in (".txt", ".md"))
        return tuple(Document(path.name, path.read_bytes().decode()) for path in paths)
    except (OSError, UnicodeError) as error:
        raise InputError(f"{folder}: cannot be read ({error}); name a folder of articles in UTF-8") from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; status 1 where a share is below what is asked."""
    parser = argparse.ArgumentParser(prog="python -m eval.attribution", description=main.__doc__)
    parser.add_argument("--sentences", type=Path, default=OWN_SENTENCES, help="whose word each sentence is, as people read it")
    parser.add_argument("--articles", type=Path, default=SEEDS, metavar="FOLDER")
    parser.add_argument("--fail-under", type=float, default=0.0, metavar="SHARE", help="of those with a speaker")
    parser.add_argument("--none-under", type=float, default=0.0, metavar="SHARE", help="of those without one")
    chosen = parser.parse_args(arguments)
    try:
        sentences = load_sentences(chosen.sentences)
        documents = _articles(chosen.articles)
        texts = {document.source: document.text for document in documents}
        if lacking := next((each.source for each in sentences if each.source not in texts), None):
            raise InputError(f"{chosen.sentences}: {lacking} is not in {chosen.articles}; name its folder with --articles")
        index = scratch_index(DataSet("attribution", "articles", Gold.ANSWERS, (), (), documents))
        found = compare(sentences, speakers_of(index))
    except QaError as error:
        print(f"eval.attribution: {error}", file=sys.stderr)
        return 2
    print("\n".join(lines(found, texts)))
    shares = ((found.speakers, chosen.fail_under), (found.none, chosen.none_under))
    return int(any(judged and right / judged < least for (right, judged), least in shares))


if __name__ == "__main__":
    sys.exit(main())
