"""Load of many people on the page at once, one JSON line a run.

    qa serve &
    python -m eval.load http://127.0.0.1:7860 [--people 50] [--seconds 300] [--think-s 1] [--api]

Each person has a connection of their own and asks the project's own questions
one after the other, as the page's script does, or with --api as programs do.
For comparison, one person first asks alone for a tenth of the time, without a
pause. An answer is complete when it is a record with all its fields.
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

from articles_qa.eval.datasets.cases import OWN_CASES
from articles_qa.eval.datasets.load_dataset import load_dataset
from articles_qa.index import InputError

TIMEOUT_S = 60.0
_FIELDS = ("schema", "question", "searched", "answered", "confidence", "quotes", "closest", "index", "took_ms")


@dataclass(slots=True)
class LoadTally:
    """The results of people's questions: seconds for each answer, the retriever's part of them, and errors."""

    times_s: list[float] = field(default_factory=list)
    answering_s: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)

    def add(self, other: "LoadTally") -> None:
        """Add another person's results."""
        self.times_s += other.times_s
        self.answering_s += other.answering_s
        self.errors += other.errors


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The endpoint of the server that answers. `component` is the number of the page's asking part, None for the API."""

    host: str
    component: int | None

    @classmethod
    def find(cls, url: str, *, api: bool) -> "Endpoint":
        """Find the page at this address.

        Raises:
            InputError: no page answers there.
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
        """Ask, and return the record."""
        body: dict[str, object]
        if self.component is None:
            path, body = "/gradio_api/run/ask", {"data": [question, [], 5, [], [], None, None, None]}
        else:
            scope: dict[str, object] = {"sources": [], "outlets": [], "since": None, "until": None}
            request = {"question": question, "history": [], **scope}
            path = "/gradio_api/component_server"
            body = {"data": request, "component_id": self.component, "fn_name": "qa_ask", "session_hash": session}
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        response = connection.getresponse()
        content = response.read()
        if response.status != 200:
            raise ValueError(f"status {response.status}: {content[:80].decode(errors='replace')}")
        reply = json.loads(content)
        record = reply["data"][0] if self.component is None else reply.get("record", reply)
        if missing := [part for part in _FIELDS if part not in record]:
            raise ValueError(f"incomplete: no {missing[0]} in {str(record)[:80]}")
        return dict(record)


def ask_on(endpoint: Endpoint, questions: Iterator[str], until: float, think_s: float, session: str) -> LoadTally:
    """Ask as one person until a time of `time.perf_counter`."""
    tally = LoadTally()
    connection = http.client.HTTPConnection(endpoint.host, timeout=TIMEOUT_S)
    while time.perf_counter() < until:
        began = time.perf_counter()
        try:
            record = endpoint.put(connection, next(questions), session)
            tally.times_s.append(time.perf_counter() - began)
            tally.answering_s.append(float(str(record["took_ms"])) / 1e3)
        except (OSError, ValueError, KeyError, http.client.HTTPException) as error:
            tally.errors[f"{type(error).__name__}: {str(error)[:120]}"] += 1
            connection.close()
        time.sleep(think_s)
    connection.close()
    return tally


def crowd(endpoint: Endpoint, people: int, seconds: float, think_s: float) -> LoadTally:
    """Ask as several people at once. They begin with different questions, spread over the first pause."""
    asked = [case.question for case in load_dataset([OWN_CASES]).cases]
    until = time.perf_counter() + seconds
    total, adding = LoadTally(), threading.Lock()

    def person(number: int) -> None:
        time.sleep(think_s * number / people)
        start = number * len(asked) // people
        tally = ask_on(endpoint, itertools.cycle(asked[start:] + asked[:start]), until, think_s, f"load{number}")
        with adding:
            total.add(tally)

    threads = [threading.Thread(target=person, args=(number,)) for number in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return total


def load_figures(tally: LoadTally, seconds: float) -> dict[str, object]:
    """Return the figures of a run. `added_p50_ms` is the median time beyond the retriever's own time."""
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
    """Measure and print. Status 1: an answer was missing or incomplete."""
    parser = argparse.ArgumentParser(prog="python -m eval.load", description=main.__doc__)
    parser.add_argument("url")
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--think-s", type=float, default=1.0, help="the pause of each person after an answer")
    parser.add_argument("--api", action="store_true", help="ask as programs do, not as the page does")
    chosen = parser.parse_args(arguments)
    try:
        endpoint = Endpoint.find(chosen.url, api=chosen.api)
    except InputError as error:
        print(f"eval.load: {error}", file=sys.stderr)
        return 2
    alone_s = chosen.seconds / 10
    alone = crowd(endpoint, 1, alone_s, 0.0)
    together = crowd(endpoint, chosen.people, chosen.seconds, chosen.think_s)
    run = {"people": chosen.people, "seconds": chosen.seconds, "think_s": chosen.think_s, "api": chosen.api}
    print(json.dumps({**run, "alone": load_figures(alone, alone_s), "together": load_figures(together, chosen.seconds)}))
    return 1 if alone.errors or together.errors else 0


if __name__ == "__main__":
    sys.exit(main())
