"""Credit card numbers in texts, which are masked before a message is stored."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

_FEWEST, _MOST = 13, 19
_SHOWN = 4
_SEPARATORS = " -"
_RUN = re.compile(rf"[0-9](?:[{_SEPARATORS}]?[0-9]){{{_FEWEST - 1},}}")
_VALUES = bytes.maketrans(b"0123456789", bytes(range(10)))
_DOUBLED = bytes.maketrans(bytes(range(10)), bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))
"""Twice each digit, as the sum of its digits."""


def mask(text: str) -> str:
    """The text with `*` for the digits of credit card numbers, except for their last four.

    A card number has 13 to 19 digits that pass the Luhn check, with single spaces or hyphens between them. Digits that
    a space or a hyphen separates from it, such as those of an expiry date, may precede and follow it.
    """
    # Most texts have no run of digits. For those, a search takes half the time of a substitution.
    return _RUN.sub(_masked, text) if _RUN.search(text) else text


def _masked(found: re.Match[str]) -> str:
    run = found[0]
    groups = run.replace("-", " ").split(" ")
    digits = list("".join(groups))
    hidden = 0
    for start, end in _cards(groups):
        start, hidden = max(start, hidden), max(hidden, end - _SHOWN)
        digits[start:hidden] = "*" * (hidden - start)
    rest = iter(digits)
    return "".join([one if one in _SEPARATORS else next(rest) for one in run])


def _cards(groups: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The slices of the digits that may be card numbers: for each group, the longest one that begins with it.

    They may overlap, because the groups do not show where a card number begins.
    """
    bounds = list(accumulate(map(len, groups), initial=0))
    digits = "".join(groups).encode().translate(_VALUES)
    # The sums turn each check into a subtraction, which takes the same time for any number of digits.
    sums = [_sums(digits, parity) for parity in (0, 1)]
    for first, start in enumerate(bounds):
        for last in range(bisect_right(bounds, start + _MOST, first) - 1, first, -1):
            end = bounds[last]
            if end - start < _FEWEST:
                break
            # The check doubles every second digit from the right.
            before = sums[end % 2]
            if (before[end] - before[start]) % 10 == 0:
                yield start, end
                break


def _sums(digits: bytes, parity: int) -> list[int]:
    """For each position, the Luhn sum of the digits before it. Digits at the positions of the parity are doubled."""
    values = bytearray(digits)
    values[parity::2] = values[parity::2].translate(_DOUBLED)
    return list(accumulate(values, initial=0))
