"""Keys of the metadata are told as documents write them."""

from helpers import add_segment, make_index
from refining import collection_of
from timviet.index import Document


def test_written_keys():
    """Each key is told once, as a document writes it, also one in another segment."""
    index = make_index()
    add_segment(index, Document("0", "a", metadata={"Cơ quan": "Sở", "Năm": [2024], "—": 1, "trống": []}))
    add_segment(index, Document("1", "a", metadata={"NGÀY": "2024-05-01", "co_quan": "Bộ"}))
    assert collection_of(index).keys.written() == ["Cơ quan", "Năm", "NGÀY"]
    assert collection_of(make_index(["a"])).keys.written() == []
