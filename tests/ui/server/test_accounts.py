import io
import os
from pathlib import Path

import argon2
import pytest

from articles_qa.index.errors import InputError
from articles_qa.ui.cli import main
from articles_qa.ui.server.accounts import Accounts
from articles_qa.ui.server.throttle import FORGOTTEN_AFTER_S, LONGEST_WAIT_S, MAX_RECORDS, Throttle


def accounts_of(text: str) -> Accounts:
    return Accounts.from_text(text, where="$QA_ACCOUNTS")


def test_accounts_are_read_line_by_line() -> None:
    accounts = accounts_of("# of the desk\n\nann:one\r\n  bob : two: and three \n   # not an account: x\n")
    assert [account.name for account in accounts.accounts] == ["ann", "bob"]
    assert accounts.check("ann", "one")
    assert accounts.check("bob", " two: and three ")


@pytest.mark.parametrize(
    ("name", "password", "right"),
    [
        ("ann", "one", True),
        (" ann ", "one", True),  # Gradio's login strips names.
        ("ann", "one ", False),
        ("ann", "", False),
        ("ann", "two", False),  # Somebody else's.
        ("Ann", "one", False),
        ("nobody", "one", False),
        ("", "", False),
        ("ren\u00e9", "\u00e9t\u00e9", True),
        ("rene\u0301", "e\u0301te\u0301", True),  # The same letters, composed by another keyboard.
        ("ann", "\ud800", False),
        ("ann", "one\0", False),
    ],
)
def test_only_the_account_s_own_password_is_right(name: str, password: str, right: bool) -> None:
    assert accounts_of("ann:one\nbob:two\nren\u00e9:\u00e9t\u00e9").check(name, password) is right


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "$QA_ACCOUNTS: holds no account"),
        ("# nothing\n\n", "$QA_ACCOUNTS: holds no account"),
        ("ann:s3cret\nbob", "$QA_ACCOUNTS, line 2: not an account"),
        (":s3cret", "$QA_ACCOUNTS, line 1: not an account"),
        ("a\x1bnn:s3cret", "$QA_ACCOUNTS, line 1: not an account"),
        ("ann:", "$QA_ACCOUNTS, line 1: ann has an empty password"),
        ("ann:  ", "$QA_ACCOUNTS, line 1: ann has an empty password"),
        ("ann:s3cret\n\nann:s3cret", "$QA_ACCOUNTS, line 3: ann stands there twice"),
        ("ren\u00e9:s3cret\nrene\u0301:s3cret", "line 2: ren\u00e9 stands there twice"),
    ],
)
def test_accounts_that_are_wrong_are_refused_in_one_line(text: str, said: str) -> None:
    with pytest.raises(InputError) as refused:
        accounts_of(text)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value) and "s3cret" not in str(refused.value)


SUMMER = "\u00e9t\u00e9"


def hashed(password: str) -> str:
    """A hash that is fast to make, in the form of all others."""
    return argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(password)


@pytest.mark.parametrize(
    ("name", "password", "right"),
    [
        ("ann", "one", True),
        ("ann", "two", False),
        ("bob", "two", True),
        ("nobody", "one", False),
        ("ren\u00e9", "e\u0301te\u0301", True),
        ("ann", "\ud800", False),
    ],
)
def test_a_hashed_password_stands_beside_plain_ones(name: str, password: str, right: bool) -> None:
    accounts = accounts_of(f"ann:{hashed('one')}\nbob:two\nren\u00e9:{hashed(SUMMER)} ")
    assert [accounts.check(name, password) for _ in range(2)] == [right] * 2
    assert not accounts.check("ann", hashed("one")) and not accounts.check("bob", "one")


def test_each_wrong_try_takes_one_hash_and_a_right_one_its_first_time_only(monkeypatch: pytest.MonkeyPatch) -> None:
    accounts, verify, tried = accounts_of(f"ann:{hashed('one')}\nbob:two"), argon2.PasswordHasher.verify, list[bytes]()

    def counted(hasher: argon2.PasswordHasher, kept: str, password: bytes) -> bool:
        tried.append(password)
        return verify(hasher, kept, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", counted)
    tries = [("ann", "x"), ("bob", "y"), ("nobody", "z"), ("nobody", "one"), ("ann", "one"), ("ann", "one"), ("bob", "two")]
    assert [accounts.check(*each) for each in tries] == [False] * 4 + [True] * 3
    assert tried == [b"x", b"y", b"z", b"one", b"one"]
    assert "argon2id" not in repr(accounts) and "one" not in repr(accounts)


def test_what_is_no_hash_is_refused_and_never_a_password() -> None:
    with pytest.raises(InputError, match="line 1: ann has a hash that is none; take the line out"):
        accounts_of("ann:$argon2id$v=19$m=1$short")


def add(monkeypatch: pytest.MonkeyPatch, path: Path, name: str, typed: str) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    return main(["accounts", "add", name, "--auth", str(path)])


def test_an_account_is_added_with_a_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "accounts.txt"
    assert add(monkeypatch, path, "ann", "river bank\n") == add(monkeypatch, path, " bob", "two") == 0
    assert "ann is added to" in capsys.readouterr().err
    assert path.stat().st_mode & 0o777 == 0o600 and b"river" not in path.read_bytes()
    with path.open("a") as file:
        file.write("carl:three")
    assert add(monkeypatch, path, "dora", "four") == 0
    accounts, before = Accounts.from_file(path), path.read_bytes()
    assert all(map(accounts.check, ("ann", "bob", "carl", "dora"), ("river bank", "two", "three", "four")))
    wrong = {"ann": "stands there twice", "e:ve": "not a name", "#eve": "not a name", "e\nve": "not a"}
    for name, said in wrong.items():
        capsys.readouterr()
        assert add(monkeypatch, path, name, "five") == 2 and said in capsys.readouterr().err
    assert add(monkeypatch, path, "eve", "\n") == 2 and "empty password" in capsys.readouterr().err
    path.chmod(0o644)
    assert add(monkeypatch, path, "eve", "five") == 2 and "other users" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_neither_passwords_nor_their_digests_are_shown() -> None:
    assert repr(accounts_of("ann:secret")).count("=") == 2  # accounts=, name=


def a_file(path: Path, data: bytes = b"ann:one\n", mode: int = 0o600) -> Path:
    path.write_bytes(data)
    path.chmod(mode)
    return path


def test_accounts_are_read_from_a_private_file(tmp_path: Path) -> None:
    assert Accounts.from_file(a_file(tmp_path / "accounts", b"\xef\xbb\xbfann:one\n")).check("ann", "one")


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o666])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(InputError, match="other users of this machine can read it; chmod 600"):
        Accounts.from_file(a_file(tmp_path / "accounts", mode=mode))


