"""Answering a request in the reading process, as JSON: a file's articles, the words at places of it, or pictures of pages."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from articles_qa.index.articles.places import Stretch
from articles_qa.index.formats.extracted import DAMAGED, TOO_LARGE, Extracted, Unreadable
from articles_qa.index.formats.kinds import ReadSettings
from articles_qa.index.formats.pages.page_pictures import page_pictures
from articles_qa.index.formats.read_file import Job, ReadArticle, read_file, words_of


def reply_to(request: Mapping[str, Any], data: bytes) -> dict[str, Any]:
    """Return what a file holds: its articles and refusals, or why it cannot be read."""
    settings = request["settings"]
    formats = None if settings["formats"] is None else tuple(settings["formats"])
    job = Job(ReadSettings(**{**settings, "formats": formats}), request["encoding"])
    try:
        found = read_file(request["name"], data, job)
        if request.get("wanted") is not None:
            return {"words": _words(found, request["wanted"])}
        if request.get("pictured") is not None:
            return {"pages": _pages(found, request["pictured"])}
        return {"found": [_said(one) for one in found]}
    except Unreadable as error:
        return {"refused": str(error)}
    except (MemoryError, RecursionError):
        return {"refused": TOO_LARGE}
    except Exception:  # A parser's fault in a broken file: one refused file, whatever was raised.
        return {"refused": DAMAGED}


def _said(one: Any) -> dict[str, Any]:
    if isinstance(one, ReadArticle):
        extracted: Extracted = one.extracted
        return extracted.to_json()
    return {"member": one.member, "refused": one.reason}


def _pages(found: list[Any], pictured: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return pictures of the pages at stretches of one article; none where no PDF holds the article."""
    stretches = [Stretch(*stretch) for stretch in pictured["stretches"]]
    holds = (one for one in found if isinstance(one, ReadArticle) and one.extracted.member == pictured["member"])
    pdf = next((one.pdf for one in holds), b"")
    pictures = page_pictures(pdf, stretches) if pdf else ()
    return [{**asdict(picture), "png": b64encode(picture.png).decode()} for picture in pictures]


def _words(found: list[Any], wanted: Mapping[str, Any]) -> str | None:
    """Return the words at stretches of one article; None where there is no such article."""
    stretches = [Stretch(*stretch) for stretch in wanted["stretches"]]
    for one in found:
        if isinstance(one, ReadArticle) and one.extracted.member == wanted["member"]:
            return words_of(one, wanted["reader"], stretches)
    return None
