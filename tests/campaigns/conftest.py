"""What campaigns share: a case that is survived, and records with odd values in them."""

import copy
import json
import re
import signal
import time
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from articles_qa.index import QaError

MAX_CASE_S, HANG_S = 2.0, 20.0  # A case of a campaign may take so much of the processor, and is stopped after so long.

# Written into JSON as they stand: what no writer writes and a reader may take.
ODD_TOKENS = (
    "NaN",
    "-Infinity",
    "1e999",
    "-1",
    "9" * 5000,
    "[" * 3_000,
    "[" * 100_000,
    '{"a":' * 2000,
    '"\\ud800"',
    "01",
    "",
    "\x00",
    "'x'",
)
ODD_VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        1,
        2**53,
        2**63,
        10**400,
        0.5,
        -0.0,
        1e308,
        "",
        " ",
        "0",
        "1",
        "\0",
        "\n",
        "\u202e",
        "x" * 20_000,
    ),
    *(
        "../../../../etc/passwd",
        "/etc/passwd",
        "/dev/zero",
        "..",
        ".",
        "a/../../b",
        "C:\\x",
        "é",
        [],
        {},
        [[]],
        [None],
        {"": ""},
    ),
)


@pytest.fixture(scope="session")
def survives() -> Callable[[Callable[[], object], object], bool]:
    """Runs a case of a campaign: whether it was done, and not refused in one line.

    Anything else that is raised fails the test, as do more than MAX_CASE_S, and shows the case.
    """

    def stop(*_: object) -> None:
        pytest.fail(f"not done after {HANG_S} s")  # No exception that the program could take for its own.

    def run(act: Callable[[], object], case: object) -> bool:
        before, began = signal.signal(signal.SIGALRM, stop), time.process_time()
        signal.setitimer(signal.ITIMER_REAL, HANG_S)
        try:
            act()
            done = True
        except QaError as refusal:
            assert "\n" not in str(refusal) and len(str(refusal)) < 1000, repr(case)[:2000]
            done = False
        except Exception as error:
            pytest.fail(f"{type(error).__name__}: {error} from {case!r:.2000}")
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        took = time.process_time() - began
        assert took <= MAX_CASE_S, f"{took:.1f} s for {case!r:.2000}"
        return done

    return run


@pytest.fixture(scope="session")
def mutated_json() -> Callable[[Any, Random], str]:
    """A record as JSON with a few things changed: values, keys, types, and now and then the text itself."""

    def change(record: Any, random: Random) -> Any:
        places = [(record, key) for key in _keys(record)]
        for holder, key in places:
            places += [(holder[key], inner) for inner in _keys(holder[key])]
        if not places:
            return random.choice(ODD_VALUES)
        holder, key = random.choice(places)
        act = random.randrange(6)
        if act == 0:
            del holder[key]
        elif act == 1 and isinstance(holder, dict):
            holder[random.choice(("", "x", "..", "schema", "../x", "role"))] = holder.pop(key)
        elif act == 2:
            holder[key] = [holder[key]]
        elif act == 3:
            holder[key] = {"x": holder[key]}
        elif act == 4:
            other, place = random.choice(places)
            holder[key] = copy.deepcopy(other[place]) if place in _keys(other) else None
        else:
            holder[key] = random.choice(ODD_VALUES)
        return record

    def mutate(record: Any, random: Random) -> str:
        changed = copy.deepcopy(record)
        for _ in range(random.randint(1, 3)):
            changed = change(changed, random)
        text = json.dumps(changed)
        act, at = random.randrange(8), random.randrange(len(text) + 1)
        if act == 0:  # A value becomes a token of another kind.
            text = re.sub(
                r'(?<=: )("[^"]*"|[\d.]+|null)', lambda m: random.choice((random.choice(ODD_TOKENS), m[0])), text, count=3
            )
        elif act == 1:
            text = text[:at]
        elif act == 2:
            text = text[:at] + random.choice(ODD_TOKENS) + text[at:]
        elif act == 3:  # Keys twice.
            text = text.replace("{", text[: text.find(",")].strip() + ", " if text.startswith("{") and "," in text else "{", 1)
        return text

    return mutate


def _keys(holder: Any) -> list[Any]:
    """By what the parts of a JSON value are reached."""
    if isinstance(holder, dict):
        return list(holder)
    return list(range(len(holder))) if isinstance(holder, list) else []
