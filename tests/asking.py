"""A small index, and all that can be asked of it."""

import random

from helpers import add_segment
from timviet.index import Document

SYLLABLES = ["hòa", "hoà", "thủy", "thuỷ", "khỏe", "kỹ", "đường", "việt", "ma", "tuý", "tùy", "ủy", "uy", "đảng", "an"]

CALLS = [
    *[("search", query, {}) for query in (*SYLLABLES, "hoa ma", '"viet ma"', "k*", "-hoa", '"hòa thủy"~3', "kỹ~")],
    *[("search", "hoa thuy viet ma", {"match": match, "limit": 50}) for match in ("all", "any", "auto")],
    ("search", "hoa", {"facets": ["năm"], "sort": "-nam", "group_by_document": True}),
    ("search", "thuy", {"filters": {"năm": (2001, 2002)}, "sort": "title"}),
    ("search", "thuy", {"filters": {"ngày": ("2001", "2002")}, "limit": 50}),
    ("search", "thuy ngay:{2000 TO 2001-05-15]", {"limit": 50}),
    *[("suggest", prefix, {}) for prefix in ("h", "cong ", "ma t", "viet")],
    *[("lookup", name, {"fields": ["title", "path"]}) for name in ("hoa", "cong an", "kho")],
    *[("correct", query, {}) for query in ("thuyr", "dang uy", "conga an")],
    *[("similar", document_id, {}) for document_id in ("0", "17", "59")],
    *[("explain", "hoa ma", {"document_id": document_id}) for document_id in ("0", "17", "59")],
]


def documents():
    """The documents of the index, those among them that are removed again."""
    chosen = random.Random(7)  # noqa: S311
    return [
        Document(
            str(number),
            paragraphs=[" ".join(chosen.choices(SYLLABLES, k=chosen.randrange(3, 30))) for _ in range(2)],
            title=" ".join(chosen.choices(SYLLABLES, k=3)),
            path=f"kho/{number}.txt",
            metadata={"năm": 2000 + number % 4, "ngày": f"{2000 + number % 4}-05-{number % 28 + 1:02}"},
        )
        for number in range(60)
    ]


def fill(index):
    """Commit documents to an index, in segments kept apart, with one of which some are removed."""
    add_all(index)
    add_segment(index, remove=["4", "5"])


def add_all(index):
    """Commit documents to an index, in segments kept apart."""
    for first in range(3):
        add_segment(index, *documents()[first::3])


def answer(searcher, call):
    """What a searcher answers to a call, with all that is made of it later."""
    method, first, options = call
    given = getattr(searcher, method)(first, **options)
    if method in ("search", "similar"):
        return given.total, given.hits, given.relaxed, given.facets, [hit.snippet for hit in given]
    return given
