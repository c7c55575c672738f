"""The accounts that may use the page: names and passwords from a file or from the environment."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from index.errors import InputError
from index.files.printable import printable

MAX_FILE_BYTES = 1_000_000  # Some 20,000 accounts; a larger file is something else.


@dataclass(frozen=True, slots=True)
class Account:
    """A name, and digests of the name and of its password; the password itself is not kept."""

    name: str
    name_digest: bytes = field(repr=False)
    password_digest: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Accounts:
    """All accounts. Each process draws its own `key`, so that the digests are of no use outside it."""

    key: bytes = field(repr=False)
    accounts: tuple[Account, ...]

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read `name:password` lines.

        Raises:
            InputError: there is no such file, other users can read the file, or a line is wrong.
        """
        try:
            status = path.stat()
            if not stat.S_ISREG(status.st_mode):
                raise InputError(f"{path}: not a file; name a file of name:password lines")
            if os.name == "posix" and status.st_mode & 0o077:
                raise InputError(f"{path}: other users of this machine can read it; chmod 600 it")
            if status.st_size > MAX_FILE_BYTES:
                raise InputError(f"{path}: larger than {MAX_FILE_BYTES:,} bytes; name a file of name:password lines")
            text = path.read_bytes().decode("utf-8-sig")
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror}); name a file of name:password lines") from error
        except UnicodeDecodeError as error:
            raise InputError(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from error
        return cls.from_text(text, where=str(path))

    @classmethod
    def from_text(cls, text: str, *, where: str) -> Self:
        """Read `name:password` lines; blank lines and lines that start with `#` are left out.

        A password is everything after the first colon, blanks included. `where` names the text in errors, which never
        show a password.

        Raises:
            InputError: a line is wrong, a name stands twice, or there is no account.
        """
        key, names, accounts = secrets.token_bytes(32), set[str](), list[Account]()
        for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            place = f"{where}, line {number}"
            name, colon, password = line.partition(":")
            name = composed(name.strip())
            if not (colon and name) or printable(name) != name:
                raise InputError(f"{place}: not an account; write name:password")
            if not password.strip():
                raise InputError(f"{place}: {name} has an empty password; give it one")
            if name in names:
                raise InputError(f"{place}: {name} stands there twice; keep one")
            names.add(name)
            accounts.append(Account(name, _digest(key, name), _digest(key, composed(password))))
        if not accounts:
            raise InputError(f"{where}: holds no account; write name:password, one a line")
        return cls(key, tuple(accounts))

    def check(self, name: str, password: str) -> bool:
        """Return whether the password is right.

        A wrong name takes as long as a wrong password: every account is compared, as digests of one length.
        """
        name_digest, password_digest = _digest(self.key, composed(name.strip())), _digest(self.key, composed(password))
        right = False
        for account in self.accounts:
            same_name = hmac.compare_digest(account.name_digest, name_digest)
            right |= hmac.compare_digest(account.password_digest, password_digest) & same_name
        return right


def _digest(key: bytes, text: str) -> bytes:
    # A browser can send halves of characters; they are no password, and no fault of the program.
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=key).digest()


def composed(text: str) -> str:
    """Return one spelling of accented letters, which keyboards and files compose differently (RFC 7617, section 2.1)."""
    return unicodedata.normalize("NFC", text)
