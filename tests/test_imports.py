"""Starting up is light, and what the packages export is what they say."""

import importlib
import subprocess
import sys

import pytest

COMMANDS = (
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
HEAVY = ("whoosh", "icu", "numpy", "hypothesis", "pytest")
# What the packages may load of their own, and the command line with click.
ALLOWED = {
    "import timviet.search": {"timviet", "timviet.search"},
    "import timviet.index": {"timviet", "timviet.index"},
    "from timviet.search.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass": {
        "timviet",
        "timviet.index",
        "timviet.index.errors",
        "timviet.index.file_names",
        "timviet.search",
        "timviet.search.cli",
        *(f"timviet.search.cli.{name}_command" for name in COMMANDS),
        "timviet.search.cli.options",
        "timviet.search.cli.refine_options",
        "timviet.search.limits",
    },
}


def loaded_by(code: str) -> set[str]:
    probe = f"{code}\nimport sys\nprint('\\n'.join(sorted(sys.modules)), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize("code", ALLOWED, ids=lambda code: code.splitlines()[0])
def test_what_starting_up_loads(code):
    """Importing a package, or asking the command line for help, loads nothing heavy and no more than it has to."""
    loaded = loaded_by(code)
    assert {module for module in loaded if module.startswith("timviet")} <= ALLOWED[code]
    assert not {module for module in loaded if module.split(".")[0] in HEAVY}


EXPORTS = {
    "timviet.index": (
        "AnalyzedToken ClusterOptions Copied Decoded Document FileEncoding FileFields Forms Index Paragraph Passage "
        "Problem RecordFields Repair Source StoredDocument Summary Token Verification VietnameseAnalyzer Writer "
        "analyze canonical copy decode fold open_index repair skipped_files sync tokenize verify watch"
    ),
    "timviet.search": (
        "Change Correction Evaluation Explanation Hit Level Limits Marks NameHit NameHits ReadDocument ReadParagraph "
        "Relaxation Results Searcher Snippet Suggestion Truncation evaluate"
    ),
}


@pytest.mark.parametrize("package", EXPORTS)
def test_exports(package):
    """The packages export exactly these names, each of which is there."""
    module = importlib.import_module(package)
    assert module.__all__ == EXPORTS[package].split()
    assert all(getattr(module, name) is not None for name in module.__all__)


@pytest.mark.parametrize("package", EXPORTS)
def test_names_that_are_not_there(package):
    """A name that a package does not export is an AttributeError, as of any module."""
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        _ = importlib.import_module(package).Nothing
