"""Credit card numbers in texts, which are masked before a message is stored."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

_FEWEST, _MOST = 13, 19
_SHOWN = 4
_SEPARATORS = " -"
# Sequences that are not written like card numbers must cost little, because a text may be 100 kB long.
_SHORTEST_GROUP = 3
_LONGEST_RUN = 200
_MOST_RUNS = 300
_RUN = re.compile(rf"[0-9](?:[{_SEPARATORS}]?[0-9]){{{_FEWEST - 1},}}")
# Ids of this API have up to 24 digits in a row by chance.
_ID_OR_RUN = re.compile(rf"(?<![0-9A-Za-z])(?P<id>(?=[0-9]*[a-f])[0-9a-f]{{24}})(?![0-9A-Za-z])|{_RUN.pattern}")
_NO_SEPARATORS = str.maketrans("", "", _SEPARATORS)
_VALUES = bytes.maketrans(b"0123456789", bytes(range(10)))
_DOUBLED = bytes.maketrans(bytes(range(10)), bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))
"""Twice each digit, as the sum of its digits."""


def mask(text: str) -> str:
    """The text with `*` for the digits of credit card numbers, except for their last four.

    A card number has 13 to 19 digits that pass the Luhn check, with single spaces or hyphens between them. Other
    digits, such as an expiry date, may precede or follow it after a space or a hyphen. Then its first and last groups
    must have at least three digits, and the whole sequence at most 200. The first 300 sequences are examined. Digits in
    the id of a user, a conversation or a message (24 hexadecimal digits, one of them a letter) stay.
    """
    # Most texts have no run of digits. For those, a search takes half the time of a substitution.
    return _ID_OR_RUN.sub(_masked, text, count=_MOST_RUNS) if _RUN.search(text) else text


def _masked(found: re.Match[str]) -> str:
    run = found[0]
    if found["id"]:
        return run
    digits = run.translate(_NO_SEPARATORS)
    if len(digits) <= _MOST and _passes(digits.encode()):
        return _hide(run, [(0, len(digits))])
    # A run that is one group has no parts.
    if len(digits) == len(run) or len(digits) > _LONGEST_RUN:
        return run
    return _hide(run, list(_cards(run.replace("-", " ").split(" "))))


def _hide(run: str, cards: Sequence[tuple[int, int]]) -> str:
    """The run with the digits of these slices masked. The last four digits of a slice stay, unless they are in another
    slice."""
    if not cards:
        return run
    places = [place for place, one in enumerate(run) if one not in _SEPARATORS]
    shown = list(run)
    for start, end in cards:
        for place in places[start : end - _SHOWN]:
            shown[place] = "*"
    return "".join(shown)


def _cards(groups: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The slices of the digits that may be card numbers: for each group, the longest one that begins with it.

    They may overlap, because the groups do not show where a card number begins.
    """
    bounds = list(accumulate(map(len, groups), initial=0))
    digits = "".join(groups).encode().translate(_VALUES)
    # With sums, each check is a subtraction.
    sums = [_sums(digits, parity) for parity in (0, 1)]
    long = [len(group) >= _SHORTEST_GROUP for group in groups]
    for first, start in enumerate(bounds[:-1]):
        if not long[first]:
            continue
        for last in range(bisect_right(bounds, start + _MOST, first) - 1, first, -1):
            end = bounds[last]
            if end - start < _FEWEST:
                break
            # The check doubles every second digit from the right.
            before = sums[end % 2]
            if long[last - 1] and (before[end] - before[start]) % 10 == 0:
                yield start, end
                break


def _sums(digits: bytes, parity: int) -> list[int]:
    """For each position, the Luhn sum of the digits before it. Digits at the positions of the parity are doubled."""
    values = bytearray(digits)
    values[parity::2] = values[parity::2].translate(_DOUBLED)
    return list(accumulate(values, initial=0))


def _passes(digits: bytes) -> bool:
    """Whether all the digits together pass the Luhn check."""
    return _sums(digits.translate(_VALUES), len(digits) % 2)[-1] % 10 == 0
