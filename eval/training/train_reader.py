"""Training the reader: seeded, and taken up again where it was stopped."""

import hashlib
import json
import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from articles_qa.eval.training.network import ReaderNetwork
from articles_qa.eval.training.samples import FoundText, ReaderSample
from articles_qa.index import InputError
from articles_qa.index.models.model_card import DEFAULT_MODEL
from articles_qa.index.models.model_files import find_model, load_tokenizer
from articles_qa.index.models.reader import ReaderInput, question_ids, reader_input

AT_ONCE = 16  # Snippets in one pass, of about one length, so that a batch has little to fill.
STATE_EVERY, REPORT_EVERY = 100, 25  # Steps.
HEAVIEST = 6  # Wrong snippets are drawn from this many of the best.


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """The settings of a training, which takes each sample `rounds` times.

    `snippets` are read for each question. Of the answerable questions the share
    `without_answer` is shown snippets of which none answers. `warm_up` is the
    share of the steps in which the rate rises; then it falls to 0.
    """

    seed: int = 1
    rounds: int = 2
    questions_a_step: int = 16
    snippets: int = 4
    rate: float = 1.5e-4
    warm_up: float = 0.06
    weight_decay: float = 0.01
    dropout: float = 0.1
    without_answer: float = 0.12


@dataclass(frozen=True, slots=True)
class TrainingProgress:
    """The step just done, of how many, the mean loss of the last steps, and the seconds that are left."""

    step: int
    steps: int
    loss: float
    left_s: float


