"""Show what was measured: tables, a plot of cost against size, and all figures as JSON."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import figures
from figures import Measured, Times
from queries import FORMS, KINDS, Query

_OWN = "timviet"
_MEGA = 1_000_000


def tables(measured: Measured, queries: Sequence[Query]) -> str:
    """Return the tables of one size."""
    heading = f"{measured.paragraphs:,} paragraphs, {measured.text_size / _MEGA:.1f} MB of text"
    parts = [f"{heading}\n{'=' * len(heading)}", _building(measured), _latencies(measured, queries)]
    if _OWN in measured.times:
        parts += [_ratios(measured, queries), _ratios_as_they_are(measured, queries)]
        parts += [_snippets(measured), *_agreements(measured)]
    return "\n\n".join(part for part in parts if part)


def growths(sizes: Sequence[Measured], queries: Sequence[Query]) -> str:
    """Return the table of how medians grow from the smallest size to the largest."""
    first, last = sizes[0], sizes[-1]
    engines = [name for name in first.times if name in last.times]
    rows = [[f"median, {first.paragraphs:,} to {last.paragraphs:,}", *engines]]
    for kind in KINDS:
        grown = [
            figures.growth(*(figures.select(size.times[name], queries, kind=kind) for size in (first, last)))
            for name in engines
        ]
        rows.append([kind, *(f"× {times:.2f}" for times in grown)])
    every = [figures.growth(first.times[name], last.times[name]) for name in engines]
    return _table([*rows, ["every kind", *(f"× {times:.2f}" for times in every)]])


def save_figures(path: Path, sizes: Sequence[Measured], queries: Sequence[Query]) -> None:
    """Write all figures as JSON."""
    content = {"queries": [query._asdict() for query in queries], "sizes": [_plain(size) for size in sizes]}
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def save_plot(path: Path, sizes: Sequence[Measured], queries: Sequence[Query]) -> None:
    """Draw the median of each kind against the number of paragraphs, a line an engine."""
    from matplotlib.figure import Figure  # every process of an engine imports this module, and none is to pay for it

    figure = Figure(figsize=(10, 7), layout="constrained")
    engines = list(dict.fromkeys(name for size in sizes for name in size.times))
    counts = [size.paragraphs for size in sizes]
    for axes, kind in zip(figure.subplots(2, 2, sharex=True, sharey=True).flat, KINDS, strict=True):
        for name in engines:
            points = [
                (size.paragraphs, median(figures.select(size.times[name], queries, kind=kind).values()))
                for size in sizes
                if name in size.times
            ]
            axes.plot(*zip(*points, strict=True), marker="o", label=name)
        axes.set(title=kind, xscale="log", yscale="log", xlabel="paragraphs", ylabel="median, ms")
        axes.set_xticks(counts, [f"{count:,}" for count in counts])
        axes.minorticks_off()
        axes.grid(visible=True, alpha=0.3)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=len(engines))
    figure.savefig(path, dpi=120)


def _building(measured: Measured) -> str:
    rows = [["building", "paragraphs/s", "index, MB", "of the text", "peak memory, MB", "adding one, ms"]]
    for name, built in measured.built.items():
        rate = measured.paragraphs / built.seconds
        size = [f"{built.size / _MEGA:.1f}", f"{built.size / measured.text_size:.2f}"]
        adding = f"{measured.adding[name]:.1f}" if name in measured.adding else ""
        rows.append([name, f"{rate:,.0f}", *size, f"{built.memory / _MEGA:.0f}", adding])
    if measured.cold is None:
        return _table(rows)
    return f"{_table(rows)}\n`timviet search` from a cold process: {measured.cold:.2f} s"


def _latencies(measured: Measured, queries: Sequence[Query]) -> str:
    engines = list(measured.times)
    rows = [["ms: median / 95 % / 99 %", "queries", *engines]]
    for kind in KINDS:
        chosen = [figures.select(measured.times[name], queries, kind=kind) for name in engines]
        rows.append([kind, str(max(map(len, chosen))), *map(_spread, chosen)])
    rare = [figures.select_rare_words(measured.times[name], queries) for name in engines]
    rows.append(["one rare word", str(max(map(len, rare))), *map(_spread, rare)])
    return _table([*rows, ["rounds", "", *(str(measured.rounds[name]) for name in engines)]])


def _ratios(measured: Measured, queries: Sequence[Query]) -> str:
    """Compare timviet with each other engine, by the queries that this one was asked."""
    others = [name for name in measured.times if not name.startswith(_OWN)]
    rows = [[f"timviet / other, geometric mean; {figures.FLOOR} ms at least", *others]]
    for kind, form in [(kind, form) for kind in KINDS for form in ("", *FORMS)]:
        wanted = {"kind": kind} | ({"form": form} if form else {})
        own = figures.select(measured.times[_OWN], queries, **wanted)
        chosen = [figures.select(measured.times[name], queries, **wanted) for name in others]
        cells = [f"{figures.ratio(own, other):.3f}" if other else "" for other in chosen]
        rows.append([f"  {form}" if form else kind, *cells])
    worst = [figures.worst_ratio(measured.times[_OWN], measured.times[name]) for name in others]
    return _table([*rows, ["worst 1 % / worst 1 %", *(f"{times:.3f}" for times in worst)]])


def _ratios_as_they_are(measured: Measured, queries: Sequence[Query]) -> str:
    """Compare timviet with each other engine, without a least time."""
    others = [name for name in measured.times if not name.startswith(_OWN)]
    rows = [["timviet / other, geometric mean; as it is", *others]]
    for kind in (*KINDS, ""):
        wanted = {"kind": kind} if kind else {}
        own = figures.select(measured.times[_OWN], queries, **wanted)
        chosen = [figures.select(measured.times[name], queries, **wanted) for name in others]
        rows.append(
            [kind or "every kind", *(f"{figures.ratio(own, other, floor=0):.3f}" if other else "" for other in chosen)]
        )
    totals = [figures.total_ratio(measured.times[_OWN], measured.times[name]) for name in others]
    return _table([*rows, ["sum / sum", *(f"{times:.4f}" for times in totals)]])


def _snippets(measured: Measured) -> str:
    plain, shown = measured.times[_OWN], measured.times.get("timviet+snippets")
    if not shown:
        return ""
    extra = [shown[number] - plain[number] for number in plain]
    return f"snippets and highlights of ten hits add, ms: {_spread(dict(enumerate(extra)))}"


def _agreements(measured: Measured) -> Iterator[str]:
    for name, found in measured.agreements.items():
        reasons = "".join(f", {count} differ ({reason})" for reason, count in sorted(found.reasons.items()))
        line = (
            f"same totals in timviet and {name}, without marks: {found.same} of {found.asked} queries{reasons}; "
            f"there, {found.common:.0%} of the best ten are the same"
        )
        yield "\n".join([line, *(f"  {example}" for example in found.examples)])


def _spread(times: Times) -> str:
    if not times:
        return ""
    values = list(times.values())
    return " / ".join(_digits(figures.percentile(values, share)) for share in (0.5, 0.95, 0.99))


def _digits(value: float) -> str:
    """Return a number with three digits, and no more than three decimals."""
    return f"{value:.{sum(abs(value) < limit for limit in (1, 10, 100))}f}"


def _plain(measured: Measured) -> dict[str, Any]:
    content = measured._asdict()
    for name in ("built", "agreements"):
        content[name] = {engine: value._asdict() for engine, value in content[name].items()}
    return content


def _table(rows: Sequence[Sequence[str]]) -> str:
    """Line up the first column to the left and the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for first, *rest in rows:
        cells = [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
        lines.append("   ".join([first.ljust(widths[0]), *cells]).rstrip())
    return "\n".join(lines)
