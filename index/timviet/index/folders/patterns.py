"""Patterns of git that are matched in a time that does not explode with the number of their stars."""

import re
from typing import Any

from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

# What pathspec makes of the end of a pattern, of a star, and of what is between two of them in one name.
_FOLDER = "(?P<ps_d>/)"
_FOLDER_OR_FILE = f"(?:{_FOLDER}|$)"
_STAR = r"\[\^/\]\*"
_BEFORE_A_STAR = re.compile(rf"{_STAR}((?:\[\^/\](?!\*)|\\[^/]|[^/()\\])*?)(?={_STAR})")


class Pattern(GitIgnoreSpecPattern):
    """A pattern of git that matches a file or a folder, and not what is below a folder that it matches.

    Folders are judged before what is in them, as git does: a pattern that keeps a folder does not keep its files.

    A star takes as little as it can where another one follows in the name: what is between two stars is as good
    anywhere as where it comes first, for the second star takes what is left, and the first one need not be tried again
    (https://research.swtch.com/glob).
    """

    @classmethod
    def pattern_to_regex(cls, pattern: Any) -> tuple[Any, bool | None]:  # noqa: ANN401  # str or bytes, as pathspec has it
        """Return the regular expression of a pattern, and whether it leaves out what it matches."""
        regex, include = super().pattern_to_regex(pattern)
        if not regex:
            return regex, include
        regex = regex.replace(_FOLDER_OR_FILE, "/?$").replace(_FOLDER, "/$")
        return _BEFORE_A_STAR.sub(r"(?>[^/]*?\1)", regex), include
