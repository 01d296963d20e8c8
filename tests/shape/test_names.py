"""A class name has one meaning in the package."""

from __future__ import annotations

import ast
from collections import Counter

from tests.shape.test_shape import ROOT

PACKAGE = ROOT / "src/heliograph"
MIRRORS = ("client/_generated", "compat")
"""Below these, classes have the names of wire types or of the official library."""
TWINS = {
    "an object of `heliograph.testing`, named like what it stands for in the API": {
        "App",
        "Conversation",
        "Event",
        "Inbox",
        "Message",
        "User",
        "Webhook",
    },
    "a model of the client that is not generated, for the wire type of this name": {
        "Delivery",
        "Listener",
        "ListenerListResponse",
        "MembersProgress",
        "MembersSummary",
    },
    "a public name of the client, and a type of the API": {"Attempt", "Client"},
    "the event stream as the client reads it, and as an operation declares it": {"EventStream"},
    "a field of the client's models, and a field of a form in the API": {"Field"},
    "the API as the client calls it, and as the server serves it": {"Api"},
    "open connections to one server: of HTTP, and of PostgreSQL": {"Pool"},
}
"""By reason, the names that two classes have."""


def test_a_class_name_is_used_once() -> None:
    """Name a new class with a qualified term, such as `RetentionMark`, or add its name to `TWINS` with a reason."""
    names = Counter(
        node.name
        for path in PACKAGE.rglob("*.py")
        if not path.relative_to(PACKAGE).as_posix().startswith(MIRRORS)
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef)
    )
    assert {name: count for name, count in names.items() if count > 1} == dict.fromkeys(set().union(*TWINS.values()), 2)
