"""The program `timviet`: the command line, with one message for Ctrl-C whenever that comes."""

import os
import signal

_INTERRUPTED = 2  # the exit status of errors
_STANDARD_ERROR = 2


def main() -> None:
    """Run the command line, and end."""
    # What is interrupted while it is imported says so in many ways, and there is nothing yet to be left in order.
    before = signal.signal(signal.SIGINT, _end)
    from timviet.search.cli import main as command_line

    signal.signal(signal.SIGINT, before)
    try:
        command_line()
    except KeyboardInterrupt:
        _end()
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done but to end


def _end(*_: object) -> None:
    os.write(_STANDARD_ERROR, b"Error: interrupted\n")
    os._exit(_INTERRUPTED)
