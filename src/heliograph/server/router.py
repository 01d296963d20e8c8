"""From a raw path to the operations that live there.

The path is split before it is percent-decoded, so a segment may hold any character, a slash too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from heliograph.wire.operations import AnyOperation

# Nothing in the database has an empty name, so an empty segment is never found.
NOBODY = ""


@dataclass(slots=True)
class Node:
    """A place in the tree of paths."""

    children: dict[bytes, Node] = field(default_factory=dict)
    parameter: Node | None = None
    operations: dict[str, AnyOperation] = field(default_factory=dict)


class Router:
    """The tree of the paths of the operations, those that are not offered among them."""

    def __init__(self, operations: Iterable[AnyOperation]) -> None:
        self._root = Node()
        for operation in operations:
            self._add(operation)

    def _add(self, operation: AnyOperation) -> None:
        node = self._root
        for segment in operation.path.strip("/").split("/"):
            if segment.startswith("{"):
                node.parameter = node = node.parameter or Node()
            else:
                node = node.children.setdefault(segment.encode(), Node())
        node.operations[operation.method] = operation

    def find(self, raw_path: bytes) -> tuple[Node, list[str]] | None:
        """The place of a path, and the values of its parameters in order; None where there is no such place."""
        node = self._root
        values: list[str] = []
        # Some clients send //v2/… for a base URL that ends in a slash, some a slash at the end.
        for raw in raw_path.strip(b"/").split(b"/"):
            child = node.children.get(unquote_to_bytes(raw) if b"%" in raw else raw)
            if child is None:
                if (child := node.parameter) is None:
                    return None
                values.append(decode_segment(raw))
            node = child
        return node, values


def decode_segment(raw: bytes) -> str:
    """The text of a path segment; NOBODY where it cannot be the name of anything."""
    try:
        text = unquote_to_bytes(raw).decode() if b"%" in raw else raw.decode()
    except UnicodeDecodeError:
        return NOBODY
    return NOBODY if "\0" in text else text