def train_reader(
    samples: Sequence[ReaderSample],
    settings: TrainingSettings,
    state: Path,
    *,
    report: Callable[[TrainingProgress], None] = lambda progress: None,
) -> ReaderNetwork:
    """Train a reader on samples, in an order that the seed gives.

    The folder `state` keeps what is needed to go on after a stop. The same
    samples and settings give the same weights on one machine.

    Raises:
        InputError: `state` is of another training.
    """
    torch.manual_seed(settings.seed)
    torch.use_deterministic_algorithms(True)
    network = ReaderNetwork(dropout=settings.dropout)
    optimiser = torch.optim.AdamW(network.groups(settings.rate), weight_decay=settings.weight_decay)  # type: ignore[arg-type]
    tokenizer = plain_tokenizer()
    draw = random.Random(settings.seed)
    order = [sample for _ in range(settings.rounds) for sample in draw.sample(list(samples), len(samples))]
    steps = max(1, len(order) // settings.questions_a_step)
    key = _key(order, settings)
    first = _resume(state, key, network, optimiser)
    began, losses = time.monotonic(), []
    for step in range(first, steps):
        draw = random.Random(f"{settings.seed} {step}")
        torch.manual_seed(settings.seed * steps + step)
        part = order[step * settings.questions_a_step : (step + 1) * settings.questions_a_step]
        for group, start in zip(optimiser.param_groups, network.groups(settings.rate), strict=True):
            group["lr"] = start["lr"] * _rate(step, steps, settings.warm_up)
        losses.append(_learn(network, _given(part, tokenizer, draw, settings)))
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        done = step + 1
        if done % REPORT_EVERY == 0 or done == steps:
            recent = losses[-4 * REPORT_EVERY :]
            left = (time.monotonic() - began) / (done - first) * (steps - done)
            report(TrainingProgress(done, steps, sum(recent) / len(recent), left))
        if done % STATE_EVERY == 0 or done == steps:
            _keep(state, key, done, network, optimiser)
    return network


def plain_tokenizer() -> Any:
    """Return the default model's tokenizer."""
    return load_tokenizer(find_model(DEFAULT_MODEL))


@dataclass(frozen=True, slots=True)
class _Read:
    """A snippet as the network reads it, and which of its sentences answer."""

    given: ReaderInput
    right: tuple[bool, ...]


def _rate(step: int, steps: int, warm_up: float) -> float:
    """Return the share of the full rate at a step: it rises, then falls in a line."""
    return min(1.0, (step + 1) / max(1.0, warm_up * steps)) * max(0.02, 1 - step / steps)


def _given(
    samples: Sequence[ReaderSample], tokenizer: Any, draw: random.Random, settings: TrainingSettings
) -> list[list[_Read]]:
    """Return the snippets that are read for each question."""
    made = []
    for sample in samples:
        asked = question_ids(tokenizer, sample.question)
        made.append(
            [_Read(reader_input(tokenizer, asked, found.text), found.right) for found in _chosen(sample, draw, settings)]
        )
    return made


def _chosen(sample: ReaderSample, draw: random.Random, settings: TrainingSettings) -> list[FoundText]:
    """Draw the snippets to read: one or two that answer, and wrong ones, the more tempting the more often."""
    right = [found for found in (*sample.found, *sample.missed) if any(found.right)]
    wrong = [found for found in sample.found if not any(found.right)][:HEAVIEST]
    weights = [math.exp(-0.35 * place) * draw.random() for place in range(len(wrong))]
    wrong = [found for _, found in sorted(zip(weights, wrong, strict=True), key=lambda pair: -pair[0])]
    draw.shuffle(right)
    if not sample.answerable:
        nearest = sample.found[:1] if draw.random() < 0.8 else ()  # The most tempting one.
        return [*nearest, *(found for found in wrong if found not in nearest)][: settings.snippets]
    if draw.random() < settings.without_answer and len(wrong) >= settings.snippets:
        return wrong[: settings.snippets]
    return [*right[: 1 if draw.random() < 0.7 else 2], *wrong][: settings.snippets]


def _learn(network: ReaderNetwork, questions: Sequence[Sequence[_Read]]) -> float:
    """Add the gradients of some questions; return their mean loss."""
    network.train()
    reads = sorted((read for question in questions for read in question), key=lambda read: len(read.given.ids))
    logits: dict[int, Tensor] = {}
    for at in range(0, len(reads), AT_ONCE):
        part = reads[at : at + AT_ONCE]
        found = network([read.given for read in part], [len(read.right) for read in part])
        logits |= {id(read): values for read, values in zip(part, found, strict=True)}
    losses = [
        loss([logits[id(read)] for read in question], [read.right for read in question]) for question in questions if question
    ]
    mean = torch.stack(losses).mean()
    mean.backward()  # type: ignore[no-untyped-call]
    return float(mean.detach())


def loss(logits: Sequence[Tensor], right: Sequence[Sequence[bool]]) -> Tensor:
    """Return -log of the share that the answering sentences have, or "nothing", whose logit is 0, where none answers."""
    answers = torch.tensor([answers for sentences in right for answers in sentences])
    shares = functional.log_softmax(torch.cat([torch.zeros(1), *logits]), 0)
    wanted = torch.cat([~answers.any()[None], answers])
    return -shares[wanted].logsumexp(0)


def _key(order: Sequence[ReaderSample], settings: TrainingSettings) -> str:
    """Return the name of a training: a digest of its samples, in order, and of its settings."""
    digest = hashlib.sha256(json.dumps(asdict(settings), sort_keys=True).encode())
    for sample in order:
        digest.update(repr(sample).encode())
    return digest.hexdigest()


def _keep(state: Path, key: str, step: int, network: ReaderNetwork, optimiser: torch.optim.Optimizer) -> None:
    """Write all that a later run needs to go on, whole or not at all."""
    from safetensors.torch import save_file

    tensors = {f"network.{name}": value for name, value in network.state_dict().items() if "embeddings" not in name}
    for number, values in optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser.{number}.{name}": value for name, value in values.items()}
    state.mkdir(parents=True, exist_ok=True)
    save_file(tensors, str(state / "new.safetensors"), {"key": key, "step": str(step)})
    (state / "new.safetensors").replace(state / "state.safetensors")


def _resume(state: Path, key: str, network: ReaderNetwork, optimiser: torch.optim.Optimizer) -> int:
    """Take up an earlier run from its folder; return the number of steps that are done."""
    from safetensors import safe_open

    path = state / "state.safetensors"
    if not path.is_file():
        return 0
    with safe_open(str(path), "pt") as file:
        about = file.metadata() or {}
        if about.get("key") != key:
            raise InputError(f"{path}: of another training; name another folder for the state, or delete this one")
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (the file has no iterator)
    own = {name.removeprefix("network."): value for name, value in tensors.items() if name.startswith("network.")}
    network.load_state_dict(own, strict=False)
    kept: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        if name.startswith("optimiser."):
            _, number, part = name.split(".", 2)
            kept.setdefault(int(number), {})[part] = value
    optimiser.load_state_dict({"state": kept, "param_groups": optimiser.state_dict()["param_groups"]})
    return int(about["step"])
