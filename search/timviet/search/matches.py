"""What a node of a plan finds in a segment, as `timviet.search.match` tells it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from timviet.index.columnfile import Column


class Matches(NamedTuple):
    """The paragraphs that a node finds in a segment.

    Attributes:
        documents: their numbers in the segment, ascending.
        scores: their scores.
    """

    documents: Column
    scores: NDArray[np.float64]


class Among(NamedTuple):
    """What a node finds among some paragraphs.

    Attributes:
        places: the places of those it finds among them, ascending.
        scores: their scores.
    """

    places: Column
    scores: NDArray[np.float64]


class Bounds(NamedTuple):
    """What each paragraph of a segment scores at most.

    Attributes:
        units: in some unit, rounded up; 0 for what is not found.
        slack: by how many units they may be too high.
    """

    units: NDArray[np.uint16]
    slack: int
