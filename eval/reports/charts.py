"""The charts of a report's page."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from markupsafe import Markup

from articles_qa.eval.measures.abstention import RiskPoint
from articles_qa.eval.measures.calibration import Bin
from articles_qa.eval.reports.report_text import share_text
from articles_qa.eval.reports.svg import WIDTH, Drawing, Plot, tick_step, ticks
from articles_qa.index.english import count

LABEL_CHARS = 21
TIME_BINS = 24
ROW, THICK = 27, 7  # The height of a kind and of a bar, in the chart by kind.
QUARTERS = (0, 0.25, 0.5, 0.75, 1)


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with its title and caption."""

    title: str
    svg: Markup
    caption: str


@dataclass(frozen=True, slots=True)
class Bars:
    """A kind of question, its number of cases, and at most two shares: a name, and a value between 0 and 1."""

    kind: str
    cases: int
    shares: tuple[tuple[str, float], ...]


def kinds_chart(rows: Sequence[Bars]) -> str:
    """Draw a row for each kind: its name, its number of cases, and a bar and a figure for each share."""
    names = list(dict.fromkeys(name for row in rows for name, _ in row.shares))
    styles = {name: "bar-refused" if name == "refused" else f"bar-{number}" for number, name in enumerate(names, 1)}
    described = f"{', '.join(names)} for each of {count(len(rows), 'kind')}."
    drawing = Drawing("kinds", 34 + ROW * len(rows), title="By kind of question", description=described)
    left, right = 186.0, 354.0
    at = left
    for name, style in styles.items():
        drawing.bar((at, 4), (10, 10), style)
        drawing.text((at + 15, 13), name)
        at += 30 + 6.6 * len(name)
    for number, row in enumerate(rows):
        middle = 34 + ROW * number + ROW / 2
        kind = row.kind if len(row.kind) <= LABEL_CHARS else row.kind[: LABEL_CHARS - 1] + "…"
        drawing.text((0, middle + 4), kind, "label")
        drawing.text((left - 12, middle + 4), f"{row.cases:,}", anchor="end")
        for place, (name, share) in enumerate(row.shares):
            top = middle - (THICK + 1) * len(row.shares) / 2 + place * (THICK + 1)
            drawing.bar((left, top), (max((right - left) * share, 1), THICK), styles[name])
            drawing.text((400 + 40 * place, middle + 4), share_text(share), "axis" if place else "label", anchor="end")
        drawing.line((left, middle - ROW / 2 + 1), (left, middle + ROW / 2 - 1), "axis-line")
    return drawing.svg()


def risk_coverage_chart(points: Sequence[RiskPoint], as_set: RiskPoint | None) -> str:
    """Draw the share of wrong answers when only the surest questions are answered. `as_set` is the point of the settings."""
    described = "The share of wrong answers when only the surest questions are answered."
    drawing = Drawing("risk", 284, title="Risk and coverage", description=described)
    most = max((point.risk for point in points), default=0)
    plot = Plot(top=30, bottom=238, max_y=max(ceil(most * 10 - 1e-9) / 10, 0.1))
    drawing.text((0, 12), "wrong among those answered")
    drawing.text((plot.right, 278), "questions answered, the surest first", anchor="end")
    _draw_levels(drawing, plot, [(value, f"{value:.0%}") for value in ticks(plot.max_y)])
    _draw_scale(drawing, plot, [(value, f"{value:.0%}") for value in QUARTERS], y=plot.bottom + 17)
    places = [plot.at(point.coverage, point.risk) for point in points]
    if places:
        drawing.path([(places[0][0], plot.bottom), *places, (places[-1][0], plot.bottom)], "area")
        drawing.path(places, "line")
    if as_set:
        x, y = plot.at(as_set.coverage, as_set.risk)
        drawing.line((x, y), (x, plot.bottom), "marker")
        drawing.dot((x, y))
        drawing.text((x - 8, y - 9), "as set", "label", anchor="end" if x > plot.left + 60 else "start")
    return drawing.svg()


