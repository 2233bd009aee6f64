"""Cut out of a paragraph what shows best why it was found, and render it."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from timviet.index.file_names import escape_bytes
from timviet.index.unicode import sentence_boundaries, word_boundaries
from timviet.search.highlight import Match, Span, merge_spans

ELLIPSIS = "…"
DEFAULT_LENGTH = 240

_PUNCTUATION = tuple(",;:.!?…–()”")
CONTROL_CHARACTER = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A part of a paragraph, with what was matched in it.

    Attributes:
        text: the paragraph's text, unaltered, an ellipsis where something was cut.
        spans: what was matched: (start, end) in code points of `text`, half open, in order, apart from each other.
    """

    text: str
    spans: tuple[Span, ...]

    def to_html(self) -> str:
        """Return the text as HTML: everything escaped, matches in `<mark>`.

        Example:
            >>> Snippet("Đảng ủy & xã", ((0, 7),)).to_html()
            '<mark>Đảng ủy</mark> &amp; xã'
        """
        return self._render(escape, "<mark>", "</mark>")

    def to_ansi(self) -> str:
        r"""Return the text for a terminal: matches bold, control characters replaced by U+FFFD.

        Example:
            >>> Snippet("Đảng ủy xã", ((0, 7),)).to_ansi()
            '\x1b[1;31mĐảng ủy\x1b[0m xã'
        """
        return self._render(printable, "\x1b[1;31m", "\x1b[0m")

    def _render(self, escape_text: Callable[[str], str], opening: str, closing: str) -> str:
        rendered, position = [], 0
        for start, end in self.spans:
            rendered += [escape_text(self.text[position:start]), opening, escape_text(self.text[start:end]), closing]
            position = end
        return "".join([*rendered, escape_text(self.text[position:])])


def printable(text: str) -> str:
    r"""Return a text without control characters that a terminal would obey; bytes of names are escaped.

    Example:
        >>> printable("xã\x1b[2J"), printable("caf\udce9.txt")
        ('xã\ufffd[2J', 'caf\\xe9.txt')
    """
    return CONTROL_CHARACTER.sub("\ufffd", escape_bytes(text))


def make_snippet(text: str, matches: Sequence[Match], length: int = DEFAULT_LENGTH) -> Snippet:
    """Cut a snippet out of a paragraph: the window, or the two, with the most and rarest matches.

    Args:
        text: the paragraph.
        matches: what was matched in it, in order.
        length: how many code points the windows may have together; a paragraph no longer than that is shown whole.

    Returns:
        The snippet; its windows start and end between sentences where that fits, otherwise between words.
    """
    if len(text) <= length:
        return Snippet(text, tuple(merge_spans(text, matches)))
    matches = [_clip(text, match, length) for match in matches]
    marked = merge_spans(text, matches)
    whole = [_whole(match, marked, length // 2) for match in matches]
    windows = [_widen(text, window, room, marked) for window, room in _best_windows(whole, length)]
    return _join(text, _merge(windows), matches)


def _whole(match: Match, marked: Sequence[Span], limit: int) -> Match:
    """Return a match as long as what is marked with it, unless that is longer than the limit."""
    start, end = next(span for span in marked if span[0] <= match.start < span[1])
    return match._replace(start=start, end=end) if end - start <= limit else match


def _clip(text: str, match: Match, length: int) -> Match:
    """Return as many of a match's first words as there is room for, or the match where its first one has none."""
    if match.end - match.start <= length:
        return match
    latest = match.start + length
    ends = [end for end in word_boundaries(text) if match.start < end <= latest and not text[end - 1].isspace()]
    return match._replace(end=max(ends, default=match.end))


def _best_windows(matches: Sequence[Match], length: int) -> list[tuple[Span, int]]:
    """Return the windows to show, each with the length it may take: one if it has all, otherwise two."""
    one = _best_window(matches, length)
    if one is None:
        return [((0, 0), length)]
    missed = _missed(matches, one)
    if not missed:
        return [(one, length)]
    first = _best_window(matches, length // 2) or one
    second = _best_window(_missed(matches, first), length // 2)
    return [(window, length // 2) for window in (first, second) if window]


def _best_window(matches: Sequence[Match], length: int) -> Span | None:
    """Return from the start of the first to the end of the last match of the window whose leaves are rarest."""
    best, best_value = None, 0.0
    inside: Counter[int] = Counter()
    rarity = {match.leaf: match.rarity for match in matches}
    first = 0
    for last, match in enumerate(matches):
        inside[match.leaf] += 1
        while match.end - matches[first].start > length and first <= last:
            inside[matches[first].leaf] -= 1
            first += 1
            if first > last:
                break
        value = sum(rarity[leaf] for leaf, count in inside.items() if count) + 0.001 * inside.total()
        if first <= last and value > best_value:
            best, best_value = (matches[first].start, match.end), value
    return best


def _missed(matches: Sequence[Match], window: Span) -> list[Match]:
    shown = {match.leaf for match in matches if window[0] <= match.start and match.end <= window[1]}
    return [match for match in matches if match.leaf not in shown]


def _widen(text: str, window: Span, length: int, marked: Sequence[Span]) -> Span:
    """Return the window with as much around it as there is room for.

    It goes from sentence to sentence, or else from punctuation, or else from a word that does not follow a match.
    """
    start, end = window
    sentences = [0, *sentence_boundaries(text)]
    words = sorted({0, *word_boundaries(text), len(text)})
    sentence_start = max(boundary for boundary in sentences if boundary <= start)
    if end - sentence_start <= length:
        start = sentence_start
    else:
        earliest = max(end - length, start - (length - (end - start)) // 2)
        inside = {place for span in marked for place in range(span[0] + 1, span[1] + 1)}
        starts = [word for word in words if earliest <= word <= start and text[word : word + 1].isalnum()]
        starts = [word for word in starts if word not in inside] or starts
        after_punctuation = [word for word in starts if text[:word].rstrip()[-1:] in _PUNCTUATION]
        start = min(after_punctuation or starts, default=start)
    latest = start + length
    sentence_end = max((boundary for boundary in sentences if end <= boundary <= latest), default=None)
    end = sentence_end or max((word for word in words if end <= word <= latest), default=end)
    return start, end


def _merge(windows: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(windows):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _join(text: str, windows: Sequence[Span], matches: Sequence[Match]) -> Snippet:
    pieces: list[str] = []
    spans: list[Span] = []
    length = 0
    for number, (start, end) in enumerate(windows):
        shown = text[start:end].rstrip()
        start += len(shown) - len(shown.lstrip())
        shown = shown.lstrip()
        piece = (f"{ELLIPSIS} " if text[:start].strip() and number == 0 else "") + shown
        offset = length + len(piece) - len(shown) - start
        inside = [match for match in matches if start <= match.start and match.end <= start + len(shown)]
        spans += [(first + offset, last + offset) for first, last in merge_spans(text, inside)]
        piece += f" {ELLIPSIS} " if number + 1 < len(windows) else f" {ELLIPSIS}" if end < len(text.rstrip()) else ""
        pieces.append(piece)
        length += len(piece)
    return Snippet("".join(pieces), tuple(spans))
