"""Write docs/command-line.md from the commands' own help."""

from pathlib import Path

import click

from timviet.search.cli import main

PAGE = Path(__file__).with_name("command-line.md")
INTRODUCTION = """\
# The command line
This page is made from the commands' own help by `make docs`.

Where the commands look for the index: `--index DIR`, else `$TIMVIET_INDEX`, else `.timviet` in this folder or the
nearest one above it that has one. `timviet index` makes `.timviet` in this folder where there is none.

Colours are for terminals only, and `NO_COLOR` or `--no-color` turns them off. Results go to standard output, progress
and complaints to standard error.

Shell completion: add one of these to your shell's start-up file.

```sh
eval "$(_TIMVIET_COMPLETE=bash_source timviet)"                # ~/.bashrc
eval "$(_TIMVIET_COMPLETE=zsh_source timviet)"                 # ~/.zshrc
_TIMVIET_COMPLETE=fish_source timviet | source                 # ~/.config/fish/completions/timviet.fish
```
"""


def command_line_page() -> str:
    """Return the page's text."""
    context = click.Context(main, info_name="timviet", terminal_width=100, max_content_width=100)
    sections = [_section("timviet", main, context)]
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None  # noqa: S101
        inner = click.Context(command, info_name=name, parent=context, terminal_width=100, max_content_width=100)
        sections.append(_section(f"timviet {name}", command, inner))
    return INTRODUCTION + "".join(sections)


def _section(title: str, command: click.Command, context: click.Context) -> str:
    return f"\n## {title}\n```text\n{command.get_help(context)}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(command_line_page(), encoding="utf-8")
