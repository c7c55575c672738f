"""The accounts that may use the page: names and passwords, or their Argon2 hashes, from a file or from the environment.

ann:river          a password
bob:$argon2id$…    the hash of one, which `qa accounts add bob` writes (RFC 9106)
"""

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

from articles_qa.index.errors import InputError, packages_of
from articles_qa.index.files.printable import printable

MAX_FILE_BYTES = 1_000_000  # Some 20,000 accounts; a larger file is something else.
_HASHED = "$argon2"


@dataclass(frozen=True, slots=True)
class Account:
    """A name, and digests of the name and of its password, or the password's hash; the password itself is not kept."""

    name: str
    name_digest: bytes = field(repr=False)
    password_digest: bytes = field(repr=False)
    password_hash: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Accounts:
    """All accounts. Each process draws its own `key`, so that the digests are of no use outside it.

    `found` has the digests of hashed passwords that were right once, by the account's name: a hash takes 50 ms, and
    programs send the password with each call.
    """

    key: bytes = field(repr=False)
    accounts: tuple[Account, ...]
    found: dict[str, bytes] = field(default_factory=dict, repr=False)

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read `name:password` lines.

        Raises:
            InputError: there is no such file, other users can read the file, or a line is wrong.
        """
        return cls.from_text(_read_private(path), where=str(path))

    @classmethod
    def from_text(cls, text: str, *, where: str) -> Self:
        """Read `name:password` lines; blank lines and lines that start with `#` are left out.

        A password is everything after the first colon, blanks included. `where` names the text in errors, which never
        show a password.

        Raises:
            InputError: a line is wrong, a name stands twice, there is no account, or hashes cannot be read here.
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
            hashed = _checked_hash(password.strip(), f"{place}: {name}") if password.startswith(_HASHED) else ""
            known = secrets.token_bytes(64) if hashed else _digest(key, composed(password))
            accounts.append(Account(name, _digest(key, name), known, hashed))
        if not accounts:
            raise InputError(f"{where}: holds no account; write name:password, one a line")
        return cls(key, tuple(accounts))

    def check(self, name: str, password: str) -> bool:
        """Return whether the password is right.

        A wrong name takes as long as a wrong password: every account is compared, as digests of one length, and then
        one hash, where the accounts have any.
        """
        name_digest, password_digest = _digest(self.key, composed(name.strip())), _digest(self.key, composed(password))
        right, hashed = False, next((account for account in self.accounts if account.password_hash), None)
        for account in self.accounts:
            same_name = hmac.compare_digest(account.name_digest, name_digest)
            known = self.found.get(account.name, account.password_digest)
            right |= hmac.compare_digest(known, password_digest) & same_name
            if same_name and account.password_hash:
                hashed = account
        if not right and hashed and _is_hash_of(hashed.password_hash, password):
            right = hmac.compare_digest(hashed.name_digest, name_digest)
            if right:
                self.found[hashed.name] = password_digest
        return right


def add_account(path: Path, name: str, password: str) -> None:
    """Add an account to a file, which is made where it is missing; the password is kept as its hash.

    Raises:
        InputError: the file cannot be used, has the name, or the name or password cannot be one.
    """
    before = _read_private(path) if path.exists() else ""
    with packages_of("accounts", "hashing a password"):
        from argon2 import PasswordHasher
    if not password.strip():
        raise InputError(f"{name}: an empty password; give it one")
    line = f"{name.strip()}:{PasswordHasher().hash(_bytes(password))}\n"
    gap = "" if before.endswith("\n") or not before else "\n"
    accounts = Accounts.from_text(before + gap + line, where=str(path))
    if "\n" in name or ":" in name or accounts.accounts[-1].name != composed(name.strip()):
        raise InputError(f"{printable(name)}: not a name; choose one without a colon or a line break")
    try:
        with open(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "wb") as file:
            file.write((gap + line).encode())
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror}); name another file with --auth") from error


def _read_private(path: Path) -> str:
    """Read a file of accounts, which nobody else may read.

    Raises:
        InputError: there is no such file, or other users can read it.
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
    return text


def _checked_hash(text: str, place: str) -> str:
    """Return a hash if it is one.

    Raises:
        InputError: it is none, or hashes cannot be read here.
    """
    with packages_of("accounts", place):
        import argon2
    try:
        argon2.extract_parameters(text)
    except argon2.exceptions.InvalidHashError as error:
        raise InputError(f"{place} has a hash that is none; take the line out, and run qa accounts add") from error
    return text


def _is_hash_of(hashed: str, password: str) -> bool:
    import argon2

    try:
        return argon2.PasswordHasher().verify(hashed, _bytes(password))
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def _bytes(password: str) -> bytes:
    return composed(password).encode("utf-8", "surrogatepass")


def _digest(key: bytes, text: str) -> bytes:
    # A browser can send halves of characters; they are no password, and no fault of the program.
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=key).digest()


def composed(text: str) -> str:
    """Return one spelling of accented letters, which keyboards and files compose differently (RFC 7617, section 2.1)."""
    return unicodedata.normalize("NFC", text)
