"""`timviet serve`: a search site, and an HTTP API, over an index."""

import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from ipaddress import ip_address
from typing import Any

import click

from timviet.index.errors import MissingExtraError
from timviet.search.cli.options import find_index, index_option, timeout_option
from timviet.search.limits import Limits

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_FAREWELL = 30  # seconds that requests have to be answered after the server was told to end


def _not_empty(_context: click.Context, _option: click.Parameter, text: str) -> str:
    if not text.strip():
        raise click.BadParameter("it is empty")
    return text


@click.command("serve")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    callback=_not_empty,
    help="The address to listen at; 0.0.0.0 for any.",
)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="The port.")
@click.option("--title", default="timviet", show_default=True, callback=_not_empty, help="What the page is called.")
@click.option(
    "--facet",
    "facets",
    multiple=True,
    metavar="KEY",
    help="A key of the metadata whose values the page counts; may be given several times. By default those that have "
    "few different values.",
)
@click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Processes that answer.")
@timeout_option
@click.option(
    "--allow-host",
    "hosts",
    multiple=True,
    metavar="NAME",
    help="A host's name that it answers as; may be given several times. By default any, or, where it listens to this "
    "machine alone, only this machine's, which are then always among them.",
)
@click.option(
    "--cors",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    help="An origin whose pages may ask the API, as https://bao.example.vn, or `*`; may be given several times.",
)
@click.option(
    "--token",
    envvar="TIMVIET_TOKEN",
    show_envvar=True,
    help="Let those who send this token add and remove documents. By default nobody may.",
)
@click.option("--metrics", is_flag=True, help="Tell figures for Prometheus at /metrics.")
@click.option("--access-log/--no-access-log", default=True, help="Log each request, without what was searched for.")
@index_option
def command(
    host: str,
    port: int,
    title: str,
    facets: tuple[str, ...],
    workers: int,
    limits: Limits,
    hosts: tuple[str, ...],
    origins: tuple[str, ...],
    token: str | None,
    metrics: bool,
    access_log: bool,
    index_location: str | None,
) -> None:
    """Serve a search page and an HTTP API over the index, until Ctrl-C.

    It always searches the last commit: `timviet index --watch` may run beside it. For others than this machine, put it
    behind a web server that has a certificate.

    \b
    Examples:
        timviet serve
        timviet serve --title "Công báo" --facet "cơ quan" --workers 4
        TIMVIET_TOKEN=... timviet serve --host 0.0.0.0 --allow-host tim.example.vn
    """
    location = find_index(index_location)
    with _shared_figures(metrics and workers > 1):  # packages that count look for them when they are imported
        from timviet.search.web import create_app

        make_app = partial(
            create_app,
            location,
            title=title,
            facets=facets or None,
            limits=limits,
            write_token=token or None,
            cors_origins=origins,
            allowed_hosts={*_LOOPBACK, host, *hosts} if _is_loopback(host) else hosts,
            metrics=metrics,
        )
        make_app()  # what is wrong with the index, or the options, is told here
        _require_free(host, port)
        click.echo(f"{title}: http://{f'[{host}]' if ':' in host else host}:{port} (Ctrl-C ends it)", err=True)
        _serve(make_app, host, port, workers, access_log)


def _serve(make_app: Callable[[], Callable[..., Any]], host: str, port: int, workers: int, access_log: bool) -> None:
    from timviet.search.web.access_log import ACCESS_LOG

    try:
        from granian import Granian
        from granian.constants import HTTPModes, Interfaces
        from granian.http import HTTP1Settings
        from granian.log import LogLevels
    except ModuleNotFoundError as error:
        raise MissingExtraError("serve an index", "granian", "web") from error
    server = Granian(
        "timviet.search.web:create_app",
        host,
        port,
        interface=Interfaces.ASGINL,
        workers=workers,
        http=HTTPModes.http1,  # telling other versions apart waits for what is sent, without end
        websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=10_000, max_buffer_size=64 << 10),
        log_level=LogLevels.warning,
        log_dictconfig=ACCESS_LOG,
        log_access=access_log,
        respawn_failed_workers=True,
        workers_kill_timeout=_FAREWELL,
    )
    server.serve(target_loader=make_app, wrap_loader=False)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _require_free(host: str, port: int) -> None:
    """Refuse an address where another server listens, or that is not this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise click.UsageError(f"cannot listen at {host}, port {port}: {reason}; name others") from error


@contextmanager
def _shared_figures(are_shared: bool) -> Iterator[None]:
    """Have processes share their figures; see https://prometheus.github.io/client_python/multiprocess."""
    if not are_shared:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="timviet-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield
