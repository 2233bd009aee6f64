"""Write the pages that are made from the code: the command line from its help, the format from its modules."""

from inspect import getdoc
from pathlib import Path
from types import ModuleType

import click

from timviet.index import codec, columnfile, contents, packing, postings, stored
from timviet.index.folders import skipped, touched
from timviet.search.cli import main

FOLDER = Path(__file__).parent
INTRODUCTION = """\
# The command line
This page is made from the commands' own help by `make docs`.

Where the commands look for the index: `--index PLACE`, else `$TIMVIET_INDEX`, else `.timviet` in this folder or the
nearest one above it that has one. `timviet index` makes `.timviet` in this folder where there is none. A place is a
folder, or `opensearch://HOST:9200/NAME` for an index on a cluster.

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
    context = main.make_context("timviet", [], resilient_parsing=True, terminal_width=100)
    sections = [_section("timviet", main, context)]
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None  # noqa: S101
        inner = click.Context(command, info_name=name, parent=context)
        sections.append(_section(f"timviet {name}", command, inner))
    return INTRODUCTION + "".join(sections)


def _section(title: str, command: click.Command, context: click.Context) -> str:
    return f"\n## {title}\n```text\n{command.get_help(context)}\n```\n"


FORMAT_INTRODUCTION = """\
# The format of an index
This page is made by `make docs` from what the modules say that read and write the format.

An index is a folder. The table of contents, `_MAIN_N.toc` with the highest N, names the segments, each of two files.
`MAIN_WRITELOCK` is locked by whoever writes, and tells by whom. `skipped.json` remembers the files that had faults,
`touched.json` those whose time has changed and whose content has not.
"""
FORMAT_MODULES = (contents, codec, columnfile, packing, postings, stored, skipped, touched)


def format_page() -> str:
    """Return the page's text."""
    return FORMAT_INTRODUCTION + "".join(map(_module_section, FORMAT_MODULES))


def _module_section(module: ModuleType) -> str:
    summary, _, rest = (getdoc(module) or "").partition("\n\n")
    return f"\n## `{module.__name__}`\n{summary}\n\n{rest}\n"


PAGES = {"command-line.md": command_line_page, "format.md": format_page}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")
