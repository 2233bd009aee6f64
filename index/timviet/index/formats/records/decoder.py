"""Decode JSON whatever numbers it has: those that cannot be kept as numbers are texts."""

import json
import math


def _integer(digits: str) -> int | str:
    try:
        return int(digits)
    except ValueError:  # more digits than Python reads, see sys.set_int_max_str_digits
        return digits


def _fraction(digits: str) -> float | str:
    number = float(digits)
    return number if math.isfinite(number) else digits


DECODER = json.JSONDecoder(parse_int=_integer, parse_float=_fraction, parse_constant=str)
"""Decodes JSON. A number with too many digits, or too large a one, is a text, and so are `NaN` and `Infinity`."""
