"""What the pages say, in Vietnamese and in English."""

from datetime import date

from timviet.search.results import Relaxation
from timviet.search.web.page_state import Language

_WORDING: dict[str, tuple[str, str]] = {
    "search": ("Tìm", "Search"),
    "search_label": ("Tìm trong văn bản", "Search the documents"),
    "placeholder": ("Gõ có dấu hay không dấu đều được", "Type with or without marks"),
    "skip": ("Đến kết quả", "Skip to the results"),
    "marks": ("Dấu", "Marks"),
    "marks_auto": ("tự động", "automatic"),
    "marks_strict": ("chính xác", "exact"),
    "marks_ignore": ("bỏ dấu", "ignored"),
    "marks_auto_help": ("chữ gõ có dấu thì dấu được tính", "marks that are typed count"),
    "marks_strict_help": ("đúng từng dấu như đã gõ", "the very marks that were typed"),
    "marks_ignore_help": ("chỉ so chữ, không so dấu", "letters alone count"),
    "did_you_mean": ("Ý bạn là", "Did you mean"),
    "documents_one": ("văn bản", "document"),
    "documents": ("văn bản", "documents"),
    "took": ("trong {} ms", "in {} ms"),
    "nothing": ("Không tìm thấy gì.", "Nothing was found."),
    "nothing_advice": (
        "Thử ít từ hơn, bỏ bớt bộ lọc, hoặc chọn “bỏ dấu”.",
        "Try fewer words, fewer filters, or ignore the marks.",
    ),
    "others_one": ("còn {} đoạn khác trong văn bản này", "{} other paragraph in this document"),
    "others": ("còn {} đoạn khác trong văn bản này", "{} other paragraphs in this document"),
    "page": ("trang", "page"),
    "paragraph": ("đoạn", "paragraph"),
    "filters": ("Lọc kết quả", "Filter the results"),
    "remove_filter": ("Bỏ lọc", "Remove the filter"),
    "more_values": ("và {} giá trị khác", "and {} other values"),
    "sort": ("Sắp xếp", "Sort"),
    "sort_score": ("phù hợp nhất", "best match"),
    "sort_date": ("mới nhất", "newest"),
    "sort_title": ("tên văn bản", "title"),
    "previous_page": ("Trang trước", "Previous page"),
    "next_page": ("Trang sau", "Next page"),
    "page_of": ("Trang {}", "Page {}"),
    "back": ("Kết quả", "Results"),
    "previous_match": ("Chỗ khớp trước", "Previous match"),
    "next_match": ("Chỗ khớp sau", "Next match"),
    "matches": ("chỗ khớp", "matches"),
    "earlier": ("Phần trước của văn bản", "Earlier part of the document"),
    "later": ("Phần sau của văn bản", "Later part of the document"),
    "no_document": ("Không có văn bản này.", "There is no such document."),
    "no_document_advice": ("Có thể nó đã bị xoá hay đổi tên.", "It may have been deleted or renamed."),
    "recent": ("Tìm gần đây", "Recent searches"),
    "forget": ("Xoá danh sách", "Clear the list"),
    "keys": ("Phím tắt", "Keyboard"),
    "key_search": ("tới ô tìm kiếm", "go to the search box"),
    "key_move": ("đi qua gợi ý, kết quả", "move through suggestions and results"),
    "key_open": ("tìm, hay mở văn bản", "search, or open the document"),
    "key_escape": ("đóng gợi ý; từ văn bản về kết quả", "close suggestions; from a document back to the results"),
    "key_next": ("chỗ khớp sau, trước", "next and previous match"),
    "key_help": ("bảng này", "this list"),
    "close": ("Đóng", "Close"),
    "suggestions": ("Gợi ý", "Suggestions"),
    "holds": ("{} văn bản, {} đoạn", "{} documents, {} paragraphs"),
    "welcome": (
        "Gõ “dang uy” thấy “Đảng ủy”; gõ “ma túy” không lẫn với “mà tùy”.",
        "“dang uy” finds “Đảng ủy”, and “ma túy” is not mixed up with “mà tùy”.",
    ),
    "other_language": ("English", "Tiếng Việt"),
    "problem": ("Không tìm được", "The search failed"),
    "problem_limit": ("Câu hỏi dài hay phức tạp quá: bớt từ đi.", "The query is too long or complex: use fewer words."),
    "problem_time": ("Câu hỏi này lâu quá: bớt từ, hay thôi dùng dấu *.", "This takes too long: use fewer words or *."),
    "problem_filter": ("Bộ lọc không dùng được: bỏ nó đi.", "A filter cannot be used: remove it."),
    "problem_busy": ("Đang có quá nhiều người tìm: chờ một chút rồi thử lại.", "Too many searches at once: try again."),
    "problem_index": ("Kho văn bản hiện không đọc được.", "The documents cannot be read at the moment."),
    "relaxed_match": (
        "Ít đoạn có đủ các từ, nên có cả đoạn chỉ có một số từ.",
        "Few paragraphs hold all the words, so some hold only some of them.",
    ),
    "relaxed_marks": ("Không đâu có dấu như đã gõ; đây là những chỗ có dấu khác.", "Nothing has the marks as typed."),
    "relaxed_field": ("Không có trường này: phần trước dấu hai chấm được tìm như chữ.", "There is no such field."),
    "relaxed_range": ("Khoảng bị ngược: viết giá trị nhỏ trước.", "A range is reversed: write its lowest value first."),
    "relaxed_correction": (
        "Không có gì cho câu đã gõ. Đây là kết quả cho",
        "Nothing for what was typed. These are for",
    ),
    "truncated": (
        "“{}” ứng với quá nhiều từ; chỉ tìm theo những từ hay gặp nhất.",
        "“{}” stands for too many words; the most frequent ones were used.",
    ),
}


class Wording:
    """What the pages say in one language.

    Args:
        language: the language.

    Example:
        >>> Wording("vi")("others", 3), Wording("en")("others", 1), Wording("vi").number(2000)
        ('còn 3 đoạn khác trong văn bản này', '1 other paragraph in this document', '2.000')
    """

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self._place = ("vi", "en").index(language)

    def __call__(self, name: str, *shown: object) -> str:
        """Return what is said, with what is shown in it; of one thing, in the singular."""
        if shown == (1,) and f"{name}_one" in _WORDING:
            name = f"{name}_one"
        return _WORDING[name][self._place].format(
            *(self.number(own) if isinstance(own, int | float) else own for own in shown)
        )

    def number(self, number: float) -> str:
        """Return a number as it is written: 1.234,5 in Vietnamese, 1,234.5 in English."""
        written = f"{number:,}" if isinstance(number, int) else f"{number:,.1f}"
        return written.translate({44: ".", 46: ","}) if self.language == "vi" else written

    def date(self, text: str) -> str:
        """Return a date, or a time, in ISO 8601 as its day is written; anything else as it is."""
        try:
            day = date.fromisoformat(text[:10])
        except ValueError:
            return text
        return f"{day.day}/{day.month}/{day.year}" if self.language == "vi" else f"{day:%-d %b %Y}"

    def relaxed(self, relaxation: Relaxation) -> str:
        """Return what had to be loosened; nothing of abbreviations, which results show by themselves."""
        return "" if relaxation.kind == "abbreviation" else self(f"relaxed_{relaxation.kind}")
