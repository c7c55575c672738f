"""Growth as one HTML page that needs nothing else: its charts, all its figures, what was real, what was mixed."""

from collections.abc import Sequence
from dataclasses import dataclass

from eval.figures import NONE, number_text, share_text
from eval.growth import Figure, Run, Size, figures_of, sizes
from eval.growth_charts import growth_charts
from eval.templates import rendered

_HEADLINES = ("served.search.p50_ms", "served.ask.p50_ms", "served.memory_mb", "served.open_s", "served.recall")


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure's values as text, one for each size."""

    figure: Figure
    values: tuple[str, ...]


def render_growth(runs: Sequence[Run]) -> bytes:
    """The page, in UTF-8.

    Raises:
        InputError: a row of a run is no size.
    """
    found = sizes(runs)
    rows = [_row(figure, found) for figure in figures_of(found)]
    return rendered(
        "growth.html",
        runs=runs,
        sizes=found,
        real=[size for size in found if not size.mixed],
        mixed=[size for size in found if size.mixed],
        headlines=[row for path in _HEADLINES for row in rows if row.figure.path == path],
        charts=growth_charts(found),
        rows=rows,
    )


def _row(figure: Figure, found: Sequence[Size]) -> FigureRow:
    form = share_text if figure.is_share else number_text
    return FigureRow(figure, tuple(form(size.figures[figure.path]) if figure.path in size.figures else NONE for size in found))
