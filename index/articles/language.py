"""Language: whether an article is surely not in English, for which sentences, speakers and figures are read.

"Die Stadt hat am Montag die Brücke über den Fluss gesperrt, weil …" has none of English's commonest words and many of
another language's, so it is told.

Source: function words tell languages, Ingle 1976; Grefenstette 1995.
"""

import re

FIRST_CHARS = 6_000
MIN_WORDS = 30  # A caption or a list of results tells no language.
MOST_ENGLISH, LEAST_OTHER = 0.05, 0.1  # Shares of the words. In 396 English articles the least share of English words is .13.
MIN_OTHER_LETTERS = 0.5  # Of the letters, in scripts that English does not use.
_WORD = re.compile(r"[^\W\d_]+")
_ENGLISH = frozenset(
    "the of and to is that was for with his this from by have has are said he they it at were which be on as not their".split()
)
# Words that English has not, of Germanic, Romance, Slavic and other languages in Latin letters.
_OTHER = frozenset(
    "der die das und ist nicht ein eine den dem des von mit auf für sich im auch het een van voor niet zijn dat och "
    "att det som på är av med og til ikke har ja ei että oli el la los las que del por una con para se es le les "
    "des et une est dans pour qui du au ne il di che non per gli della dei è os da uma não com em um w na z się nie "
    "że je v se że i si în cu nu az és hogy nem ve bir bu için yang dan dari untuk dengan ini ang mga sa ng na ay "
    "không và là của có".split()
)


def is_foreign(text: str) -> bool:
    """Tell whether an article is surely not in English; false where it is short or mixed."""
    words = _WORD.findall(text[:FIRST_CHARS])  # As they are written: "Per" is a name.
    letters = "".join(words)
    latin = sum(letter < "\u0250" or "\u1e00" <= letter <= "\u1eff" for letter in letters)
    if len(letters) >= 4 * MIN_WORDS and latin < (1 - MIN_OTHER_LETTERS) * len(letters):
        return True
    if len(words) < MIN_WORDS:
        return False
    english, other = (sum(word in known for word in words) / len(words) for known in (_ENGLISH, _OTHER - _ENGLISH))
    return english < MOST_ENGLISH and other >= LEAST_OTHER
