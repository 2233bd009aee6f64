"""Whatever bytes come, the parser, the analyzer, the decoder, the search and the readers of files keep their rules.

`tests/bench/fuzz.py` tries millions of them; what it has found is kept here.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzzing import TARGETS

# Where to change an input, how many bytes to take away there, and what to put there.
edits = st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 30), st.binary(max_size=6)), max_size=6)
EXAMPLES = {"search": 50}

FINDS = [
    pytest.param("decoder", b"\xff\xfe", id="lines of JSON that are a byte order mark and nothing else"),
    pytest.param("search", "ﷺ".encode(), id="a letter whose form is several words, which corrections took apart"),
]


@pytest.mark.parametrize("name", TARGETS)
def test_seeds(name):
    """What fuzzing begins with keeps the rules."""
    for seed in TARGETS[name].seeds:
        TARGETS[name].check(seed)


@pytest.mark.parametrize("name", TARGETS)
def test_fuzzing(name):
    """So does whatever comes of it by changes, and anything else."""
    target = TARGETS[name]

    @given(st.sampled_from(target.seeds), edits)
    @settings(max_examples=EXAMPLES.get(name, 200))
    def changed(seed, edits):
        data = bytearray(seed)
        for place, length, piece in edits:
            place %= len(data) + 1
            data[place : place + length] = piece
        target.check(bytes(data))

    @given(st.binary() | st.text().map(lambda text: text.encode()))
    @settings(max_examples=EXAMPLES.get(name, 200))
    def anything(data):
        target.check(data)

    changed()
    anything()


@pytest.mark.parametrize(("name", "data"), FINDS)
def test_finds(name, data):
    """What once broke a rule does so no more."""
    TARGETS[name].check(data)
