"""Which columns of a table, or keys of a record, are its id, its title and its text."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from timviet.index.formats.parts import RecordFields
from timviet.index.schema import metadata_key

# The likeliest first.
_ID_NAMES = """
    id ma ma_so uuid guid key doc_id docid document_id ma_van_ban ma_ho_so so_hieu so_ky_hieu so_hieu_van_ban
    so_ky_hieu_van_ban so_van_ban
"""
_TITLE_NAMES = """
    title tieu_de tieude ten name headline heading subject chu_de ten_van_ban ten_tai_lieu ten_goi ho_va_ten ho_ten
    full_name fullname cau_hoi question trich_yeu trich_yeu_noi_dung
"""
_TEXT_NAMES = """
    text noi_dung noidung content contents body noi_dung_van_ban van_ban vanban toan_van full_text fulltext passage
    paragraph paragraphs article description mo_ta mota dien_giai abstract tom_tat summary comment binh_luan review
    answer cau_tra_loi tra_loi noi_dung_trich_yeu trich_yeu_noi_dung trich_yeu
"""

Record: TypeAlias = Mapping[str, object]


def choose_fields(records: Sequence[Record], said: RecordFields) -> RecordFields:
    """Return what is where in records like these: what was said, and for the rest a guess.

    What was said is taken as it is, or else, where no field has that name, whatever its marks and case. So is an id, a
    title or a text told by its name, in Vietnamese or English. An id has to be another one in each record. Where no
    name tells a text, it is the field with the longest texts.

    Args:
        records: the first ones.
        said: what was said.

    Example:
        >>> choose_fields([{"Mã số": "qd-05", "Trích yếu": "Về phí chợ", "Năm": "2021", "Nội dung": "Điều 1."}],
        ...               RecordFields())
        RecordFields(id='Mã số', title='Trích yếu', text=('Nội dung',))
    """
    names = list(dict.fromkeys(name for record in records for name in record))
    said = as_named(said, names)
    taken = {said.id, said.title, *said.text}
    free = [name for name in names if name not in taken]

    def guess(known: str, is_fit: Callable[[list[object]], bool]) -> str | None:
        keys = {key: name for name in reversed(free) if (key := metadata_key(name))}
        for key in map(metadata_key, known.split()):
            if key in keys and is_fit(_values(records, keys[key])):
                free.remove(keys[key])
                return keys[key]
        return None

    identity = said.id or guess(_ID_NAMES, _are_ids)
    named = None if said.text else guess(_TEXT_NAMES, _have_text) or guess(_TEXT_NAMES, _are_blank)
    title = said.title or guess(_TITLE_NAMES, _are_texts)
    text = said.text
    if not text:
        guessed = named or _longest(records, free)
        text = () if guessed is None else (guessed,)
    if not text and title and not said.title:
        text, title = (title,), None
    return RecordFields(identity, title, text)


def as_named(said: RecordFields, names: Sequence[str]) -> RecordFields:
    """Return what was said by the names that the fields have; a name that none has, whatever its marks, as it is.

    Example:
        >>> as_named(RecordFields(title="ho va ten", text=("GHI CHÚ", "khác")), ["Họ và tên", "Ghi chú"])
        RecordFields(id=None, title='Họ và tên', text=('Ghi chú', 'khác'))
    """
    keys = {key: name for name in reversed(names) if (key := metadata_key(name))}

    def find(name: str) -> str:
        return name if name in names else keys.get(metadata_key(name), name)

    return RecordFields(said.id and find(said.id), said.title and find(said.title), tuple(map(find, said.text)))


def has_text_by_name(record: Record, said: RecordFields) -> bool:
    """Tell whether a record has a text, by what was said of its name or by the name alone."""
    texts = as_named(said, list(record)).text
    return any(name in texts or (isinstance(value, str) and is_text_name(name)) for name, value in record.items())


def is_text_name(name: str) -> bool:
    """Tell whether a field's name is one that texts have.

    Example:
        >>> is_text_name("NỘI DUNG"), is_text_name("Năm")
        (True, False)
    """
    return metadata_key(name) in map(metadata_key, _TEXT_NAMES.split())


def _values(records: Iterable[Record], name: str) -> list[object]:
    return [value for record in records if (value := record.get(name)) not in (None, "")]


def _are_ids(values: list[object]) -> bool:
    names = {str(value) for value in values if isinstance(value, str | int) and not isinstance(value, bool)}
    return bool(values) and len(names) == len(values)


def _are_texts(values: list[object]) -> bool:
    return any(isinstance(value, str) for value in values)


def _have_text(values: list[object]) -> bool:
    return any(isinstance(value, str) or (isinstance(value, list) and _have_text(value)) for value in values)


def _are_blank(values: list[object]) -> bool:
    return not values


def _longest(records: Sequence[Record], names: Iterable[str]) -> str | None:
    def length(name: str) -> int:
        return sum(len(value) for value in _values(records, name) if isinstance(value, str))

    return max((name for name in names if length(name)), key=length, default=None)
