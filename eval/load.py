"""How the page stands many people asking at once, one JSON line a run.

    qa serve &
    python -m eval.load http://127.0.0.1:7860 [--people 50] [--seconds 300] [--think-s 1] [--api]

Each person has a connection of their own and asks the project's own questions,
one after the other, as the page's script does, or with --api as programs do.
First one person asks alone for a tenth of the time, without a pause, to compare
with. An answer counts as complete when it is a record with all its parts.
"""

import argparse
import http.client
import itertools
import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from eval.datasets.cases import OWN_CASES
from eval.datasets.load_dataset import load_dataset
from index import InputError

TIMEOUT_S = 60.0
_PARTS = ("schema", "question", "searched", "answered", "confidence", "quotes", "closest", "index", "took_ms")


@dataclass(slots=True)
class LoadTally:
    """What people saw: seconds for each answer, the retriever's own share of them, and what was no answer."""

    times_s: list[float] = field(default_factory=list)
    answering_s: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)

    def add(self, other: "LoadTally") -> None:
        """Count another's too."""
        self.times_s += other.times_s
        self.answering_s += other.answering_s
        self.errors += other.errors


@dataclass(frozen=True, slots=True)
class Endpoint:
    """How a question is put to the server; `component` is the number of the page's part that asks, None for the API."""

    host: str
    component: int | None

    @classmethod
    def find(cls, url: str, *, api: bool) -> "Endpoint":
        """The page at this address.

        Raises:
            InputError: none answers there.
        """
        host = urlsplit(url).netloc
        try:
            connection = http.client.HTTPConnection(host, timeout=TIMEOUT_S)
            connection.request("GET", "/config")
            config = json.loads(connection.getresponse().read())
            parts = [part["id"] for part in config["components"] if "qa_ask" in part["props"].get("server_fns", ())]
        except (OSError, ValueError, KeyError, http.client.HTTPException) as error:
            raise InputError(f"{url}: no page answers there ({error}); start one with qa serve") from error
        return cls(host, None if api else parts[0])

    def put(self, connection: http.client.HTTPConnection, question: str, session: str) -> dict[str, object]:
        """Ask, and wait for the record."""
        body: dict[str, object]
        if self.component is None:
            path, body = "/gradio_api/run/ask", {"data": [question, [], 5, [], [], None, None]}
        else:
            request: dict[str, object] = {
                "question": question,
                "history": [],
                "sources": [],
                "outlets": [],
                "since": None,
                "until": None,
            }
            path = "/gradio_api/component_server"
            body = {"data": request, "component_id": self.component, "fn_name": "qa_ask", "session_hash": session}
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        response = connection.getresponse()
        content = response.read()
        if response.status != 200:
            raise ValueError(f"status {response.status}: {content[:80].decode(errors='replace')}")
        reply = json.loads(content)
        record = reply["data"][0] if self.component is None else reply.get("record", reply)
        if missing := [part for part in _PARTS if part not in record]:
            raise ValueError(f"incomplete: no {missing[0]} in {str(record)[:80]}")
        return dict(record)


def ask_on(door: Endpoint, questions: Iterator[str], until: float, think_s: float, session: str) -> LoadTally:
    """One person, asking until the clock says so."""
    tally = LoadTally()
    connection = http.client.HTTPConnection(door.host, timeout=TIMEOUT_S)
    while time.perf_counter() < until:
        began = time.perf_counter()
        try:
            record = door.put(connection, next(questions), session)
            tally.times_s.append(time.perf_counter() - began)
            tally.answering_s.append(float(str(record["took_ms"])) / 1e3)
        except (OSError, ValueError, KeyError, http.client.HTTPException) as error:
            tally.errors[f"{type(error).__name__}: {str(error)[:120]}"] += 1
            connection.close()
        time.sleep(think_s)
    connection.close()
    return tally


def crowd(door: Endpoint, people: int, seconds: float, think_s: float) -> LoadTally:
    """Several people at once, beginning with different questions, spread over the first pause."""
    asked = [case.question for case in load_dataset([OWN_CASES]).cases]
    until = time.perf_counter() + seconds
    total, adding = LoadTally(), threading.Lock()

    def person(number: int) -> None:
        time.sleep(think_s * number / people)
        start = number * len(asked) // people
        tally = ask_on(door, itertools.cycle(asked[start:] + asked[:start]), until, think_s, f"load{number}")
        with adding:
            total.add(tally)

    threads = [threading.Thread(target=person, args=(number,)) for number in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return total


def figures(tally: LoadTally, seconds: float) -> dict[str, object]:
    """The run in numbers; milliseconds, `added_ms` is what a question takes beyond the retriever's own time."""
    times = sorted(tally.times_s)
    added = sorted(whole - own for whole, own in zip(tally.times_s, tally.answering_s, strict=True))

    def at(values: Sequence[float], share: float) -> float | None:
        return round(values[min(len(values) - 1, int(len(values) * share))] * 1e3, 1) if values else None

    return {
        "answers": len(times),
        "answers_per_s": round(len(times) / seconds, 1),
        "errors": dict(tally.errors),
        "p50_ms": at(times, 0.5),
        "p95_ms": at(times, 0.95),
        "p99_ms": at(times, 0.99),
        "max_ms": at(times, 1.0),
        "added_p50_ms": at(added, 0.5),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; status 1 where anything was no complete answer."""
    parser = argparse.ArgumentParser(prog="python -m eval.load", description=main.__doc__)
    parser.add_argument("url")
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--think-s", type=float, default=1.0, help="each person's pause after an answer")
    parser.add_argument("--api", action="store_true", help="ask as programs do, not as the page")
    chosen = parser.parse_args(arguments)
    try:
        door = Endpoint.find(chosen.url, api=chosen.api)
    except InputError as error:
        print(f"eval.load: {error}", file=sys.stderr)
        return 2
    alone_s = chosen.seconds / 10
    alone = crowd(door, 1, alone_s, 0.0)
    together = crowd(door, chosen.people, chosen.seconds, chosen.think_s)
    run = {"people": chosen.people, "seconds": chosen.seconds, "think_s": chosen.think_s, "api": chosen.api}
    print(json.dumps({**run, "alone": figures(alone, alone_s), "together": figures(together, chosen.seconds)}))
    return 1 if alone.errors or together.errors else 0


if __name__ == "__main__":
    sys.exit(main())
