"""Each recipe of docs/web.md puts the search site into another app, beside what that app has of its own."""

import importlib
import os
import sys

import pytest
from fastapi.testclient import TestClient

from test_documentation import ROOT, blocks
from timviet.index import open_index
from web_site import fill

RECIPES = {
    next(name for name in ("flask", "django", "fastapi") if f"from {name}" in recipe): recipe
    for recipe in blocks(ROOT / "docs" / "web.md", "python")
}

DJANGO = {
    "settings.py": 'SECRET_KEY = "x"\nROOT_URLCONF = "toa_soan.urls"\nALLOWED_HOSTS = ["testserver"]\n',
    "urls.py": """\
from django.http import HttpResponse
from django.urls import path

urlpatterns = [path("", lambda request: HttpResponse('<a href="/tim/">Tìm</a>'))]
""",
}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with an index, and a Django project, as the recipes take them to be there."""
    with open_index(tmp_path / "van-ban.timviet", create=True) as index:
        fill(index)
    (tmp_path / "toa_soan").mkdir()
    (tmp_path / "toa_soan" / "__init__.py").touch()
    for name, text in DJANGO.items():
        (tmp_path / "toa_soan" / name).write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("os.environ", dict(os.environ))
    yield tmp_path
    for module in [name for name in sys.modules if name.startswith("toa_soan")]:
        del sys.modules[module]


def test_there_is_a_recipe_for_each():
    """FastAPI, Flask and Django have one each."""
    assert set(RECIPES) == {"fastapi", "flask", "django"}


@pytest.mark.parametrize("name", RECIPES)
def test_recipes(project, name):
    """The site, its API and its files are below the path, and the other app's own pages are where they were."""
    (project / "toa_soan" / f"{name}_site.py").write_text(RECIPES[name], "utf-8")
    client = TestClient(importlib.import_module(f"toa_soan.{name}_site").app)
    assert client.get("/tim").url.path == "/tim/"  # links of the page are relative to it
    page = client.get("/tim/", params={"q": "dang uy"})
    assert page.status_code == 200
    assert "<mark>Đảng uỷ</mark>" in page.text
    assert client.get("/tim/static/style.css").status_code == 200
    assert client.get("/tim/search", params={"q": "dang uy"}).json()["total"] == 3
    assert client.get("/tim/documents/tin/bao.txt").json()["id"] == "tin/bao.txt"
    read = client.get("/tim/read", params={"id": "quy-che", "q": "dang uy"})
    assert "<mark>Đảng uỷ</mark>" in read.text
    home = client.get("/")
    if name == "fastapi":
        assert (home.status_code, home.json()) == (404, {"detail": "Not Found"})
    else:
        assert home.text == '<a href="/tim/">Tìm</a>'
