"""The templates of eval/corpora/corpora.txt: for each corpus its cast, questions, articles, and who claims what.

=== flood
man mayor Mayor                           to draw: a man, {mayor} in the text, with the title Mayor
? how many died? | a1 a2 | asked=a1       a question, the claims that answer it, and those of the speaker it names
--- flood-1                               an article; [a1: at least 9] marks a claim, [!: 1997] a figure that is no claim
* a1 | killed | people | {mayor*}         a claim: its group, the noun counted, the speaker (- for none), options
"""

import re
from dataclasses import dataclass

from articles_qa.index import InputError

_OPTION = re.compile(r"\s+(?=(?:unit|citing|copy|kind|is|sense|asked|unsure)=)")


@dataclass(frozen=True, slots=True)
class ClaimNote:
    """A `*` line about a claim, its slots not yet filled. `options` are (name, value)."""

    id: str
    group: str
    counted: str
    speakers: str
    options: tuple[tuple[str, str], ...]

    def option(self, name: str) -> str:
        """Return the option of this name; "" without it."""
        return dict(self.options).get(name, "")


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A `?` line: a question and the ids of the claims that answer it. `asked` are the claims of the speaker that it names.

    The speaker of `unsure` claims cannot be told.
    """

    text: str
    wanted: tuple[str, ...]
    asked: tuple[str, ...]
    unsure: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CorpusTemplate:
    """One corpus, its slots not yet filled. `articles` are (name, text)."""

    name: str
    drawn: tuple[str, ...]
    questions: tuple[AskedQuestion, ...]
    articles: tuple[tuple[str, str], ...]
    facts: tuple[ClaimNote, ...]


def read_templates(text: str) -> tuple[CorpusTemplate, ...]:
    """Return the corpora of a text, in order.

    Raises:
        InputError: a `*` line has too few parts.
    """
    return tuple(_template(part) for part in re.split(r"^=== ", text, flags=re.MULTILINE)[1:])


def _template(text: str) -> CorpusTemplate:
    name, told = text.split("\n", 1)
    facts = [line[2:] for line in told.splitlines() if line.startswith("* ")]
    story = "\n".join(line for line in told.splitlines() if not line.startswith("* "))
    head, *articles = re.split(r"^--- ", story, flags=re.MULTILINE)
    lines = head.split("\n")
    return CorpusTemplate(
        name=name.strip(),
        drawn=tuple(line for line in lines if line and not line.startswith("?")),
        questions=tuple(_question(line[2:]) for line in lines if line.startswith("? ")),
        articles=tuple((part.split("\n", 1)[0].strip(), part.split("\n", 1)[1].strip() + "\n") for part in articles),
        facts=tuple(_fact(line) for line in facts),
    )


def _question(line: str) -> AskedQuestion:
    text, wanted, *more = [part.strip() for part in line.split(" | ")]
    options = dict(_options(" ".join(more)))
    asked, unsure = (tuple(options.get(name, "").split()) for name in ("asked", "unsure"))
    return AskedQuestion(text, tuple(wanted.split()), asked, unsure)


def _fact(line: str) -> ClaimNote:
    parts = [part.strip() for part in line.split(" | ")]
    if len(parts) < 4:
        raise InputError(f"eval/corpora/corpora.txt: {line[:40]!r} has {len(parts)} parts; name claim, group, noun and speaker")
    claim, group, counted, speakers = parts[:4]
    return ClaimNote(claim, group, "" if counted == "-" else counted, speakers, _options(" ".join(parts[4:])))


def _options(text: str) -> tuple[tuple[str, str], ...]:
    """Return "free unit=km" as names and values; a bare word is its own value."""
    found = (part.partition("=") for part in _OPTION.split(text.strip()) if part)
    return tuple((name, value if sign else name) for name, sign, value in found)