def reliability_chart(bins: Sequence[Bin]) -> str:
    """Draw the share right at each probability, the line on which both are equal, and the numbers of cases below."""
    described = "How often first quotes with a given probability are right, and how many of them there are."
    drawing = Drawing("reliability", 326, title="Reliability", description=described)
    plot = Plot(top=30, bottom=210)
    drawing.text((0, 12), "first quotes that are right")
    drawing.text((plot.right, 320), "probability given to them", anchor="end")
    _draw_levels(drawing, plot, [(value, f"{value:.0%}") for value in QUARTERS])
    drawing.path([plot.at(0, 0), plot.at(1, 1)], "diagonal")
    drawing.path([plot.at(found.mean_probability, found.share_right) for found in bins], "line")
    for found in bins:
        drawing.dot(plot.at(found.mean_probability, found.share_right))
    counts = Plot(top=246, bottom=284, max_y=max((found.cases for found in bins), default=1))
    for found in bins:
        (left, top), (right, bottom) = counts.at(found.low, found.cases), counts.at(found.high, 0)
        drawing.bar((left + 1, top), (right - left - 2, bottom - top), "bar-1")
        drawing.text(((left + right) / 2, top - 4), f"{found.cases:,}", anchor="middle")
    drawing.line((counts.left, counts.bottom), (counts.right, counts.bottom), "axis-line")
    _draw_scale(drawing, counts, [(value, f"{value:.0%}") for value in QUARTERS], y=counts.bottom + 17)
    return drawing.svg()


def latency_chart(times_ms: Sequence[float], percentiles: Sequence[tuple[str, float]]) -> str:
    """Draw how many questions took how long, with lines at (name, ms). The last bar holds all slower questions."""
    described = ", ".join(f"{name}: {value:.1f} ms" for name, value in percentiles) + "."
    drawing = Drawing("latency", 284, title="Time for an answer", description=described)
    reach = max(*(value for _, value in percentiles), 0.1) * 1.15
    longest = tick_step(reach) * ceil(reach / tick_step(reach))
    counts = [0] * TIME_BINS
    for time_ms in times_ms:
        counts[min(int(time_ms / longest * TIME_BINS), TIME_BINS - 1)] += 1
    plot = Plot(top=74, bottom=238, max_x=longest, max_y=max(*counts, 1))
    drawing.text((0, 12), "questions")
    drawing.text((plot.right, 278), "milliseconds for an answer", anchor="end")
    _draw_levels(drawing, plot, [(value, f"{value:,g}") for value in ticks(plot.max_y) if value == int(value)])
    _draw_scale(drawing, plot, [(value, f"{value:,g}") for value in ticks(longest)], y=plot.bottom + 17)
    for number, cases in enumerate(counts):
        (left, top), (right, bottom) = (plot.at(longest * (number + edge) / TIME_BINS, cases * (1 - edge)) for edge in (0, 1))
        drawing.bar((left + 0.5, top), (right - left - 1, bottom - top), "bar-1")
    for row, (name, value) in enumerate(percentiles):
        x, _ = plot.at(value, 0)
        y, near = 28 + 15 * row, x > WIDTH - 100
        drawing.line((x, y - 9), (x, plot.bottom), "marker")
        drawing.text((x - 5 if near else x + 5, y), f"{name} {value:.1f}", "label", anchor="end" if near else "start")
    return drawing.svg()


def _draw_levels(drawing: Drawing, plot: Plot, values: Sequence[tuple[float, str]]) -> None:
    """Draw lines across, each with its words on the left."""
    for value, words in values:
        _, y = plot.at(0, value)
        drawing.line((plot.left, y), (plot.right, y), "grid" if value else "axis-line")
        drawing.text((plot.left - 6, y + 4), words, anchor="end")


def _draw_scale(drawing: Drawing, plot: Plot, values: Sequence[tuple[float, str]], *, y: float) -> None:
    """Write words below, each at its value."""
    for value, words in values:
        drawing.text((plot.at(value, 0)[0], y), words, anchor="middle")
