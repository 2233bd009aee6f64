"""A small site to be asked in tests: documents of our own writing, and an app over them."""

from fastapi.testclient import TestClient

from timviet.index import Document, Passage
from timviet.search.web import create_app

TOKEN = "chia-khoa-cua-toi"  # noqa: S105  # of the tests' own

DOCUMENTS = [
    Document(
        id="quy-che",
        title="Quy chế chợ Bến Đò",
        path="van-ban/quy chế.docx",
        metadata={"date": "2024-05-12", "cơ quan": "Ban quản lý", "năm": 2024},
        paragraphs=[
            Passage("Chợ họp từ năm giờ sáng.", "Điều 1. Giờ họp", 1),
            Passage("Đảng uỷ xã & ban quản lý giữ trật tự trong chợ.", "Điều 2. Trật tự", 2),
            Passage("Người bán hàng không lấn lối đi; đảng uỷ nhắc nhở.", "Điều 2. Trật tự", 2),
        ],
    ),
    Document(
        id="tin/bao.txt",
        title="Bão số 5 đổ bộ, xã Vĩnh Hoà sơ tán dân",
        metadata={"date": "2023-09-30", "cơ quan": "Uỷ ban nhân dân", "năm": 2023},
        text="Sáng nay bão đổ bộ.\nĐảng ủy xã họp khẩn, phòng, chống lụt bão.",
    ),
    Document(
        id="ma-tuy",
        title="Phòng, chống ma tuý",
        metadata={"năm": 2023},
        text="Ma tuý là hiểm hoạ. Nói không với ma túy.",
    ),
    Document(id="di-choi", text="Đi chơi xa mà tùy lúc."),
]


def fill(index, documents=DOCUMENTS):
    """Add documents to an index."""
    with index.writer() as writer:
        for document in documents:
            writer.add(document)


def client_of(index, **options):
    """A client of an app over an index; what the app does not foresee is raised in the test."""
    return TestClient(create_app(index, **options))
