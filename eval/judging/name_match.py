"""Names compared as a reader compares them: the same, nearly the same, or other names.

"The  Agency" is the same as "agency"; "Mayor Brandt" is nearly "Brandt"; "Brand" is another name.
"""

import re
from collections.abc import Sequence
from enum import Enum


class NameMatch(Enum):
    """The match of a given name with the right names."""

    SAME = "same"
    NEARLY = "nearly"  # One holds the other: "Brandt" and "Mayor Ines Brandt", "police" and "Oriel, citing police".
    OTHER = "other"


def match_name(came: str | None, wanted: Sequence[str]) -> NameMatch:
    """Return the best match of the name with the wanted names. No wanted name, or "" among them, means no name at all.

    Case, blanks, the shape of quotation marks and a "the" before the name do not count.
    """
    name = plain_name(came or "")
    right = {plain_name(each) for each in wanted} or {""}
    if name in right:
        return NameMatch.SAME
    if name and any(each and (_holds(name, each) or _holds(each, name)) for each in right):
        return NameMatch.NEARLY
    return NameMatch.OTHER


def plain_name(name: str) -> str:
    """Return the name in the form in which names are compared."""
    blanks = " ".join(name.replace("’", "'").casefold().split())
    return re.sub(r"^(?:the|an?) ", "", blanks).strip(" ,.")


def _holds(longer: str, shorter: str) -> bool:
    """Tell whether the longer name holds the shorter name, as whole words."""
    whole, part = (" ".join(re.findall(r"[\w'&-]+", name)) for name in (longer, shorter))
    return f" {part} " in f" {whole} "
