"""Fragments: follow-ups of little but a question word, which ask for a detail of what was just shown or who says it."""

import re

from qa.question import AnswerType, read_question

_LEAD = r"^(?:(?:and|or|but|so)\b,?\s+)?(?:then\s+)?"
_AT = r"(?:in|at|on|near|for|from|to|with|under|during|after|before|by|since|until|over|within|of|about|against)"
_HOW = r"how(?:\s+(?:many|much|old|long|far|often|fast|quickly|soon|recently|badly|so|come))?"
_MEANT = r"(?:he|she|it|they|that|this|those|these)"
_END = r"[\s?.!]*$"
# "why?", "when was that?", "and by whom?", "over what period?", "how quickly exactly?"
_DETAIL = re.compile(
    rf"{_LEAD}(?:(?:who|what|why|when|where|how)(?:['’]s|\s+(?:is|was|are|were|did))\s+{_MEANT}(?:\s+happen)?|(?:why|when|where|who|{_HOW})(?:\s+(?:exactly|precisely|not|else))?|{_AT}\s+(?:whom?|when|where)"
    rf"|{_AT}\s+(?:what|which|how\s+(?:many|much))\s+\w+|(?:what|which)\s+(?P<noun>\w+)){_END}",
    re.IGNORECASE,
)
_KINDS = frozenset((AnswerType.DATE, AnswerType.PLACE, AnswerType.WHO))
_SAY = r"(?:sa(?:y|ys|id|ying)|report(?:s|ed|ing)?|claim(?:s|ed|ing)?|confirm(?:s|ed|ing)?|announce[ds]?|state[ds]?)"
# "who said that?", "according to whom?", "and what did Kyiv say about it?"
_WHOSE_WORD = re.compile(
    rf"{_LEAD}(?:who(?:\s+(?:else|has|have|had|is|was))?\s+(?:also\s+)?{_SAY}\s+(?:that|this|it|so)"
    rf"|(?:says|according\s+to)\s+whom?){_END}",
    re.IGNORECASE,
)
_ABOUT_THAT = re.compile(rf"\b{_SAY}\s+(?:about|to|of|on)\s+(?:that|this|it){_END}", re.IGNORECASE)


def asks_detail(question: str) -> bool:
    """Whether a follow-up names no matter of its own, only what kind of detail it wants ("why?", "by whom?")."""
    match = _DETAIL.match(question)
    if not match or match["noun"] is None:
        return bool(match)
    return match["noun"].lower() in {"one", "ones"} or read_question(question).asks_for in _KINDS


def asks_whose_word(question: str) -> bool:
    """Whether a follow-up asks only who says what was just shown."""
    return bool(_WHOSE_WORD.match(question))


def asks_about_that(question: str) -> bool:
    """Whether a follow-up asks what somebody says about what was just shown."""
    return bool(_ABOUT_THAT.search(question))
