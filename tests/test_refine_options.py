"""The options that keep, count, sort and group what is found, read from the command line and shown on it."""

from ast import literal_eval

import click
import pytest
from click.testing import CliRunner

from timviet.search.cli.refine_options import facet_lines, refine_options, with_refine_options
from timviet.search.refine.facets import Facet, FacetValue


@click.command()
@with_refine_options
def show(**options):
    """Show what the options say."""
    click.echo(repr(options))


def read(*arguments):
    """What the options say."""
    done = CliRunner().invoke(show, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return literal_eval(done.output)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param([], {}, id="none"),
        pytest.param(["year=2024"], {"year": ["2024"]}, id="a value"),
        pytest.param([" cơ quan = Bộ Y tế "], {"cơ quan": ["Bộ Y tế"]}, id="spaces around it"),
        pytest.param(["a=b=c"], {"a": ["b=c"]}, id="an equals sign in it"),
        pytest.param(["year=2020..2024"], {"year": [("2020", "2024")]}, id="a range"),
        pytest.param(["year=2020.."], {"year": [("2020", None)]}, id="from"),
        pytest.param(["year=..2024"], {"year": [(None, "2024")]}, id="to"),
        pytest.param(["year=.."], {"year": [(None, None)]}, id="any value"),
        pytest.param(["t=-5..2.5"], {"t": [("-5", "2.5")]}, id="numbers with points and a minus"),
        pytest.param(["loại=x", "year=1", "Loai=y"], {"loại": ["x", "y"], "year": ["1"]}, id="several"),
    ],
)
def test_filters(arguments, expected):
    """A filter is a key with a value or a range; several for the same key, in any spelling, are one of any of them."""
    options = [option for argument in arguments for option in ("--filter", argument)]
    assert read(*options)["filters"] == expected


@pytest.mark.parametrize("argument", ["", "year", "year=", "=2024", "=", " = "])
def test_faults_of_a_filter(argument):
    """A filter without a key or a value is refused, with how to write one."""
    done = CliRunner().invoke(show, ["--filter", argument])
    assert done.exit_code == 2
    assert "write KEY=VALUE or KEY=LOW..HIGH" in " ".join(done.output.split())


def test_the_other_options():
    """Facets may be several; a key to sort by may have a minus before it; all may be left out."""
    assert read() == {"filters": {}, "facets": (), "sort": None, "group_by_document": False}
    options = read("--facet", "year", "--facet", "loại", "--sort", "-year", "--group")
    assert options == {"filters": {}, "facets": ("year", "loại"), "sort": "-year", "group_by_document": True}


def test_every_option_has_help():
    """Each option is explained, in the order in which they are listed."""
    assert [option.name for option in show.params] == ["filters", "facets", "sort", "group_by_document"]
    assert len(refine_options) == len(show.params)
    assert all(option.help for option in show.params)


def test_facets_are_shown():
    """A facet is a line: its values with how often each is found, what is left out, and what has none."""
    values = (FacetValue("Nghị\n định\x1b", 1234), FacetValue("Luật", 5))
    lines = facet_lines(
        {
            "loại": Facet(values, 2, 7, 1),
            "năm": Facet(values[1:], 1, 1, 0),
            "x": Facet((), 0, 0, 3),
            "y": Facet((), 0, 0, 0),
        }
    )
    assert lines == [
        "loại: Nghị định\N{REPLACEMENT CHARACTER} (1,234), Luật (5), 2 other values (7), no value (1)",
        "năm: Luật (5), 1 other value (1)",
        "x: no value (3)",
        "y: nothing",
    ]
