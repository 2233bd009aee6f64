"""`timviet analyze`: how a text is cut into tokens, and under which forms they are found."""

import click

from timviet.search.cli.options import format_option, to_json


@click.command("analyze")
@click.argument("text", nargs=-1, required=True)
@format_option
def command(text: tuple[str, ...], output: str) -> None:
    """Show a text's tokens and their forms.

    Of each token: where it is, how it is written, the form that all its correct spellings share, and that form without
    marks.

    \b
    Example:
        timviet analyze "Đảng uỷ, 31,77%"
    """
    from timviet.index import analyze

    tokens = [
        {
            "surface": token.surface,
            "canonical": token.forms.canonical,
            "folded": token.forms.folded,
            "start": token.start,
            "end": token.end,
        }
        for token in analyze(" ".join(text))
    ]
    if output == "json":
        click.echo(to_json(tokens, indent=2))
        return
    click.echo("position  span     surface       canonical     folded")
    for position, token in enumerate(tokens):
        span = f"{token['start']}-{token['end']}"
        columns = [_padded(str(token[name]), 14) for name in ("surface", "canonical", "folded")]
        click.echo(f"{position:<10}{span:<9}{''.join(columns)}".rstrip())


def _padded(text: str, width: int) -> str:
    """Return a text filled up to a width on the screen, where combining marks take no room."""
    import unicodedata

    return text + " " * max(width - sum(not unicodedata.combining(character) for character in text), 1)
