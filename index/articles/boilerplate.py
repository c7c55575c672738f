"""Page furniture: what stands on a news page and is not part of the article.

Buttons, credits, comment forms, links, captions. It stays in the article's
text and is never the answer to anything.
"""

import re
from functools import lru_cache

URL = re.compile(r"(?:https?://|www\.|pic\.twitter\.com/|t\.co/)\S+", re.IGNORECASE)

_LABELS = (
    r"comments?(?: \(\d+\))?|\d+ comments?|leave a (?:reply|comment)|post a comment|join the conversation",
    r"about the authors?|author|translate.{0,3}|share(?: this)?(?: (?:article|story|post|on \w+))?|tweet|print|email|save",
    r"advertisement|advertising|sponsored(?: content)?|story continues below.*|continue reading.*|scroll to continue",
    r"ask me anything|explore related questions|powered by .{1,40}|loading\.*|back to top|skip to (?:main )?content",
    r"related(?: (?:articles?|stories|posts|topics|content|news|coverage))?|most (?:read|popular)|trending(?: now)?",
    r"(?:you (?:may|might) also like|more (?:from|on|stories)|recommended|editors?['’] picks?|up next).{0,60}",
    r"what to read next.{0,60}",
    r"subscribe.{0,60}|sign (?:up|in).{0,80}|log ?in.{0,40}|register.{0,40}|follow us.{0,60}|newsletter.{0,40}",
    r"read more.{0,120}|read (?:also|next|this)\b.{0,120}|see also\b.{0,120}",
    r"watch(?: live)?:.{0,120}|listen:.{0,120}|live updates?",
    r"(?:previous|next)(?: (?:article|post|story|page))?|page \d+(?: of \d+)?|\d+ ?/ ?\d+",
    r"tags?|topics?|categories|menu|home|search",
)
_LABEL = re.compile(rf"(?:{'|'.join(_LABELS)})\W*", re.IGNORECASE)

_OPENINGS = re.compile(
    r"(?:related (?:article|story|stories|post)s?|recommended|read (?:more|also)|see also|photo(?: credit)?|image(?: credit)?|"
    r"credit|caption|tags|topics|filed under|source|share)\s*:"
    r"|your email address will not be published|required fields are marked"
    r"|please (?:let us know if you['’]re having issues|enable javascript|log in|sign in|subscribe)"
    r"|please read our (?:comment|privacy)"
    r"|(?:we use|this (?:site|website) uses) cookies|by (?:clicking|signing up|subscribing|continuing)[ ,]"
    r"|click here\b|tap here\b|download (?:our|the) app|get (?:our|the) .{0,40}newsletter|all rights reserved"
    r"|©|\(c\) \d{4}|copyright (?:©|\(c\)|\d{4})|topshot\b|file photo\b|reporting by .{1,80}; ?editing by"
    r"|[—–-]\s*[^()]{1,60}\(@\w+\)",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"(?:getty images|shutterstock|istock|ap photo|afp photo|anadolu(?: agency)?|epa-efe|/ ?(?:afp|reuters|ap|epa)|"
    r"(?:afp|reuters|ap|epa|tass|anadolu)\s+via\s+[\w ]{2,30})\W*$",
    re.IGNORECASE,
)
_READING_TIME = re.compile(r"\d{1,3}[ -]min(?:ute)?s?(?: read)?|(?:reading time|read time)\W.{0,20}", re.IGNORECASE)
_CAPTION = re.compile(
    r"(?:an? |the |this )?(?:undated |handout |file |screen ?shot |aerial |satellite )*"
    r"(?:photo|photograph|picture|image|screenshot|frame|still|video grab)\b[^.]{0,25}?"
    r"\b(?:showing|shows|taken|released|provided|shared|purporting|of)\b",
    re.IGNORECASE,
)
_FINITE = re.compile(
    r"\b(?:was|were|is|are|has|have|had|will|would|could|can|may|said|says|appeared|circulated|emerged|went|led|"
    r"prompted|showed|did|does|do|confirmed|drew|caused|became|sparked)\b",
    re.IGNORECASE,
)
MAX_LABEL_CHARS = 300  # The longest form letter seen on a page; longer text is never judged by its opening words.
_WORD_CHAR = re.compile(r"\w")


def is_furniture(text: str) -> bool:
    """Whether a line, or a sentence, belongs to the page rather than to the article."""
    line = text[: MAX_LABEL_CHARS + 1].strip()
    return bool(line) and _is_furniture(line)


@lru_cache(maxsize=4096)
def _is_furniture(line: str) -> bool:
    """As `is_furniture`; a line is asked for as a line, as a block and as a sentence, and a page repeats its labels."""
    if not _WORD_CHAR.search(line):
        return True
    if len(line) > MAX_LABEL_CHARS:
        return False
    return bool(
        _is_link(line)
        or _LABEL.fullmatch(line)
        or _READING_TIME.fullmatch(line)
        or _OPENINGS.match(line)
        or _is_credit(line)
        or (_CAPTION.match(line) and not _FINITE.search(line))
    )


def _is_link(line: str) -> bool:
    """Whether nothing, or next to nothing, is left when links are taken out."""
    rest = URL.sub("", line)
    return rest != line and len(re.findall(r"\w+", rest)) <= 1


def _is_credit(line: str) -> bool:
    """Whether a picture's credit closes a line that is not a sentence."""
    return bool(_CREDIT.search(line)) and not re.search(r"[.!?]['\"’”)]*\s", line) and not _FINITE.search(line)
