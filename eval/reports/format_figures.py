"""Figures as text, the same on the terminal and on the page."""

NONE = "–"


def figure_text(measure: str, value: float | None) -> str:
    """A measure's value: shares as .917, times in milliseconds with one digit after the point."""
    if value is None:
        return NONE
    return f"{value:,.1f}" if measure.endswith("ms") else share_text(value)


def interval_text(measure: str, low: float | None, high: float | None) -> str:
    """A measure's interval."""
    return NONE if low is None or high is None else f"{figure_text(measure, low)} – {figure_text(measure, high)}"


def share_text(share: float) -> str:
    """A share of one, as .917."""
    text = f"{share:.3f}"
    return text[1:] if text.startswith("0.") else text


def count_text(number: int, noun: str) -> str:
    """A number and what it counts, as "1 case" or "2,910 cases"."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def duration_text(seconds: float) -> str:
    """A time as people say it."""
    if seconds < 100:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"
