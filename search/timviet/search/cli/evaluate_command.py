"""`timviet evaluate`: how well the index answers queries of which it is known what should be found."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from timviet.search.cli.options import find_index, format_option, index_option, progress_bar, to_json

if TYPE_CHECKING:
    from timviet.search.evaluation.comparison import Comparison
    from timviet.search.evaluation.evaluate import Evaluation
    from timviet.search.evaluation.measures import Estimate
    from timviet.search.evaluation.stripping import StripMarks

_CHANGES_SHOWN = 10
_ASKED = {"all": "without marks", "half": "with half of their marks", "none": "as typed"}
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("evaluate")
@click.option(
    "--queries", "queries_file", required=True, type=_FILE, metavar="FILE", help="Queries, as lines of JSON: see above."
)
@click.option(
    "--qrels", "qrels_file", required=True, type=_FILE, metavar="FILE", help="What should be found: see above."
)
@click.option(
    "--strip-marks",
    type=click.Choice(["all", "half", "none"]),
    default="none",
    show_default=True,
    help="Whose marks to leave out of the queries: all syllables'; those of half of them, by chance; none.",
)
@click.option(
    "--run",
    "run_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write there what timviet found, as a TREC run.",
)
@click.option(
    "--against", type=_FILE, metavar="FILE", help="Compare with an earlier run: which queries gained or lost."
)
@format_option
@index_option
def command(
    queries_file: Path,
    qrels_file: Path,
    strip_marks: "StripMarks",
    run_file: Path | None,
    against: Path | None,
    output: str,
    index_location: str | None,
) -> None:
    """Measure how well the index answers queries of which it is known what should be found.

    Beside timviet, two plain engines are measured on the same index: BM25 over syllables with all their marks, and
    over syllables without any. So you see what timviet adds on your own documents. Needs an extra package: pip install
    'timviet[evaluate]'.

    \b
    Queries, one a line:              {"id": "q1", "text": "ai lập ra Đảng ủy"}
    Judgements ("qrels"), with tabs:  q1    van-ban/tin.txt    1

    A judgement names a query, a document, and how relevant it is, 0 for not at all; TREC's four columns will do, too.
    `timviet search --format json` shows documents' ids. A document ranks where its best paragraph does.

    \b
    MRR@10     mean of 1 / the rank of the first relevant document; 0 beyond 10
    nDCG@10    how near the first 10 come to the best order of all, by relevance
    recall@N   share of the relevant documents that are among the first N

    Brackets hold what the mean may be with a confidence of 95 %, were others asked of the same kind.

    \b
    Examples:
        timviet evaluate --queries queries.jsonl --qrels qrels.tsv
        timviet evaluate --queries queries.jsonl --qrels qrels.tsv --strip-marks all
        timviet evaluate --queries queries.jsonl --qrels qrels.tsv --run before.run
        timviet evaluate --queries queries.jsonl --qrels qrels.tsv --against before.run
    """
    from timviet.index import open_index
    from timviet.search.evaluation.comparison import compare, require_common
    from timviet.search.evaluation.evaluate import evaluate, relevant_to
    from timviet.search.evaluation.trec import read_qrels, read_queries, read_run

    if run_file and not run_file.absolute().parent.is_dir():
        raise click.UsageError(f"cannot write {run_file}: there is no folder {run_file.parent}")
    queries, qrels = read_queries(queries_file), read_qrels(qrels_file)
    earlier = read_run(against) if against else None
    if earlier is not None:
        require_common(relevant_to(queries, qrels).keys(), earlier)
    with open_index(find_index(index_location)) as index, progress_bar("Asking") as progress:
        evaluation = evaluate(index, queries, qrels, strip_marks, progress)
    comparison = None if earlier is None else compare(evaluation, earlier)
    if output == "json":
        compared = {} if comparison is None else {"against": str(against)} | comparison.to_dict()
        click.echo(to_json(evaluation.to_dict() | ({"comparison": compared} if compared else {}), indent=2))
    else:
        _show(evaluation, str(queries_file))
        if comparison is not None:
            _show_comparison(comparison, str(against))
    if run_file:
        _write(evaluation, run_file)


def _write(evaluation: "Evaluation", path: Path) -> None:
    from timviet.search.evaluation.trec import write_run
    from timviet.search.snippet import printable

    tag = "timviet" if evaluation.strip_marks == "none" else f"timviet-{evaluation.strip_marks}"
    escaped = write_run(path, evaluation.run, tag)
    if escaped:
        reason = "ids with white space or %, written as in URLs (%20, %25)"
        click.echo(f"{printable(str(path))}: {reason}: {escaped:,}", err=True)


def _show(evaluation: "Evaluation", queries_name: str) -> None:
    from timviet.search.evaluation.measures import RESAMPLES
    from timviet.search.snippet import printable

    click.echo(f"queries, {_ASKED[evaluation.strip_marks]}: {len(evaluation.queries):,}")
    left_out = {
        "queries left out, because no document is judged relevant to them": evaluation.unjudged,
        f"queries judged that are not in {printable(queries_name)}": evaluation.unasked,
        "documents judged relevant that are not in the index, and count as not found": evaluation.missing,
        "queries without a word, which find nothing": evaluation.wordless,
    }
    for reason, number in left_out.items():
        if number:
            click.echo(f"{reason}: {number:,}")
    click.echo(_row("", [engine.name for engine in evaluation.engines]))
    for name in evaluation.engines[0].estimates:
        click.echo(_row(name, [_interval(engine.estimates[name], ".3f") for engine in evaluation.engines]))
    click.echo(f"[95 % confidence, by the percentile bootstrap over queries, {RESAMPLES:,} times]")


def _show_comparison(comparison: "Comparison", name: str) -> None:
    from timviet.search.snippet import printable

    counts = f"{comparison.gained:,} gained, {comparison.lost:,} lost, {comparison.unchanged:,} unchanged"
    click.echo(f"\nagainst {printable(name)}, queries by MRR@10: {counts}")
    if comparison.unanswered:
        click.echo(f"queries that it has not, and is taken to have found nothing for: {comparison.unanswered:,}")
    click.echo(_row("", ["difference"]))
    for measure, difference in comparison.differences.items():
        click.echo(_row(measure, [_interval(difference, "+.3f")]))
    for change in comparison.changes[:_CHANGES_SHOWN]:
        query_id, text = (printable(" ".join(part.split())) for part in (change.query_id, change.text))
        click.echo(f"  {change.before:.3f} → {change.now:.3f}  {query_id}: {text}")
    if len(comparison.changes) > _CHANGES_SHOWN:
        click.echo(f"  and {len(comparison.changes) - _CHANGES_SHOWN:,} more, which --format json shows")


def _row(name: str, columns: list[str]) -> str:
    return f"{name:<12}{''.join(f'{column:<22}' for column in columns)}".rstrip()


def _interval(estimate: "Estimate", form: str) -> str:
    return f"{estimate.mean:{form}} [{estimate.low:{form}}, {estimate.high:{form}}]"
