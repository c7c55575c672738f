"""Parts: a question that asks two things, as two questions."""

import re

MOST_PARTS = 3
_ASKS = r"(?:who|whom|whose|what|when|where|why|how|which)\b"
_HELPS = r"(?:did|does|do|is|are|was|were|has|have|had|will|can|could|should|would)\b"
# After a comma a part may begin with "did …"; without one, "and is …" goes on with the same thing.
_JOIN = re.compile(
    rf"(?:,\s*(?:and|or|but)\s+(?={_ASKS}|{_HELPS})|\s+and\s+(?={_ASKS})|\?\s+(?:and\s+|or\s+)?(?={_ASKS}|{_HELPS}))", re.I
)
_BEGINS = re.compile(rf"(?:{_ASKS}|{_HELPS}|(?:in|on|at|by|to|from|for|with|under)\s+{_ASKS})", re.IGNORECASE)
_LEAST_FIRST, _LEAST_NEXT = 4, 2  # Words. "How many MPs and how many peers sat" asks one thing of two.


def parts(question: str) -> tuple[str, ...]:
    """Return the questions that a question asks one after the other; a question that asks one thing alone.

    "How old is Mubanga, and where is he from?" has two parts. Each begins with
    a question word; the first one must be able to stand alone.
    """
    text = " ".join(question.split())
    if not _BEGINS.match(text):
        return (question,)
    found: list[str] = []
    at = 0
    for join in _JOIN.finditer(text):
        least = _LEAST_NEXT if found else _LEAST_FIRST
        if len(text[at : join.start()].split()) >= least and len(text[join.end() :].split()) >= _LEAST_NEXT:
            found.append(text[at : join.start()])
            at = join.end()
        if len(found) == MOST_PARTS - 1:
            break
    if not found:
        return (question,)
    return tuple(part.rstrip(" ,?") + "?" for part in (*found, text[at:]))
