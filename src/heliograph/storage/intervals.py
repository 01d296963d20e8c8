"""Intervals of time in an index, which finds the intervals that contain a time without reading the others.

This is the relational interval tree of Kriegel, Pötke and Seidl (2000). The numbers are the nodes of a virtual binary
tree, in which a node with more trailing zeros is higher. An interval is stored at the highest node in it. The intervals
that contain a time are at the ancestors of the time: at an ancestor up to the time, these are the intervals that end
after the time, and at a later ancestor the intervals that begin before it. So an index on the node and the end, or the
beginning, finds them.
"""

from __future__ import annotations

_LEVELS = 42
"""Levels of the tree: enough for the milliseconds that an id can have."""
NO_TIME = 0
"""The node of an empty interval."""


def node_of(first: int, end: int) -> int:
    """The node at which the interval from `first` to before `end` is stored."""
    last = end - 1
    if last < first:
        return NO_TIME
    level = ((first - 1) ^ last).bit_length() - 1
    return last >> level << level


def ancestors_of(moment: int) -> list[int]:
    """The nodes of all intervals that contain a time. Some of the nodes may have no interval."""
    return [(moment >> level + 1 << level + 1) | 1 << level for level in range(_LEVELS)]
