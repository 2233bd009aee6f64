"""Search over HTTP: an API, and a page for people, as an ASGI app that runs by itself or within another one.

>>> from timviet.index import open_index
>>> from timviet.search.web import create_app
>>> with open_index(":memory:", create=True) as index:
...     app = create_app(index)

It needs what `pip install 'timviet[web]'` installs.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from timviet.search.web.app import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from timviet.search.web.app import create_app
    except ModuleNotFoundError as error:
        from timviet.index.errors import MissingExtraError

        raise MissingExtraError("serve an index", error.name or "its packages", "web") from error
    return create_app
