"""Patterns of git that are matched in a time that does not explode with the number of their stars."""

import re
from typing import Any

from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

# What pathspec makes of a star, and of what is between two of them in one name.
_STAR = r"\[\^/\]\*"
_BEFORE_A_STAR = re.compile(rf"{_STAR}((?:\[\^/\](?!\*)|\\[^/]|[^/()\\])*?)(?={_STAR})")


class Pattern(GitIgnoreSpecPattern):
    """A pattern of git, of which a star takes as little as it can where another one follows in the name.

    What is between two stars is as good anywhere as where it comes first, for the second star takes what is left: the
    first one need not be tried again (https://research.swtch.com/glob).
    """

    @classmethod
    def pattern_to_regex(cls, pattern: Any) -> tuple[Any, bool | None]:  # noqa: ANN401  # str or bytes, as pathspec has it
        """Return the regular expression of a pattern, and whether it leaves out what it matches."""
        regex, include = super().pattern_to_regex(pattern)
        return _BEFORE_A_STAR.sub(r"(?>[^/]*?\1)", regex) if regex else regex, include
