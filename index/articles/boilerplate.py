"""Page furniture: buttons, credits, comment forms, links and captions on a news page.

"Share this article", "ANATOLII STEPANOV/AFP via Getty Images" and "3 min read"
are furniture. "The ministry shared a photo of the dam." is not: a caption has
no finite verb. Furniture stays in the article's text and answers no question.
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
    r"|\[\^[\w-]{1,30}\]:"  # A footnote of Markdown.
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
MAX_LABEL_CHARS = 300  # The longest form letter seen on a page; longer text is no furniture, however it opens.
_WORD_CHAR = re.compile(r"\w")


def is_furniture(text: str) -> bool:
    """Return whether a line, or a sentence, belongs to the page and not to the article."""
    line = text[: MAX_LABEL_CHARS + 1].strip()
    return bool(line) and _is_furniture(line)


@lru_cache(maxsize=4096)  # The same text is asked for as a line, a block and a sentence, and a page repeats its labels.
def _is_furniture(line: str) -> bool:
    if not _WORD_CHAR.search(line):
        return True
    if len(line) > MAX_LABEL_CHARS:
        return False
    without_links = URL.sub("", line)
    is_link = without_links != line and len(re.findall(r"\w+", without_links)) <= 1
    if is_link or _LABEL.fullmatch(line) or _READING_TIME.fullmatch(line) or _OPENINGS.match(line):
        return True
    is_credit = _CREDIT.search(line) and not re.search(r"[.!?]['\"’”)]*\s", line)
    return bool((is_credit or _CAPTION.match(line)) and not _FINITE.search(line))
