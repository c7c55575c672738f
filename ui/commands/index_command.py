"""The commands `qa index` and `qa info`: build an index, and tell what an index holds."""

import sys
from argparse import Namespace

from articles_qa.index import BuildReport, BuildSettings, Index, IndexInfo, build
from articles_qa.ui.commands.arguments import chosen_model, chosen_reading
from articles_qa.ui.commands.open_index import build_progress
from articles_qa.ui.commands.output import ExitStatus, note, show, show_json

# Fields of the index's information that `qa info --json` prints as they are.
_FIELDS = (
    "articles", "added", "excluded", "passages", "sentences", "refused", "generation", "in_force", "kept", "size_bytes",
    "built", "speakers", "segments",
)  # fmt: skip
MOST_OTHERS = 1_000  # Named one by one; a folder of pictures has more.


def index(chosen: Namespace) -> ExitStatus:
    """Build the index; with --watch, build it again whenever articles change."""
    settings = BuildSettings(
        model=chosen_model(chosen),
        encoding=chosen.encoding,
        reading=chosen_reading(chosen),
        max_file_mb=chosen.max_file_mb,
        rebuild=chosen.rebuild,
        restore_all=chosen.restore,
        wait=chosen.wait,
        speakers=chosen.speakers,
        workers=chosen.workers,
        ray=chosen.ray,
    )

    def built(settings: BuildSettings) -> BuildReport:
        return build(chosen.paths, chosen.index, settings, progress=build_progress())

    if chosen.watch:
        from articles_qa.ui.commands.watch_command import follow

        follow(chosen.paths, chosen.index, settings, build=built, show=show_report)
    else:
        show_report(built(settings))
    return ExitStatus.DONE


def info(chosen: Namespace) -> ExitStatus:
    """Print what the index holds."""
    opened = Index.open(chosen.index, generation=chosen.generation)
    info, mended, foreign = opened.info, opened.store.broken(), opened.store.foreign()
    if chosen.json:
        fixed = {
            "index": str(info.directory),
            "root": str(info.root),
            "model": info.model.to_dict(),
            "checked": info.check.value,
        }
        fields = {name: getattr(info, name) for name in _FIELDS}
        show_json({**fixed, "vectors": _vectors(info), **fields, "mended": mended, "not_english": foreign})
    else:
        from articles_qa.ui.text.terminal import render_info

        show(render_info(info, mended=mended, foreign=foreign), end="")
    return ExitStatus.DONE


def show_report(report: BuildReport) -> None:
    """Print what a build did."""
    for refusal in report.refused:
        note(f"refused {refusal}")
    for line in report.notes:
        note(line)
    for other in report.others[:MOST_OTHERS]:
        note(f"not read {other}")
    if (more := len(report.others) - MOST_OTHERS) > 0:
        note(f"not read {more:,} further files of such kinds")
    counts = {name: len(getattr(report, name)) for name in ("added", "changed", "removed", "unchanged", "refused")}
    out = f", {len(report.renamed):,} renamed" if report.renamed else ""
    out += f", {len(report.excluded):,} taken out" if report.excluded else ""
    show(", ".join(f"{count:,} {name}" for name, count in counts.items()) + out)
    others = f"; {report.other_files:,} other files passed over" if report.other_files else ""
    content = f"{report.passages:,} passages, {report.sentences:,} sentences"
    show(f"generation {report.generation}: {content}, {report.took_s:.1f} s{others}")
    if sys.stdout is not None:
        sys.stdout.flush()  # With --watch, the next report may come hours later, or never.


def _vectors(info: IndexInfo) -> dict[str, object]:
    if info.unembedded:
        return {"kind": "exhaustive", "sentences": info.embedded}
    if info.lists is not None:
        return {"kind": "lists", **info.lists.to_dict()}
    return {"kind": "graph" if info.graph else "exhaustive"}