def test_files_that_cannot_be_read_as_accounts_are_refused(tmp_path: Path) -> None:
    cases = {
        "cannot be read": tmp_path / "missing",
        "not UTF-8 at byte 5": a_file(tmp_path / "latin", b"rene:\xe9\n"),
        "not a file": tmp_path,
        "larger than": a_file(tmp_path / "large", b"#" * 1_000_001),
        "line 1: not an account": a_file(tmp_path / "wrong", b"ann\n"),
    }
    if os.name == "posix":
        os.mkfifo(tmp_path / "pipe", 0o600)
        cases["name a file of"] = tmp_path / "pipe"  # And is not waited for.
    for said, path in cases.items():
        with pytest.raises(InputError) as refused:
            Accounts.from_file(path)
        assert said in str(refused.value) and str(path) in str(refused.value)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_each_wrong_password_after_the_fifth_doubles_the_wait() -> None:
    clock = Clock()
    throttle = Throttle(clock=clock)
    waits = []
    for _ in range(16):
        throttle.failed("1.2.3.4", "ann")
        waits.append(throttle.wait_s("1.2.3.4", "ann"))
        clock.now += waits[-1]
    assert waits == [0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300]
    assert throttle.wait_s("1.2.3.4", "ann") == 0


@pytest.mark.parametrize(
    ("client", "name", "waits"),
    [
        ("1.2.3.4", "ann", True),
        ("1.2.3.4", "bob", True),
        ("5.6.7.8", "ann", True),
        ("5.6.7.8", " ann ", True),
        ("5.6.7.8", "bob", False),
    ],
)
def test_the_client_and_the_name_wait_and_nobody_else(client: str, name: str, waits: bool) -> None:
    throttle = Throttle(clock=Clock())
    for _ in range(5):
        throttle.failed("1.2.3.4", "ann")
    assert (throttle.wait_s(client, name) > 0) is waits


def test_a_right_password_and_time_let_wrong_ones_be_forgotten() -> None:
    clock = Clock()
    throttle = Throttle(clock=clock)
    for _ in range(4):
        throttle.failed("1.2.3.4", "ann")
    throttle.succeeded("1.2.3.4", "ann")
    for _ in range(4):
        throttle.failed("1.2.3.4", "ann")
    assert throttle.wait_s("1.2.3.4", "ann") == 0
    clock.now += FORGOTTEN_AFTER_S + 1
    throttle.failed("1.2.3.4", "ann")
    assert throttle.wait_s("1.2.3.4", "ann") == 0


def test_a_name_is_counted_however_it_is_written() -> None:
    throttle = Throttle(clock=Clock())
    for name in ("Karl", "\u212aarl", " Karl", "Karl ", "\u212aarl "):  # U+212A, the sign of Kelvin.
        throttle.failed(f"client of {name}", name)
    assert throttle.wait_s("new", "Karl") > 0


def test_a_right_password_forgives_no_guesses_at_other_names_nor_those_of_others() -> None:
    throttle = Throttle(clock=Clock())
    for n in range(5):
        throttle.failed("1.2.3.4", f"name {n}")
        throttle.failed("5.6.7.8", "ann")
    throttle.succeeded("1.2.3.4", "ann")
    assert throttle.wait_s("1.2.3.4", "new") > 0 and throttle.wait_s("new", "ann") > 0


def test_invented_names_do_not_push_out_a_name_that_waits() -> None:
    throttle = Throttle(clock=Clock())
    for _ in range(20):
        throttle.failed("1.2.3.4", "ann")
    for n in range(MAX_RECORDS + 200):
        throttle.failed(f"client {n}", f"name {n}")
    assert throttle.wait_s("new", "ann") == LONGEST_WAIT_S


def test_many_clients_and_names_take_bounded_memory_and_do_not_push_out_who_keeps_trying() -> None:
    throttle = Throttle(clock=Clock())
    for n in range(3 * MAX_RECORDS):
        throttle.failed("1.2.3.4", f"name {n}")
        throttle.failed(f"client {n}", "ann")
    assert throttle.wait_s("1.2.3.4", "new") == throttle.wait_s("new", "ann") == LONGEST_WAIT_S
    assert max(len(throttle._clients), len(throttle._names), len(throttle._pairs)) <= MAX_RECORDS
