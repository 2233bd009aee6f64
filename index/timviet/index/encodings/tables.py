"""What each byte stands for in VISCII, VPS and TCVN3.

Sources, each of which was compared with a second one, letter by letter, as the tests still do:

* VISCII: RFC 1456 (1993), table 1; second, GNU Recode.
* VPS: the encoding of the Vietnamese Professionals Society as Mozilla had it (`vps.ut`); second, GNU Recode, which
  lacks Ỗ: UniKey's converter has it where Mozilla does.
* TCVN3: the third part of TCVN 5712:1993, in the places that it shares with the first part, as glibc's `TCVN5712-1`;
  second, UniKey's converter. Its fonts (ABC: `.VnTime` and others) have the symbols of windows-1252 from 0x80 to 0x9F.
  It has capitals with tones in no place: fonts whose name ends in H show the small letters as capitals.
"""

_UNDEFINED = "\ufffe"
_ASCII = "".join(map(chr, range(0x80)))


def _table(upper_half: str, controls: dict[int, str]) -> str:
    lower_half = "".join(controls.get(code, character) for code, character in enumerate(_ASCII))
    return lower_half + upper_half.replace("_", _UNDEFINED)


VISCII = _table(
    "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐ"
    "ỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲ"
    "Õắằặấầẩậẽẹếềểễệố"
    "ồổỗỠƠộờởịỰỨỪỬơớƯ"
    "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳ"
    "ĐứÒÓÔạỷừửÙÚỹỵÝỡư"
    "àáâãảăữẫèéêẻìíĩỉ"
    "đựòóôõỏọụùúũủýợỮ",
    {0x02: "Ẳ", 0x05: "Ẵ", 0x06: "Ẫ", 0x14: "Ỷ", 0x19: "Ỹ", 0x1E: "Ỵ"},
)
VPS = _table(
    "ÀẢÃẤẦẨọỗĂếềểệẮẰẲ"
    "Ế‘’ỀỂỄỐỒỔỖýỷỵỚỜỞ"
    "\u00a0ắằẳẵặỠớÙờởỡŨỨợỪ"
    "ổỬỲỸÍÌộỈĨÓửữÒỎÕự"
    "ầÁÂấẩẫậđẻÉÊẹỉễịỹ"
    "ƯỦồốÔỏơÈừứÚũưÝẺß"
    "àáâãảạăçèéêẽìíîĩ"
    "ẴĐòóôõöƠụùúủüỶẼỳ",
    dict(zip((*range(0x02, 0x07), *range(0x10, 0x16), 0x19, 0x1C, 0x1D), "ẠẬẶẸỆỊỌỘỢỤỰỴẪỮ", strict=True)),
)
TCVN3 = _table(
    "€_‚ƒ„…†‡ˆ‰Š‹Œ_Ž_"
    "_‘’“”•–—˜™š›œ_žŸ"
    "\u00a0ĂÂÊÔƠƯĐăâêôơưđ_"
    "_____àảãáạ_ằẳẵắ_"
    "______ặầẩẫấậè_ẻẽ"
    "éẹềểễếệìỉ___ĩíịò"
    "_ỏõóọồổỗốộờởỡớợù"
    "_ủũúụừửữứựỳỷỹýỵ_",
    {},
)
