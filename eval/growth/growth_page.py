"""Charts of growth: what is measured against the number of passages, a panel for each kind of figure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from eval.growth.growth import Figure, Run, Size, figures_of, sizes
from eval.reports.charts import Chart, levels, scale
from eval.reports.format_figures import NONE, number_text, share_text
from eval.reports.svg import WIDTH, Drawing, LogAxis, Plot, Point, ShareAxis
from eval.reports.templates import rendered

LABEL_ROOM, LABEL_HEIGHT = 104, 14  # Right of the plot, and each label's.


@dataclass(frozen=True, slots=True)
class Line:
    """A figure that a panel draws, and what it is called there; "" where it is the only one."""

    path: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """Figures of one unit in one chart; `parted`: what is mixed was made otherwise, and no line goes on from real to mixed."""

    name: str
    title: str
    unit: str
    lines: tuple[Line, ...]
    caption: str
    parted: bool = False
    is_share: bool = False


def _percentiles(key: str) -> tuple[Line, ...]:
    return tuple(Line(f"served.{key}.p{part}_ms", f"p{part}") for part in (50, 95, 99))


PANELS = (
    Panel("search", "Searching", "ms", _percentiles("search"), "Time for the passages that a question is about."),
    Panel("ask", "Answering", "ms", _percentiles("ask"), "Time for an answer with its quotes."),
    Panel("recall", "Recall", "", (Line("served.recall"),), "Passages of the exact ten nearest that are found.", is_share=True),
    Panel("memory", "Memory, answering", "MB", (Line("served.memory_mb"),), "Resident, after all questions."),
    Panel(
        "opening",
        "Opening",
        "s",
        (Line("served.open_s", "open"), Line("served.first_answer_s", "answer")),
        "Until an index is open, and until it has answered a first question.",
    ),
    Panel("disk", "Disk", "MB", (Line("served.disk_mb"),), "All files of the index."),
    Panel(
        "building",
        "Building",
        "s",
        (Line("built.build_s"),),
        "With mixed vectors only writing: no model reads anything.",
        parted=True,
    ),
    Panel("peak", "Memory, building", "MB", (Line("built.peak_mb"),), "The most that was resident.", parted=True),
    Panel(
        "changes",
        "One article in it",
        "s",
        (Line("changed.add_s", "add"), Line("changed.change_s", "change"), Line("changed.remove_s", "remove")),
        "Until it can be found, or is gone; embedding included.",
    ),
)


def growth_charts(sizes: Sequence[Size]) -> list[Chart]:
    """A chart for each panel that any size has figures for."""
    drawn = [panel for panel in PANELS if any(line.path in size.figures for line in panel.lines for size in sizes)]
    return [Chart(_titled(panel), Markup(growth_chart(panel, sizes)), panel.caption) for panel in drawn]


@dataclass(frozen=True, slots=True)
class _Axes:
    """Where the sizes of a panel stand on its plot."""

    plot: Plot
    across: LogAxis
    up: LogAxis | ShareAxis

    def at(self, passages: float, value: float) -> Point:
        """Where a value stands."""
        return self.plot.at(self.across.place(passages), self.up.place(value))


def growth_chart(panel: Panel, sizes: Sequence[Size]) -> str:
    """A line for each figure with a dot for each size, hollow where it is mixed, over logarithms of both."""
    described = f"{panel.caption} Of {', '.join(f'{size.passages:,}' for size in sizes)} passages."
    drawing = Drawing(f"growth-{panel.name}", 284, title=panel.title, description=described)
    axes = _axes(panel, sizes)
    _draw_scales(drawing, panel, axes)
    ends: list[_End] = []
    for number, line in enumerate(panel.lines, 1):
        if with_it := [size for size in sizes if line.path in size.figures]:
            if number == 1 and isinstance(axes.up, LogAxis):
                _draw_proportion(drawing, axes, axes.up, with_it[0].passages, with_it[0].figures[line.path])
            places = _draw_line(drawing, panel, number, axes, with_it)
            words = f"{line.label} {_said(with_it[-1].figures[line.path], panel)}".strip()
            ends.append(_End(places[-1][1], words, number))
    for end in _apart(ends, axes.plot):
        drawing.text((axes.plot.right + 10, end.y + 4), end.words, f"label label-{end.number}")
    return drawing.svg()


def _axes(panel: Panel, sizes: Sequence[Size]) -> _Axes:
    values = [size.figures[line.path] for line in panel.lines for size in sizes if line.path in size.figures]
    plot = Plot(top=14, bottom=238, left=58, right=WIDTH - LABEL_ROOM)
    up = ShareAxis.of(values) if panel.is_share else LogAxis.of(values)
    return _Axes(plot, LogAxis.of(size.passages for size in sizes), up)


def _draw_scales(drawing: Drawing, panel: Panel, axes: _Axes) -> None:
    plot, marks = axes.plot, axes.across.marks
    few = marks[:: -(-len(marks) // 4)]  # Whose words have room beside each other.
    levels(drawing, plot, [(axes.up.place(mark), _mark(mark, panel)) for mark in axes.up.marks])
    scale(drawing, plot, [(axes.across.place(mark), f"{mark:,.0f}") for mark in few], y=plot.bottom + 17)
    drawing.text((plot.right, 278), "passages", anchor="end")


def _draw_line(drawing: Drawing, panel: Panel, number: int, axes: _Axes, sizes: Sequence[Size]) -> list[Point]:
    """The panel's `number`-th figure, from 1, of sizes that have it; where its dots are."""
    path = panel.lines[number - 1].path
    places = [axes.at(size.passages, size.figures[path]) for size in sizes]
    for part in _parts(sizes, parted=panel.parted):
        drawing.path([places[at] for at in part], f"line line-{number}")
    for size, place in zip(sizes, places, strict=True):
        drawing.dot(place, f"dot dot-{number}" + (" mixed" if size.mixed else ""))
    return places


