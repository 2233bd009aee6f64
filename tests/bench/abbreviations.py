"""Measure how many well-known abbreviations an index explains, and how many it finds by what they stand for.

    python tests/bench/abbreviations.py --index .timviet

The table is of thirty abbreviations that Vietnamese law and encyclopedias use, each with what it stands for, from
general knowledge. That they are in the corpora was checked, and of one with two senses in which; not whether they are
found.
"""

import sys
import time
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import click

from timviet.index import open_index
from timviet.index.analysis import Forms, indexed_forms
from timviet.search.abbreviations.abbreviations import Abbreviations
from timviet.search.embedded import EmbeddedCollection
from timviet.search.limits import DEFAULT_LIMITS

EXPANSIONS = {
    "UBND": "ủy ban nhân dân",
    "HĐND": "hội đồng nhân dân",
    "BHXH": "bảo hiểm xã hội",
    "BHYT": "bảo hiểm y tế",
    "TNLĐ": "tai nạn lao động",
    "GTGT": "giá trị gia tăng",
    "TNCN": "thu nhập cá nhân",
    "TNDN": "thu nhập doanh nghiệp",
    "TNHH": "trách nhiệm hữu hạn",
    "NSNN": "ngân sách nhà nước",
    "KBNN": "kho bạc nhà nước",
    "NHNN": "ngân hàng nhà nước",
    "TCTD": "tổ chức tín dụng",
    "TTHC": "tố tụng hành chính",  # `Luật TTHC`, each time; elsewhere it is `thủ tục hành chính`
    "PCCC": "phòng cháy chữa cháy",
    "BVMT": "bảo vệ môi trường",
    "ATTP": "an toàn thực phẩm",
    "CNTT": "công nghệ thông tin",
    "CSDL": "cơ sở dữ liệu",
    "TTLT": "thông tư liên tịch",
    "ANTT": "an ninh trật tự",
    "XHCN": "xã hội chủ nghĩa",
    "VNCH": "Việt Nam Cộng hòa",
    "QĐNDVN": "Quân đội nhân dân Việt Nam",
    "HLV": "huấn luyện viên",
    "TCN": "trước Công nguyên",
    "CLB": "câu lạc bộ",
    "LHQ": "Liên Hợp Quốc",
    "NSND": "nghệ sĩ nhân dân",
    "THPT": "trung học phổ thông",
}


def stripped(text: str) -> str:
    """Return a text as typed without marks."""
    letters = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def same(words: Sequence[Forms], text: str) -> bool:
    """Tell whether words are those of a text."""
    return list(words) == indexed_forms(text)


def expanded(abbreviations: Abbreviations, abbreviation: str, expansion: str) -> bool:
    """Tell whether an expansion is the first one of an abbreviation."""
    found = abbreviations.expansions(abbreviation)
    return bool(found) and same(found[0].words, expansion)


def abbreviated(abbreviations: Abbreviations, abbreviation: str, expansion: str) -> bool:
    """Tell whether an abbreviation stands for an expansion."""
    found = abbreviations.abbreviation_of(indexed_forms(expansion))
    return found is not None and found.text == abbreviation


@click.command(help=__doc__)
@click.option("--index", "location", required=True, type=click.Path(exists=True, path_type=Path), help="The index.")
def main(location: Path) -> None:
    """Print how many are found each way, which are not, and how long that takes at first."""
    ways = {
        "expansion of the abbreviation": lambda own, text: expanded(abbreviations, own, text),
        "of the abbreviation in lower case": lambda own, text: expanded(abbreviations, own.lower(), text),
        "abbreviation of the words": lambda own, text: abbreviated(abbreviations, own, text),
        "of the words without marks": lambda own, text: abbreviated(abbreviations, own, stripped(text)),
    }
    with open_index(location) as index:
        abbreviations = EmbeddedCollection(index, DEFAULT_LIMITS.expansions).lexicon.abbreviations
        for name, is_found in ways.items():
            missing, times = [], []
            for abbreviation, expansion in EXPANSIONS.items():
                started = time.perf_counter()
                if not is_found(abbreviation, expansion):
                    missing.append(abbreviation)
                times.append((time.perf_counter() - started) * 1000)
            count = len(EXPANSIONS)
            found = f"{count - len(missing)} of {count}, median {median(times):.2f} ms"
            click.echo(f"{name}: {found}{'; not ' if missing else ''}{', '.join(missing)}")


if __name__ == "__main__":
    sys.exit(main())
