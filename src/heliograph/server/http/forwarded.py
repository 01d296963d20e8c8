"""Parses the `Forwarded` header (RFC 7239), and the addresses in it and in `X-Forwarded-For`."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

UNIX = "unix:"
"""The address of a peer connected through a Unix socket, as nginx writes it."""
_LENGTH = 8192
_NODE_LENGTH = 64
# Repetitions are possessive, because backtracking over blanks would take quadratic time.
# Values that must be quoted, such as [::1] or a host with a port, often are not, so both forms are accepted.
_PAIR = re.compile(
    r"""[ \t]*+(?:(?P<name>[\w!#$%&'*+.^`|~-]++)=(?:"(?P<quoted>(?:[^"\\]|\\.)*+)"|(?P<plain>[^\s";,]++)))?[ \t]*+"""
    r"""(?P<end>[;,]|\Z)""",
    re.ASCII,
)
_ESCAPED = re.compile(r"\\(.)")

Element = dict[str, str]


def parse(text: str) -> list[Element]:
    """The elements of the header, outermost proxy first, with parameter names in lower case.

    An invalid header has no elements: a client may have broken it on purpose, with a quote that swallows what a proxy
    appended.
    """
    if len(text) > _LENGTH:
        return []
    elements: list[Element] = []
    element: Element = {}
    position = 0
    while position <= len(text):
        pair = _PAIR.match(text, position)
        if pair is None or (pair["name"] or "").lower() in element:
            return []
        if pair["name"]:
            quoted = pair["quoted"]
            element[pair["name"].lower()] = pair["plain"] if quoted is None else _ESCAPED.sub(r"\1", quoted)
        if pair["end"] != ";" and element:
            elements.append(element)
            element = {}
        position = pair.end() if pair["end"] else len(text) + 1
    return elements


@lru_cache(maxsize=1024)
def _address_of(node: str) -> str | None:
    if node == UNIX:
        return UNIX
    if node.startswith("["):
        node = node[1:].partition("]")[0]
    elif node.count(":") == 1:
        node = node.partition(":")[0]
    try:
        address = ip_address(node.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return str(address)


def address_of(node: str) -> str | None:
    """The normalized address of a node, without its port; None for `unknown` and other names."""
    return _address_of(node) if len(node) <= _NODE_LENGTH else None
