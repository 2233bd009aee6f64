"""The command line: one module for each command, loaded when it is asked for."""

import gc
import os
import signal
import sys
from importlib import import_module

import click

from timviet.index.errors import TimvietError
from timviet.search.cli.options import index_option

# Each command with the module that holds it: listing them here keeps `--help` from importing what they need.
_COMMANDS = (
    "index",
    "search",
    "lookup",
    "suggest",
    "correct",
    "similar",
    "info",
    "remove",
    "copy",
    "verify",
    "repair",
    "analyze",
    "decode",
    "explain",
    "evaluate",
    "serve",
    "demo",
)
_INTERRUPTED = "interrupted"
_WRITING = ("index", "remove", "copy")
_LASTING = ("index", "copy", "verify", "repair", "evaluate", "serve")


class _Commands(click.Group):
    """Loads a command when it is asked for, and turns errors into messages."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command = import_module(f"{__name__}.{cmd_name}_command").command
        assert isinstance(command, click.Command)  # noqa: S101
        return command

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: object
    ) -> click.Context:
        try:
            return super().make_context(info_name, args, parent, **extra)
        except KeyboardInterrupt as error:
            raise Failure(_INTERRUPTED) from error

    def invoke(self, ctx: click.Context) -> object:
        if sys.stdout is None:
            raise Failure("cannot write: standard output is closed")
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # Nobody reads on, as with `| head -1`: end as programs do that know nothing of it, by a signal's status.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(128 + signal.SIGPIPE)
        except click.NoSuchOption as error:
            from timviet.search.snippet import printable

            message = printable(f"{error.message} (put -- before a word that starts with a minus)")
            raise click.NoSuchOption(error.option_name, message, error.possibilities, error.ctx) from error
        except (TimvietError, OSError) as error:
            from timviet.search.snippet import printable

            message = str(error)
            if isinstance(error, OSError):
                message = f"{error.filename or ctx.invoked_subcommand}: {error.strerror or error}"
            raise Failure(printable(message)) from error
        except (KeyboardInterrupt, RuntimeError) as error:
            # What is imported may say it in other words, as `Error calling __set_name__`.
            if not isinstance(error, KeyboardInterrupt) and not isinstance(error.__cause__, KeyboardInterrupt):
                raise
            is_writing = ctx.invoked_subcommand in _WRITING
            raise Failure(_INTERRUPTED + is_writing * ": the index is whole, at its last commit") from error


class Failure(click.ClickException):
    """An error that ends the command with exit status 2, as grep's do."""

    exit_code = 2


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="timviet")
@index_option
@click.pass_context
def main(ctx: click.Context, index_location: str | None) -> None:
    """Full-text search for Vietnamese: type with marks, without them, or with some of them.

    \b
    Start with:
        timviet index FOLDER
        timviet search "dang uy cong an"

    Exit status: 0 done or found, 1 nothing found, 2 error.
    """
    if ctx.invoked_subcommand not in _LASTING:
        gc.disable()  # to look for cycles in what modules make takes a tenth of a short command's time
        ctx.call_on_close(gc.enable)
