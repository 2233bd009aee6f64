"""Make the sample files of tests/data/formats: one text in every format, by programs that people make such files by.

    python tests/make_formats.py FOLDER

What LibreOffice (soffice), pandoc and Chromium write is left out where they are not installed. The rest, text in each
encoding, the tests have made for themselves.
"""

import csv
import gzip
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

from encoders import BYTE_ENCODINGS, encode

TITLE, AUTHOR, DATE = "Sổ tay giữ rừng ngập mặn", "Lê Thị Bần", "2023-11-05"
HEADER = "Sổ tay của tổ cộng đồng"
TEXT = """\
## Vì sao phải giữ rừng

Dải rừng đước ngoài đê rộng chừng bốn trăm mét. Những năm bão lớn, sóng vào tới chân đê chỉ còn cao bằng một phần ba so
với ngoài khơi, nên nhà cửa phía trong ít khi tốc mái.

Rễ đước giữ phù sa lại, mỗi năm bãi bồi lấn ra biển thêm vài mét. Tôm cua con nương vào đó mà lớn, người làng đi bắt
vạng, bắt ba khía quanh năm không hết.

## Trồng và chăm cây con

Phần này dành cho các hộ nhận khoán từ hai héc-ta trở lên; hộ nhỏ hơn có thể làm chung một vườn ươm.

### Chọn trái giống

Trái đước chín rụng từ tháng tám đến tháng mười. Chọn trái dài trên hai gang tay, vỏ nâu bóng, không bị sâu đục; ngâm
nước lợ một đêm rồi mới đem cắm.

- Loại bỏ trái có vết mọt ở đầu.
- Không để trái ngoài nắng quá một buổi.
- Ghi ngày nhặt lên từng rổ.

### Lịch chăm sóc

| Tháng | Việc phải làm | Người phụ trách |
| --- | --- | --- |
| Chín | Cắm trái, khoảng cách một mét rưỡi | Tổ ông Năm Trà |
| Mười một | Dặm cây chết, gỡ rong bám ngọn | Tổ bà Út Lành |
| Ba | Đo chiều cao, ghi vào sổ theo dõi | Cán bộ lâm nghiệp xã |

Cây dưới một tuổi rất sợ hà bám. Thấy hà trắng quanh gốc thì cạo nhẹ bằng thanh tre, không dùng dao, và làm lúc nước
ròng để cây kịp hồi.

## Khi có người chặt phá

Ai gặp người lạ chở cây ra khỏi rừng thì gọi ngay cho tổ trưởng, ghi số hiệu xuồng và giờ gặp. Không tự ý đuổi theo ban
đêm.

Biên bản làm thành ba bản, có chữ ký của hai người chứng kiến, gửi kiểm lâm huyện trong vòng hai mươi bốn giờ kể từ khi
lập.

## Chia phần hưởng lợi

Cứ ba năm một lần, tổ họp toàn thể để tính công. Hộ nào đủ ngày công tuần tra được tỉa thưa cây khô, cành gãy trong phần
rừng của mình, và được thả cua dưới tán rừng, không phải nộp phí mặt nước.

Tiền bán tín chỉ các-bon, nếu có, chia làm ba phần: một phần mua cây giống, một phần sửa chòi canh, một phần chia đều
cho các hộ theo ngày công đã ghi trong sổ.

## Điện thoại cần nhớ

Trạm kiểm lâm Vàm Đước trực cả ngày lẫn đêm, số máy dán ở cửa chòi canh. Trạm xá xã cách bến đò mười lăm phút xuồng máy,
có thuốc giải nọc cá và dây buộc cầm máu.
"""


def blocks() -> Iterator[str]:
    """Yield what the text is made of: headings, paragraphs each in one line, lists and tables."""
    for block in TEXT.strip().split("\n\n"):
        yield block if block.startswith(("#", "-", "|")) else block.replace("\n", " ")


def markdown() -> str:
    """The text as Markdown."""
    return "\n\n".join([f"# {TITLE}", *blocks()]) + "\n"


def page(style: str, around: str = "") -> str:
    """The text as a page of HTML."""
    body = "\n".join(map(_html, blocks()))
    head = f'<meta charset="utf-8"><meta name="author" content="{AUTHOR}"><meta name="date" content="{DATE}">'
    return (
        f'<!DOCTYPE html>\n<html lang="vi"><head>{head}<title>{TITLE}</title><style>{style}</style></head>\n'
        f"<body>{around}<h1>{TITLE}</h1>\n{body}\n</body></html>\n"
    )


def _html(block: str) -> str:
    mark, _, text = escape(block).partition(" ")
    if mark.startswith("#"):
        return f"<h{len(mark)}>{text}</h{len(mark)}>"
    if mark == "-":
        return f"<ul>{''.join(f'<li>{line[2:]}</li>' for line in escape(block).splitlines())}</ul>"
    if mark == "|":
        rows = (line.strip("| ").split(" | ") for line in escape(block).splitlines() if "---" not in line)
        cells = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
        return f"<table border=1>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"
    return f"<p>{escape(block)}</p>"


def records(prefix: str = "muc") -> list[dict[str, str]]:
    """The text as records, one a section; their ids start with the prefix."""
    made: list[dict[str, str]] = []
    for block in blocks():
        if block.startswith("#"):
            title = block.lstrip("# ")
            made.append({"id": f"{prefix}-{len(made) + 1}", "title": title, "text": "", "người viết": AUTHOR})
        else:
            made[-1]["text"] = f"{made[-1]['text']}\n{block}".lstrip()
    return made


