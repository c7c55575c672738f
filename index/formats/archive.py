"""Reading archives: the members of a ZIP file, in name order, which are never written out."""

from collections.abc import Iterator

from articles_qa.index.formats.extracted import Refusal, Unreadable
from articles_qa.index.formats.office import member_of, open_archive

MAX_MEMBERS = 20_000
MAX_UNPACKED_BYTES = 1_000_000_000
MAX_MEMBER_BYTES = 64_000_000


def zip_members(data: bytes) -> Iterator[tuple[str, bytes] | Refusal]:
    """Yield the names and bytes of an archive's members, or why one cannot be read; hidden members are passed over.

    Raises:
        Unreadable: it is no archive, or holds nothing or too much.
    """
    archive = open_archive(data)
    names = sorted({info.filename for info in archive.infolist() if not info.is_dir()})
    names = [name for name in names if not any(map(_is_hidden, name.split("/")))]
    if not names:
        raise Unreadable("an archive without files; nothing to quote")
    if len(names) > MAX_MEMBERS:
        raise Unreadable(f"over {MAX_MEMBERS:,} files inside; unpack it")
    unpacked = 0
    for name in names:
        if {"", ".", ".."} & set(name.split("/")) or "\0" in name or "\\" in name:
            yield Refusal(name.strip("/"), "not a path inside the archive, so not read; unpack it")
            continue
        try:
            member = member_of(archive, name, MAX_MEMBER_BYTES)
        except Unreadable as error:
            yield Refusal(name, str(error))
            continue
        unpacked += len(member)
        if unpacked > MAX_UNPACKED_BYTES:
            raise Unreadable(f"over {MAX_UNPACKED_BYTES // 1_000_000_000} GB when unpacked; unpack it and index the folder")
        yield name, member


def _is_hidden(part: str) -> bool:
    return part.startswith((".", "__MACOSX")) and part not in (".", "..")
