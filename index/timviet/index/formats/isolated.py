"""The process that reads files for another one, with limits of memory and time."""

import json
import os
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from importlib import import_module

from timviet.index.formats import limits
from timviet.index.formats.parts import Part, RawFile, UnreadableError


def serve() -> None:
    """Read what is asked for by standard input, until that ends; see `timviet.index.formats.isolation`.

    A request is a line of JSON and the content that it tells the size of. The answer is a line of JSON for each part,
    and one that tells whether there may be another request.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests = sys.stdin.buffer
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answers:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whatever a library prints is no answer
        while header := requests.readline():
            request = json.loads(header)
            file = RawFile(requests.read(request["size"]), request["name"], request["encoding"])
            _limit_memory(request["memory"])
            signal.setitimer(signal.ITIMER_PROF, request["seconds"])  # which ends the process
            is_fit = True
            for part in _read(request["module"], file):
                answers.write(json.dumps(_plain(part)).encode() + b"\n")
                is_fit = is_fit and part is not _OUT_OF_MEMORY
            signal.setitimer(signal.ITIMER_PROF, 0)
            answers.write(json.dumps(is_fit).encode() + b"\n")
            answers.flush()


_OUT_OF_MEMORY = Part(limits.beyond("takes more memory to read", limits.MEMORY, "bytes"))


def _limit_memory(size: int) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    with suppress(ValueError, OSError):  # systems that know no such limit
        resource.setrlimit(resource.RLIMIT_AS, (size, most))


def _read(module: str, file: RawFile) -> Iterator[Part]:
    try:
        yield from import_module(f"timviet.index.formats.{module}").read(file)
    except UnreadableError as fault:
        yield Part(fault)
    except MemoryError:
        yield _OUT_OF_MEMORY
    except ImportError as error:
        yield Part(UnreadableError("cannot be read, as its library cannot be loaded", str(error), is_lasting=False))
    except Exception as error:  # noqa: BLE001  # whatever a library raises for a damaged file is a fault of that file
        yield Part(UnreadableError("cannot be read, as if it were damaged", f"{type(error).__name__}: {error}"))


def _plain(part: Part) -> dict[str, object]:
    if isinstance(part.content, UnreadableError):
        content: dict[str, object] = vars(part.content).copy()
    else:
        content = asdict(part.content)
    return part._asdict() | {"content": content}
