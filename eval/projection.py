"""The projection of token states, index/models/projection.json, computed again from the bundled articles.

    python -m eval.projection [--check]

The projection keeps the directions in which the default model's states of the
articles' tokens, each of length 1, differ most. With a new projection, indexes
must be rebuilt and qa/ranking/weights.json trained again.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from articles_qa.index import ModelSettings, QaError
from articles_qa.index.articles.article import read_article
from articles_qa.index.entries.make_entry import draft
from articles_qa.index.models.embedder import Embedder
from articles_qa.index.models.export import export_model
from articles_qa.index.models.token_vectors import PROJECTION, TOKEN_DIM

_SCALE = 1000  # Entries are whole thousandths. Rows get length 1 afterwards, so the scale does not matter.


def projection_record(folder: Path) -> dict[str, Any]:
    """Return the projection for the default model, from the articles of a folder.

    Source: principal components by singular value decomposition, uncentred,
    since inner products are to be kept.
    """
    card = export_model(ModelSettings()).card
    embedder = Embedder(export_model(ModelSettings()))
    articles = [read_article(path, path.name) for path in sorted(folder.glob("*.txt"))]
    states = np.concatenate([embedder.token_states(text) for article in articles for text in draft(article).texts])
    states = states.astype(np.float64) / np.linalg.norm(states, axis=1, keepdims=True)
    directions = np.linalg.svd(states, full_matrices=False)[2][:TOKEN_DIM].T
    signs = np.sign(directions[np.abs(directions).argmax(axis=0), np.arange(TOKEN_DIM)])
    matrix = np.rint(directions * signs * _SCALE).astype(int).tolist()
    command = "python -m eval.projection"
    return {"made_by": command, "model": card.name, "model_sha256": card.sha256, "matrix": matrix}


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the projection, or compare it with the present one."""
    parser = argparse.ArgumentParser(prog="python -m eval.projection", description=main.__doc__)
    parser.add_argument("--check", action="store_true")
    chosen = parser.parse_args(arguments)
    try:
        made = projection_record(Path(__file__).parents[1] / "seeds")
        if chosen.check:
            same = json.loads(PROJECTION.read_text("utf-8")) == made
            print("the same projection" if same else "another projection")
            return 0 if same else 1
        PROJECTION.write_text(json.dumps(made) + "\n", "utf-8")
    except (QaError, OSError) as error:
        print(f"eval.projection: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
