"""From what was found to what is shown of it."""

from timviet.index.preparing import read_metadata
from timviet.index.snapshot import Snapshot
from timviet.search.collection import Ranking
from timviet.search.deadline import TimeLimit, check_time
from timviet.search.highlight import Highlighter
from timviet.search.results import Hit
from timviet.search.snippet import Snippet, make_snippet


class SnippetCutter:
    """Cuts the snippets of what a plan found.

    Args:
        highlighter: finds what to mark in a text.
        length: how many code points a snippet has at most, ellipses aside.
        seconds: how long it may take to cut one.
    """

    def __init__(self, highlighter: Highlighter, length: int, seconds: float) -> None:
        self._highlighter = highlighter
        self._length = length
        self._seconds = seconds

    def __call__(self, text: str) -> Snippet:
        """Return the snippet of a paragraph's text.

        Raises:
            QueryTimeoutError: it takes longer than it may.
        """
        with TimeLimit(self._seconds):
            return make_snippet(text, self._highlighter.matches(text), self._length)


def make_hits(ranking: Ranking, page: slice, cutter: SnippetCutter) -> tuple[Hit, ...]:
    """Return some of the best paragraphs that were found, with all that is shown of them.

    Args:
        ranking: what was found.
        page: which of the best.
        cutter: cuts their snippets, when they are asked for.
    """
    ranked = ranking.ranked[page]
    others = ranking.others[page] if ranking.others is not None else [None] * len(ranked)
    return tuple(
        _hit(ranking.snapshot, number, score, other, cutter)
        for (number, score), other in zip(ranked, others, strict=True)
    )


def _hit(snapshot: Snapshot, number: int, score: float, others: int | None, cutter: SnippetCutter) -> Hit:
    check_time()
    fields = snapshot.stored(number)
    return Hit(
        document_id=fields["id"],
        paragraph=fields["paragraph"],
        score=score,
        title=fields.get("title"),
        path=fields.get("path"),
        metadata=read_metadata(fields["metadata"]),
        start=fields["start"],
        text=fields["text"],
        section=fields.get("section"),
        page=fields.get("page"),
        make_snippet=cutter,
        others=others,
    )
