"""`timviet decode`: texts in old encodings as UTF-8."""

import sys
from pathlib import Path

import click

from timviet.index.file_names import escape_name
from timviet.search.cli.options import encoding_option, format_option, read_input, to_json, with_replacements


@click.command("decode")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@encoding_option
@format_option
def command(files: tuple[Path, ...], encoding: str | None, output: str) -> None:
    """Write texts as UTF-8, whatever encoding they are in, those in .gz unpacked; `-` reads standard input.

    Letters come out composed. On standard error it is told what each file was taken for, with what confidence from 0 to
    1. A file whose encoding cannot be told is not guessed but left out, and the exit status is 2. In one that is named,
    a few bytes that are none of it become U+FFFD, which is told.

    \b
    utf-8, utf-16-le, utf-16-be    with a byte order mark or without; letters composed or not
    windows-1258                   the one of Vietnamese Windows
    viscii, vps                    one byte a letter, capitals too
    tcvn3                          the one of the ABC fonts (.VnTime); where small letters stand among
                                   capitals, they were in a font of capitals (.VnTimeH), and become ones
    tcvn3-upper                    the same, all in a font of capitals: never told, only named
    vni                            VNI for Windows (VNI-Times)
    viqr                           Tie^'ng Vie^.t, dda^u\\?
    ncr                            UTF-8 with character references: Vi&#7879;t

    \b
    Examples:
        timviet decode cu.txt > moi.txt
        timviet decode --encoding tcvn3-upper tieu-de.txt
        timviet decode --format json van-ban/*.txt
    """
    from timviet.index import decode
    from timviet.index.encodings.decoders import encoding_name
    from timviet.index.errors import EncodingError, SourceError, UndecidableError
    from timviet.index.files import load_all
    from timviet.index.unicode import nfc
    from timviet.search.snippet import printable

    name = encoding_name(encoding) if encoding else None
    texts = []
    read = 0
    for path in files:
        try:
            content = read_input() if path == Path("-") else load_all(path)
            text, told, confidence, replaced = decode(content, name)
        except (UndecidableError, EncodingError, SourceError, OSError) as error:
            reason = getattr(error, "strerror", None) or getattr(error, "reason", None) or error
            click.echo(f"{printable(str(path))}: {reason}", err=True)
            continue
        how = with_replacements(f"(confidence {confidence:.2f})", replaced)
        click.echo(f"{printable(str(path))}: {told} {how}", err=True)
        read += 1
        if output == "text":
            sys.stdout.buffer.write(nfc(text).encode())
        else:
            record = {"file": escape_name(str(path)), "encoding": told, "confidence": confidence, "replaced": replaced}
            texts.append(record | {"text": nfc(text)})
    if output == "json":
        click.echo(to_json(texts, indent=2))
    if read < len(files):
        sys.exit(2)
