"""The place of an index in Milvus: `milvus://HOST:PORT/NAME` on a server, `milvus:FILE` in Milvus Lite."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from articles_qa.index.errors import InputError

PREFIX = "milvus:"
NOT_INSTALLED = "an index in Milvus needs an extra; install it: pip install 'articles-qa[milvus]'"
LITE_NAME = "articles"  # A file of Milvus Lite contains one index.
DEFAULT_TIMEOUT_S = 10.0
TOKEN, TLS, CA, DATABASE, TIMEOUT = "QA_MILVUS_TOKEN", "QA_MILVUS_TLS", "QA_MILVUS_CA", "QA_MILVUS_DB", "QA_MILVUS_TIMEOUT_S"
NO_FOLDER = Path("/dev/null/no index folder")  # Stands for the index folder: nothing can exist there.
_SERVER = re.compile(r"milvus://(?P<host>\[[0-9A-Fa-f:.]+\]|[\w.-]+):(?P<port>\d{1,5})/(?P<name>[A-Za-z_]\w{0,99})", re.ASCII)
_FORMS = "milvus://HOST:PORT/NAME, or milvus:FILE for Milvus Lite"


@dataclass(frozen=True, slots=True)
class MilvusPlace:
    """The place of an index in Milvus, and the settings of the connection.

    `lite` is the file of Milvus Lite, None for a server. `token` is an API key or `user:password`. `ca` is a
    file of certificates, "" for the system's own. `timeout_s` is the time limit of one request.
    """

    text: str
    name: str
    address: str = ""
    lite: Path | None = None
    token: str = field(default="", repr=False)
    tls: bool = False
    ca: str = ""
    database: str = ""
    timeout_s: float = DEFAULT_TIMEOUT_S

    def __str__(self) -> str:
        return self.text


def is_milvus(place: object) -> bool:
    """Return whether a place is in Milvus and not a folder."""
    return isinstance(place, MilvusPlace) or (isinstance(place, str) and place.startswith(PREFIX))


def milvus_place(place: object) -> MilvusPlace:
    """Return the place that a text names; environment variables have the settings of the connection.

    Raises:
        InputError: the text is no place, or a variable cannot be used.
    """
    if isinstance(place, MilvusPlace):
        return place
    text = str(place)
    if text.startswith("milvus://"):
        match = _SERVER.fullmatch(text)
        if match is None or not 0 < int(match["port"]) < 65536:
            raise InputError(f"{text[:200]!a}: no place in Milvus; write it as {_FORMS}")
        ca = os.environ.get(CA, "")
        if ca and not Path(ca).is_file():
            raise InputError(f"{CA}: {ca[:200]!a} is no file; name one of certificates, or leave it out")
        return MilvusPlace(
            text=text,
            name=match["name"],
            address=f"{match['host']}:{match['port']}",
            token=os.environ.get(TOKEN, ""),
            tls=bool(ca) or _is_yes(TLS),
            ca=ca,
            database=os.environ.get(DATABASE, ""),
            timeout_s=_timeout_s(),
        )
    file = text.removeprefix(PREFIX)
    if not file or "\0" in file:
        raise InputError(f"{text[:200]!a}: no place in Milvus; write it as {_FORMS}")
    return MilvusPlace(text, LITE_NAME, lite=Path(file), timeout_s=_timeout_s())


def _is_yes(variable: str) -> bool:
    said = os.environ.get(variable, "").strip().casefold()
    if said not in {"", "0", "no", "off", "false", "1", "yes", "on", "true"}:
        raise InputError(f"{variable}: {said[:40]!a} is neither yes nor no; write 1 or 0")
    return said in {"1", "yes", "on", "true"}


def _timeout_s() -> float:
    said = os.environ.get(TIMEOUT) or str(DEFAULT_TIMEOUT_S)
    try:
        seconds = float(said)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 3600:
        raise InputError(f"{TIMEOUT}: {said[:40]!a} is no number of seconds up to 3600; write such as 10")
    return seconds
