"""The router: finds the operations of a raw path.

The path is split before it is percent-decoded, so a segment may contain any character, a slash too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from heliograph.wire.operations import AnyOperation

NEVER_FOUND = ""
"""Replaces text that the database cannot hold. It is looked up like any other, and found nowhere."""
# A number, because `b"%" in raw` raises and catches a TypeError before it searches.
_PERCENT = ord("%")


@dataclass(slots=True)
class Node:
    """A node in the tree of paths."""

    children: dict[bytes, Node] = field(default_factory=dict)
    parameter: Node | None = None
    operations: dict[str, AnyOperation] = field(default_factory=dict)


class Router:
    """The tree of paths of all operations."""

    def __init__(self, operations: Iterable[AnyOperation]) -> None:
        self._root = Node()
        for operation in operations:
            for path in (operation.path, *operation.aliases):
                self._add(path, operation)

    def _add(self, path: str, operation: AnyOperation) -> None:
        node = self._root
        for segment in path.strip("/").split("/"):
            if segment.startswith("{"):
                node.parameter = node = node.parameter or Node()
            else:
                node = node.children.setdefault(segment.encode(), Node())
        node.operations[operation.method] = operation

    def find(self, raw_path: bytes) -> tuple[Node, list[str]] | None:
        """The node of a path, and the values of its parameters in order; None if no operation has the path."""
        node = self._root
        values: list[str] = []
        # Some clients send //v2/… because their base URL ends in a slash; some add a slash at the end.
        for raw in raw_path.strip(b"/").split(b"/"):
            child = node.children.get(raw)
            if child is None and _PERCENT in raw:
                child = node.children.get(unquote_to_bytes(raw))
            if child is None:
                if (child := node.parameter) is None:
                    return None
                values.append(decode_segment(raw))
            node = child
        return node, values


def decode_segment(raw: bytes) -> str:
    """The text of a path segment; NEVER_FOUND if it is not text that can be looked up."""
    try:
        text = unquote_to_bytes(raw).decode() if _PERCENT in raw else raw.decode()
    except UnicodeDecodeError:
        return NEVER_FOUND
    return NEVER_FOUND if "\0" in text else text
