"""`timviet explain`: why a paragraph ranks where it does."""

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Literal

import click

from timviet.index.errors import quoted
from timviet.search.cli.options import (
    abbreviations_option,
    find_index,
    format_option,
    index_option,
    marks_option,
    match_option,
    require_words,
    to_json,
    typed_query,
)

if TYPE_CHECKING:
    from timviet.search import Explanation, Marks


@click.command("explain")
@click.argument("query")
@click.argument("document_id", metavar="ID")
@click.option("--paragraph", type=click.IntRange(min=0), help="Its number in the document. By default its best one.")
@marks_option
@match_option
@abbreviations_option
@format_option
@index_option
def command(
    query: str,
    document_id: str,
    paragraph: int | None,
    marks: "Marks",
    match: Literal["auto", "all", "any"],
    abbreviations: bool,
    output: str,
    index_location: str | None,
) -> None:
    """Tell why a paragraph ranks where it does.

    Shows, for a paragraph of document ID and a QUERY, the parts that add up to its score, word by word, with the mark
    level of each reading, as the paragraph writes it.
    """
    from timviet.index import open_index
    from timviet.index.typed_ids import find_id
    from timviet.search import Searcher
    from timviet.search.snippet import printable

    query = typed_query([query])
    require_words(query, "search for", "a word or a number")
    with open_index(find_index(index_location)) as index, Searcher(index) as searcher:
        found = find_id(index, document_id)
        explanation = searcher.explain(query, found or document_id, paragraph, marks, match, abbreviations)
    if explanation is None:
        where = printable(document_id) + ("" if paragraph is None else f", paragraph {paragraph}")
        click.echo(f"{quoted(query)} does not find {where}{'' if found else ': there is no document with this id'}")
        sys.exit(1)
    if output == "json":
        click.echo(to_json(asdict(explanation), indent=2))
    else:
        _show(explanation)


def _show(explanation: "Explanation") -> None:
    from timviet.search.snippet import printable

    place = f"{printable(explanation.document_id)}, paragraph {explanation.paragraph}"
    for relaxation in explanation.relaxed:
        click.echo(f"({relaxation.message})")
    click.echo(f"{place}: number {explanation.rank} of {explanation.total}, score {explanation.score:.4f}")
    for part in explanation.parts:
        boost = f", boost {part.boost:g}" if part.boost != 1 else ""
        rarity = f"idf {part.inverse_document_frequency:.3f}"
        counts = f"frequency {part.frequency:g} in {part.length} tokens"
        click.echo(
            f"  {part.score:8.4f}  {part.kind} {printable(part.label)}  "
            f"({printable(part.field)}: {rarity}, {counts}{boost})"
        )
        for reading in part.readings:
            surfaces = printable(", ".join(reading.surfaces))
            click.echo(f"            {reading.frequency} × {surfaces}: {reading.level}, weight {reading.weight:g}")
    if explanation.remainder:
        click.echo(f"  {explanation.remainder:8.4f}  from other queries")