def _draw_proportion(drawing: Drawing, axes: _Axes, up: LogAxis, passages: int, value: float) -> None:
    """A broken line from a dot as far as there is room, on which a figure grows as the passages do."""
    if value > 0:
        times = min(axes.across.high / passages, up.high / value)
        drawing.path([axes.at(passages, value), axes.at(passages * times, value * times)], "diagonal")


def _titled(panel: Panel) -> str:
    return f"{panel.title}, {panel.unit}" if panel.unit else panel.title


def _said(value: float, panel: Panel) -> str:
    return share_text(value) if panel.is_share else number_text(value, panel.unit)


def _mark(value: float, panel: Panel) -> str:
    return share_text(value) if panel.is_share else f"{value:,g}" if value < 1e5 else f"{value:,.0f}"


def _parts(sizes: Sequence[Size], *, parted: bool) -> list[list[int]]:
    """The places of the sizes that a line goes through."""
    if not parted:
        return [list(range(len(sizes)))]
    parts = [[at for at, size in enumerate(sizes) if size.mixed == mixed] for mixed in (False, True)]
    return [part for part in parts if part]


@dataclass(frozen=True, slots=True)
class _End:
    """What is said at the end of a line, and at which height."""

    y: float
    words: str
    number: int


def _apart(ends: Sequence[_End], plot: Plot) -> list[_End]:
    """The ends moved down where their words would lie on each other, and up where there is no more room."""
    placed: list[_End] = []
    for end in sorted(ends, key=lambda end: end.y):
        lowest = placed[-1].y + LABEL_HEIGHT if placed else plot.top
        placed.append(replace(end, y=max(end.y, lowest)))
    below = max(0.0, placed[-1].y - plot.bottom) if placed else 0.0
    return [replace(end, y=end.y - below) for end in placed]


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
