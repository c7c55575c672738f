"""Coreference: whom a pronoun, or a description such as "the agency", means of those named before in an article.

The Weather Service warned of floods on Monday. It said the river would rise.
"It" asks for a body, and the Weather Service is the last one named.
The agency said more rain would come.
"The agency" asks for a mention called so, else for a body that is no place: the
Weather Service again, up to twelve sentences back.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from articles_qa.index.articles.span import Span
from articles_qa.index.grammar.noun_classes import SpeakerKind, kind_of_noun

PRONOUN_REACH = 4  # Sentences back in which a pronoun finds whom it means.
DESCRIPTION_REACH = 12  # The same for a description such as "the agency".
_PERSONS = frozenset(("he", "she"))
_AGENCIES = frozenset(
    "agency service organization organisation office bureau department body institute group association authority".split()
)
_COMPANIES = frozenset("company firm manufacturer maker carmaker airline group".split())
# Titles and roles that one of the pronouns never means.
_NEVER = {
    "she": frozenset(("mr", "mr.", "sir", "king", "prince")),
    "he": frozenset("mrs mrs. ms ms. miss dame lady queen".split()),
}
_NEVER_ENDING = {"she": "sman", "he": "woman"}
# Few people bear these titles, so the title alone does not stand for the last speaker.
_RARE_ROLES = frozenset("president king queen pope chancellor prince princess governor mayor judge".split())


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody named in a sentence. `head` is the name's chief word, `words` all its words and appositions in small letters.

    `speaks`: a report's speaker. `is_place`: a country, a city or a people.
    `is_guess`: the kind was guessed from a single word.
    """

    name: Span
    kind: SpeakerKind
    head: str
    words: frozenset[str]
    sentence: int
    speaks: bool
    is_place: bool = False
    is_guess: bool = False

    @property
    def is_unknown_name(self) -> bool:
        """Return whether it is a name that does not show its kind."""
        return self.kind is SpeakerKind.UNKNOWN and self.head[:1].isupper()


def meant_by_pronoun(pronoun: str, mentions: Sequence[Mention], *, sentence: int) -> Mention | None:
    """Return whom "he", "it" or "they" means: the last mention that fits, and in its sentence the one that speaks."""
    named = list(_backwards(mentions, sentence, PRONOUN_REACH))
    near = [mention for mention in named if _fits(pronoun, mention, sentence)]
    if not near and pronoun in _PERSONS:
        near = [mention for mention in named if mention.is_unknown_name]
    if not near:
        near = [mention for mention in named if sentence - mention.sentence <= 1 and _may_fit(pronoun, mention)]
    same = [mention for mention in near if mention.sentence == near[0].sentence]
    return next((mention for mention in same if mention.speaks), next(iter(same), None))


def meant_by_description(noun: str, mentions: Sequence[Mention], *, sentence: int) -> Mention | None:
    """Return whom "the agency" or "the spokesman" means: the last mention with that word, else of that kind."""
    before = list(_backwards(mentions, sentence, DESCRIPTION_REACH))
    # A mention that is no more than the description itself names nobody.
    if called := next((mention for mention in before if noun in mention.words and mention.words != {noun}), None):
        return called
    if kind_of_noun(noun) is SpeakerKind.PERSON:
        spoke = next((mention for mention in before if mention.speaks), None)
        if spoke is None or spoke.kind is not SpeakerKind.PERSON or sentence - spoke.sentence > PRONOUN_REACH:
            return None
        is_another = spoke.head.islower() and spoke.head != noun  # "The owner" is not "the prosecutor".
        return None if is_another or noun in _RARE_ROLES else spoke
    bodies = [mention for mention in before if mention.kind is SpeakerKind.BODY and not mention.is_place]
    if noun in _COMPANIES:
        return next((mention for mention in bodies if mention.head not in _AGENCIES), None)
    return next((each for each in before if each.head in _AGENCIES or each in bodies), None) if noun in _AGENCIES else None


def _backwards(mentions: Sequence[Mention], sentence: int, reach: int) -> Iterator[Mention]:
    for mention in reversed(mentions):
        if sentence - mention.sentence > reach:
            return
        yield mention


def _fits(pronoun: str, mention: Mention, sentence: int) -> bool:
    if any(word in _NEVER.get(pronoun, ()) or word.endswith(_NEVER_ENDING.get(pronoun, "\n")) for word in mention.words):
        return False
    if pronoun in _PERSONS:  # A name of no known kind may be a person's where it spoke just before.
        spoke_last = mention.is_unknown_name and mention.speaks and sentence - mention.sentence <= 1
        return mention.kind is SpeakerKind.PERSON or spoke_last
    if pronoun == "it":
        return mention.kind is SpeakerKind.BODY
    return mention.kind is SpeakerKind.PLURAL or (mention.kind is SpeakerKind.BODY and mention.speaks)


def _may_fit(pronoun: str, mention: Mention) -> bool:
    """Return whether a mention fits where no other does: a noun of no known kind that spoke, or a name of a guessed kind."""
    if pronoun == "it":
        return mention.speaks and mention.kind is SpeakerKind.UNKNOWN and mention.head.islower()
    return pronoun in _PERSONS and mention.is_guess and (mention.speaks or not mention.is_place)
