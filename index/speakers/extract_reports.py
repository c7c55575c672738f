"""Reports in article offsets: what the parse of each sentence says of its speakers, kept when the parse is not.

“The dam held,” the NIS said.
Words: “ The dam held , ” the NIS said. Report: speaker "NIS" (word 7), cue "said"
(8), content (0, 6). In the article: name "NIS", said at "the NIS", scope
“The dam held,” with both marks.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from articles_qa.index.articles.sentences import Sentence
from articles_qa.index.articles.span import Span
from articles_qa.index.grammar.dependency_tree import Parse
from articles_qa.index.grammar.noun_phrases import Phrase
from articles_qa.index.grammar.parser import BATCH, Parser
from articles_qa.index.grammar.parser_input import PlainLine, asks_back, has_cue, plain_line
from articles_qa.index.speakers.attribution import QuotationPart
from articles_qa.index.speakers.named_entities import NamedEntity, find_entities
from articles_qa.index.speakers.reports import Report, reports_of

# Parses take some 50 KB a sentence. All those of a long article at once took 130 MB for each megabyte of its text.
PARSED_AT_ONCE = 16 * BATCH
_PERSONAL = {"he": "he", "him": "he", "she": "she", "her": "she", "it": "it", "they": "they", "them": "they"}


@dataclass(frozen=True, slots=True)
class ArticleReport:
    """A report in offsets of the article: the speaker's `name`, `said_at` with its article, whom they cite, the scope.

    `head` is the place of the name's chief word among the sentence's words.
    `pronoun` or `noun` holds a speaker who is only "he" or "the agency", else
    "". `is_quoted`: the report itself stands in quotation marks.
    """

    head: int
    pronoun: str
    noun: str
    name: Span
    said_at: Span
    cited: Span | None
    scope: Span
    is_quoted: bool


@dataclass(frozen=True, slots=True)
class SentenceReports:
    """A parsed sentence on one line, with its reports and the names in it."""

    line: str
    reports: tuple[ArticleReport, ...]
    entities: tuple[NamedEntity, ...]


@dataclass(frozen=True, slots=True)
class _ParsedSentence:
    """A sentence with its parse and the parts of quotations in it."""

    line: PlainLine
    parse: Parse
    quoted: tuple[QuotationPart, ...]

    def span(self, phrase: Phrase, *, with_article: bool = False) -> Span:
        """Return the article's stretch of a phrase."""
        words = self.parse.words
        low = phrase.low - 1 if with_article and phrase.definite and phrase.low else phrase.low
        return self.line.span(words[low].start, words[phrase.high - 1].end)

    def words_in(self, span: Span) -> tuple[int, int]:
        """Return the words `[low, high)` that lie in a stretch of the article."""
        inside = [i for i, word in enumerate(self.parse.words) if span.start <= self.line.offsets[word.start] < span.end]
        return (inside[0], inside[-1] + 1) if inside else (0, 0)


def extract_reports(
    text: str, found: Sequence[Sentence], quoted: Mapping[int, tuple[QuotationPart, ...]], parser: Parser
) -> dict[int, SentenceReports]:
    """Parse the sentences with a cue, and those before each that looks back; return their reports by sentence number."""
    wanted: set[int] = set()
    for number, sentence in enumerate(found):
        line = plain_line(text, sentence).text
        if has_cue(line):
            wanted |= {*range(max(0, number - asks_back(line)), number + 1)}
    numbers = sorted(wanted)
    extracted: dict[int, SentenceReports] = {}
    for at in range(0, len(numbers), PARSED_AT_ONCE):
        some = numbers[at : at + PARSED_AT_ONCE]
        lines = [plain_line(text, found[number]) for number in some]
        for number, plain, parse in zip(some, lines, parser.parse([line.text for line in lines]), strict=True):
            if parse is not None:
                parsed = _ParsedSentence(plain, parse, quoted.get(number, ()))
                reports = reports_of(parse, [parsed.words_in(part.span) for part in parsed.quoted])
                entities = find_entities(parse, plain, reports, number)
                extracted[number] = SentenceReports(plain.text, tuple(_in_article(parsed, reports)), entities)
    return extracted


def _in_article(sentence: _ParsedSentence, reports: Sequence[Report]) -> Iterator[ArticleReport]:
    """The reports in offsets of the article, without those of "I", "we" and "you", who are not named."""
    for report in reports:
        speaker, word = report.speaker, sentence.parse.words[report.speaker.head]
        pronoun = _PERSONAL.get(word.lower, "") if word.tag == "PRP" else ""
        if word.tag == "PRP" and not pronoun:
            continue
        is_description = speaker.definite and speaker.high - speaker.low == 1 and word.is_noun and word.text.islower()
        at = sentence.line.offsets[sentence.parse.words[report.cue].start]
        is_quoted = any(part.span.start < at < part.span.end for part in sentence.quoted)
        yield ArticleReport(
            head=speaker.head,
            pronoun=pronoun,
            noun=word.lower if is_description and not pronoun else "",
            name=sentence.span(speaker),
            said_at=sentence.span(speaker, with_article=True),
            cited=sentence.span(report.cited) if report.cited else None,
            scope=_scope(sentence, report.content, is_quoted=is_quoted),
            is_quoted=is_quoted,
        )


def _scope(sentence: _ParsedSentence, content: tuple[int, int], *, is_quoted: bool) -> Span:
    """The article's stretch of what is said, with a quotation mark just outside."""
    words = sentence.parse.words
    scope = sentence.line.stretch(words[content[0]].start, words[content[1] - 1].end)
    for part in () if is_quoted else sentence.quoted:
        if part.span.start <= scope.end and scope.start <= part.span.end:
            scope = Span(min(scope.start, part.span.start), max(scope.end, part.span.end))
    return scope
