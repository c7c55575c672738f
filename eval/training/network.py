"""The reader as it is trained: the default model's transformer and the head above it, in torch."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from articles_qa.index.models.model_card import DEFAULT_MODEL
from articles_qa.index.models.model_files import find_model
from articles_qa.index.models.onnx_graph import load_original
from articles_qa.index.models.reader import QUESTION, UNREAD, ReaderHead, ReaderInput

MOST_SENTENCES = (12, 32, 128)  # Sizes of the pooled tensors: few sizes, so that few kernels are made.
WIDTH, HEIGHT = 16, 4  # Tokens and snippets of a batch are filled up to a multiple of these, for the same reason.
START_SCALE, START_SHIFT = 8.0, -4.0  # The untrained head is the embedding model's cosine.
_ANY = -1e4


class ReaderNetwork(nn.Module):
    """The default model's transformer, its word embeddings frozen, and the head that `ReaderHead` calculates again."""

    def __init__(self, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.transformer: Any = load_original(find_model(DEFAULT_MODEL))[0].auto_model
        for name, parameter in self.transformer.named_parameters():
            parameter.requires_grad = name.startswith("encoder.")
        for module in self.transformer.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0  # Costs a third of the time.
        dim = self.transformer.config.hidden_size
        self.hidden, self.out, self.token = nn.Linear(4 * dim, dim), nn.Linear(dim, 1), nn.Linear(dim, 1)
        self.scale, self.dropout = nn.Parameter(torch.tensor(START_SCALE)), nn.Dropout(dropout)
        for layer in (self.out, self.token):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)
        nn.init.constant_(self.out.bias, START_SHIFT)

    def forward(self, inputs: Sequence[ReaderInput], sentences: Sequence[int]) -> list[Tensor]:
        """Return for each snippet the logits of its sentences."""
        ids, types, owners, mask = _batch(inputs)
        with torch.autocast("cpu", torch.bfloat16):
            states = self.transformer(ids, attention_mask=mask, token_type_ids=types).last_hidden_state
        states = states.float()
        most = next(size for size in MOST_SENTENCES if size >= max(sentences))
        own = torch.where(owners >= 0, owners, torch.where(owners == QUESTION, most, most + 1))
        members = functional.one_hot(own, most + 2).float()  # (snippets, tokens, most + 2)
        counts = members.sum(1).clamp(min=1)
        pooled = torch.einsum("blk,bld->bkd", members, states) / counts[..., None]
        asked, said = pooled[:, most : most + 1].expand(-1, most, -1), pooled[:, :most]
        cosines = functional.cosine_similarity(said, asked, dim=-1)
        normed_said, normed_asked = _normed(said), _normed(asked)
        parts = (normed_said, normed_asked, normed_said * normed_asked, (normed_said - normed_asked).abs())
        layer = self.dropout(functional.gelu(self.hidden(self.dropout(torch.cat(parts, -1)))))
        tokens = self.token(_normed(states)).squeeze(-1)
        there = members[..., :most] > 0
        summed = torch.where(there, tokens[..., None], torch.tensor(_ANY)).logsumexp(1) - counts[:, :most].log()
        logits = self.out(layer).squeeze(-1) + self.scale * cosines + summed
        logits = torch.where(there.any(1), logits, torch.tensor(UNREAD))
        return [logits[row, :number] for row, number in enumerate(sentences)]

    def layers(self) -> dict[str, npt.NDArray[np.float32]]:
        """Return the trained weights of the transformer by transformers' names."""
        named = self.transformer.named_parameters()
        return {name: parameter.detach().numpy() for name, parameter in named if parameter.requires_grad}

    def head(self) -> ReaderHead:
        """Return the head as the program calculates it."""
        return ReaderHead(
            hidden=self.hidden.weight.detach().numpy().T.copy(),
            hidden_bias=self.hidden.bias.detach().numpy(),
            out=self.out.weight.detach().numpy()[0],
            token=self.token.weight.detach().numpy()[0],
            scale=float(self.scale.detach()),
            shift=float((self.out.bias + self.token.bias).detach()),
        )

    def groups(self, rate: float) -> list[Mapping[str, Any]]:
        """Return the optimiser's groups of parameters: the head learns three times as fast as the transformer."""
        body = [parameter for parameter in self.transformer.parameters() if parameter.requires_grad]
        head = [*self.hidden.parameters(), *self.out.parameters(), *self.token.parameters(), self.scale]
        return [{"params": body, "lr": rate}, {"params": head, "lr": 3 * rate}]


def _batch(inputs: Sequence[ReaderInput]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return ids, types, owners and mask of snippets, (snippets, tokens) each, filled up to WIDTH and HEIGHT."""
    width = -(-max(len(given.ids) for given in inputs) // WIDTH) * WIDTH
    shape = (-(-len(inputs) // HEIGHT) * HEIGHT, width)
    ids, types, mask = (np.zeros(shape, np.int64) for _ in range(3))
    owners = np.full(shape, -1, np.int64)
    mask[:, 0] = 1  # A row of nothing would make no numbers.
    for row, given in enumerate(inputs):
        length = len(given.ids)
        ids[row, :length], types[row, :length], owners[row, :length] = given.ids, given.types, given.owners
        mask[row, :length] = 1
    return torch.from_numpy(ids), torch.from_numpy(types), torch.from_numpy(owners), torch.from_numpy(mask)


def _normed(rows: Tensor) -> Tensor:
    return functional.layer_norm(rows, rows.shape[-1:])