def table(delimiter: str) -> str:
    """The records as a table."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter)
    writer.writerow(["Mã số", "Tiêu đề", "Nội dung", "Người viết"])
    writer.writerows(record.values() for record in records())
    return written.getvalue()


def texts(prefix: str = "muc") -> dict[str, str]:
    """The text in each format that needs no program, by suffix; the ids of records start with the prefix."""
    return {
        ".txt": markdown().replace("#", "").replace("\n ", "\n").lstrip(),
        ".md": markdown(),
        ".csv": table(","),
        ".tsv": table("\t"),
        ".json": json.dumps(records(prefix), ensure_ascii=False, indent=2),
        ".jsonl": "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records(prefix)),
    }


def write_texts(folder: Path) -> None:
    """Write what needs no program."""
    for suffix, text in texts().items():
        (folder / f"so-tay{suffix}").write_text(text, encoding="utf-8", newline="")
        (folder / f"so-tay{suffix}.gz").write_bytes(gzip.compress(text.encode(), mtime=0))


def write_encoded(folder: Path) -> None:
    """Write the formats of text in each encoding that they may be in, plain and packed."""
    for encoding in ("utf-8", "utf-16-le", "utf-16-be", *BYTE_ENCODINGS, "viqr", "ncr"):
        written = texts(encoding)
        if encoding in {"viqr", "ncr"}:  # which the punctuation of JSON is not
            del written[".json"], written[".jsonl"]
        if encoding != "viqr":
            # Pages in old encodings say that they are in Latin-1, for the sake of their fonts.
            said = encoding if encoding in {"utf-8", "windows-1258", "viscii"} else "iso-8859-1"
            written[".html"] = page("").replace('charset="utf-8"', f'charset="{said}"')
        for suffix, text in written.items():
            content = encode(text, encoding)
            (folder / f"{encoding}{suffix}").write_bytes(content)
            if suffix != ".jsonl":  # the ids of its lines are theirs alone
                (folder / f"{encoding}{suffix}.gz").write_bytes(gzip.compress(content, mtime=0))


def write_with_pandoc(pandoc: str, temporary: Path, folder: Path) -> None:
    """Write what pandoc makes of Markdown."""
    source = temporary / "so-tay.md"
    source.write_text(markdown().partition("\n")[2])
    told = [f"--metadata={name}={value}" for name, value in (("title", TITLE), ("author", AUTHOR), ("lang", "vi"))]
    for name in ("pandoc.docx", "pandoc.odt", "pandoc.epub", "pandoc.html"):
        run(pandoc, "-s", "--shift-heading-level-by=-1", *told, "-o", folder / name, source)


def write_with_libreoffice(soffice: str, temporary: Path, folder: Path) -> None:
    """Write what LibreOffice makes of a page with a header and the number of the page; one is locked by a password."""
    number = '<sdfield type="page" subtype="random" format="page">1</sdfield>'
    header, footer = (
        f'<div title="{title}"><p>{text}</p></div>' for title, text in (("header", HEADER), ("footer", number))
    )
    style = (
        "@page { size: 14.8cm 21cm; margin: 2cm } p { text-align: justify; text-indent: 0.8cm; margin: 0 0 0.1cm 0 }"
    )
    password = {"type": "string", "value": "rừng đước"}
    locked = json.dumps({"EncryptFile": {"type": "boolean", "value": "true"}, "DocumentOpenPassword": password})
    whole = page(style, header + footer)
    for name, text, target in (
        ("libreoffice", whole, "odt"),
        ("libreoffice", whole, "docx:MS Word 2007 XML"),
        ("libreoffice", whole, "pdf:writer_pdf_Export"),
        ("locked", TITLE, f"pdf:writer_pdf_Export:{locked}"),
    ):
        source = temporary / f"{name}.html"
        source.write_text(text)
        home = f"-env:UserInstallation={(temporary / 'home').as_uri()}"
        run(
            soffice,
            home,
            "--headless",
            "--infilter=HTML (StarWriter)",
            "--convert-to",
            target,
            "--outdir",
            folder,
            source,
        )


def write_with_chromium(chromium: str, temporary: Path, folder: Path) -> None:
    """Write what a browser prints, with a header and the number of the page."""
    source = temporary / "so-tay.html"
    header, footer = (
        f'@top-left {{ content: "{HEADER}" }}',
        '@bottom-center { content: counter(page) "/" counter(pages) }',
    )
    source.write_text(page(f"@page {{ size: A5; margin: 2cm; {header} {footer} }} body {{ font-size: 12pt }}"))
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-pdf-header-footer",
        f"--user-data-dir={temporary}/home",
    ]
    run(chromium, *options, f"--print-to-pdf={folder / 'chromium.pdf'}", source)


def run(*command: str | Path) -> None:
    """Run a program."""
    subprocess.run(command, check=True, capture_output=True)


def main() -> None:
    """Write all samples into the folder that the command line names."""
    folder = Path(sys.argv[1]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    write_texts(folder)
    programs = {"pandoc": write_with_pandoc, "soffice": write_with_libreoffice, "chromium": write_with_chromium}
    for program, write in programs.items():
        found = shutil.which(program)
        if found:
            with TemporaryDirectory() as temporary:
                write(found, Path(temporary), folder)
        else:
            print(f"{program} is not installed: its samples are left out", file=sys.stderr)


if __name__ == "__main__":
    main()
