"""What fails between us and a Milvus server, told in a line: what is wrong, and what to do."""

import math
import re

from index.milvus.place import CA, TIMEOUT, TLS, TOKEN, MilvusPlace

GONE = "the server is gone"
_NO_ADVICE = "look at the server's log"


def says(error: BaseException, pattern: str) -> bool:
    """Whether an error's text fits a pattern, whatever its case."""
    return re.search(pattern, str(error), re.IGNORECASE) is not None


def reason(error: BaseException, place: MilvusPlace) -> tuple[str, str]:
    """What an error of the client comes to, and what to do."""
    text = " ".join(str(getattr(error, "message", "") or error).split())
    if says(error, "no space|disk quota|file too large|read-only|permission denied.*(?:/|parquet|arrow)"):
        return f"the server cannot write ({text[-160:]})", "make room or check its rights, what was in force stays"
    if says(error, "unauthenticated|auth check failure|permission.?deny|permission_denied"):
        return "the server refuses the token, or what it may do", f"set {TOKEN} to an API key or user:password"
    if says(error, "certificate|handshake|ssl"):
        return f"no TLS connection ({text[:160]})", f"check {TLS} and {CA}"
    if says(error, "deadline|timeout|timed out"):
        took = f"{math.ceil(place.timeout_s)} s"
        return f"the server does not answer within {took}", f"look whether it is overloaded, or raise {TIMEOUT}"
    if says(error, "unavailable|fail(?:ed)? to connect|fail connecting|connection refused|channel"):
        return GONE, "start it again or check the address"
    return f"the server says: {text[:200]}", _NO_ADVICE
