"""What the page shows in tests: news and rules of a commune, one document of many pages, and one that would do harm."""

from timviet.index import Document, Passage
from web_site import DOCUMENTS

SCRIPT = "<script>window.harmed = 1</script><img src=x onerror='window.harmed = 1'>"
LONG_PARAGRAPHS = 1_250

_NEWS = [
    (
        "Đà Nẵng diễn tập chống bão",
        "2024-09-05",
        "Báo Quê Nhà",
        "Thời tiết",
        (
            "Sáng 5/9, thành phố Đà Nẵng diễn tập ứng phó bão mạnh. Đảng uỷ các phường cử người trực suốt đêm, "
            "chằng chống nhà cửa, đưa tàu thuyền vào bờ.\nLực lượng công an, quân đội, dân quân giúp bà con sơ tán."
        ),
    ),
    (
        "KẾ HOẠCH PHÒNG, CHỐNG LŨ LỤT: NHỮNG ĐIỀU BÀ NGUYỄN THỊ HẪU DẶN, VỮNG NHƯ ĐÊ",
        "2024-08-20",
        "Uỷ ban nhân dân",
        "Thời tiết",
        (
            "Mỗi nhà để sẵn áo phao, đèn pin, nước sạch. Những chỗ trũng dễ ngập phải dọn trước mùa lũ.\nĐảng uỷ, "
            "uỷ ban họp mỗi tuần để nghe từng thôn nói về đê điều."
        ),
    ),
    (
        "Phòng, chống ma tuý trong trường học",
        "2023-11-11",
        "Công an huyện",
        "An ninh",
        "Công an huyện nói chuyện với học sinh về hiểm hoạ ma tuý. Đảng uỷ công an huyện chỉ đạo mỗi trường một buổi.",
    ),
    (
        "Chợ phiên vùng cao họp lại",
        "2023-02-14",
        "Báo Quê Nhà",
        "Đời sống",
        "Sau Tết, chợ phiên đông trở lại: thổ cẩm, mật ong, rượu ngô. Người đi chợ mà tuỳ lúc, có khi chỉ để gặp nhau.",
    ),
    (
        "Hội nghị Đảng uỷ xã mở rộng",
        "2022-12-30",
        "Đảng uỷ xã",
        "Chính trị",
        "Đảng uỷ xã bàn việc làm đường, giữ rừng và cấp nước. Nghị quyết được đọc trên loa từng thôn.",
    ),
]

# Enough of one kind for several pages of results.
_REPORTS = [
    Document(
        id=f"bao-cao-{number:02}",
        title=f"Báo cáo tuần {number}",
        path=f"bao-cao/2022/tuan-{number:02}.docx",
        metadata={"date": f"2022-{1 + number // 4:02}-{1 + number % 28:02}", "cơ quan": "Văn phòng", "năm": 2022},
        text=f"Tuần {number}: nhận và trả hồ sơ đúng hẹn, đường làng sạch sẽ, mùa màng thuận lợi.",
    )
    for number in range(1, 26)
]

_HANDBOOK = Document(
    id="so-tay",
    title="Sổ tay giữ đê",
    path="sách/Sổ tay giữ đê.pdf",
    metadata={"date": "2021-03-01", "cơ quan": "Ban quản lý", "lĩnh vực": "Thời tiết", "năm": 2021},
    paragraphs=[
        Passage(
            f"Khoản {number}. Người gác đê ghi mực nước"
            + (" và báo cho đảng uỷ xã khi nước lên nhanh." if number % 100 == 40 else " mỗi giờ một lần."),
            f"Chương {number // 50 + 1}. Việc của người gác",
            number // 20 + 1,
        )
        for number in range(LONG_PARAGRAPHS)
    ],
)

HARMFUL = Document(
    id=f"hại/{SCRIPT}?q=1#x",
    title=f"Tựa {SCRIPT}",
    path=f"../../{SCRIPT}.txt",
    metadata={"date": SCRIPT, f"khoá {SCRIPT}": f"trị {SCRIPT}", "cơ quan": f'"><b>{SCRIPT}'},
    paragraphs=[Passage(f"Thuốc độc {SCRIPT} nằm trong chữ.", f"Mục {SCRIPT}", 1)],
)

PAGE_DOCUMENTS = [
    *DOCUMENTS,
    *(
        Document(
            id=f"tin-{number}",
            title=title,
            path=f"tin/{date[:4]}/{number}.html",
            metadata={"date": date, "cơ quan": office, "lĩnh vực": field, "năm": int(date[:4])},
            text=text,
        )
        for number, (title, date, office, field, text) in enumerate(_NEWS)
    ),
    *_REPORTS,
    _HANDBOOK,
    HARMFUL,
]
