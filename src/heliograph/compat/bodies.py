"""The bodies of the official client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import msgspec

from heliograph.client.arguments import snake


class Body:
    """Fields by their names in snake case or in the API, or another body that is wrapped. Unset ones are None."""

    def __init__(self, actual_instance: Body | None = None, /, **fields: Any) -> None:
        vars(self).update(vars(actual_instance) if actual_instance is not None else {})
        for name, value in fields.items():
            setattr(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        vars(self)[snake(name)] = value

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return vars(self).get(snake(name))

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Self:
        """The body with these fields."""
        return cls(**fields)

    def to_dict(self) -> dict[str, Any]:
        """The fields that were set."""
        return {name: plain(value) for name, value in vars(self).items() if value is not None}

    def to_json(self) -> str:
        """The fields that were set, as JSON."""
        return msgspec.json.encode(self.to_dict()).decode()

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"


def plain(value: Any) -> Any:
    """A body as a dict, and bodies in lists too."""
    if isinstance(value, Body):
        return {name: plain(each) for name, each in vars(value).items()}
    return [plain(each) for each in value] if isinstance(value, list) else value


class ParticipantJoinBody(Body):
    """A user to add."""


class ParticipantLeaveBodyUserId(Body):
    """Who leaves, by user id."""


class ParticipantLeaveBodyUserExternalId(Body):
    """Who leaves, by external id."""


class ParticipantLeaveBodyParticipantId(Body):
    """Who leaves, by participant id."""


class ParticipantLeaveBody(Body):
    """Who leaves, in one of three ways: around one of the three classes, or by itself."""


class ParticipantWithUserId(Body):
    """A user to begin with, by id."""


class ParticipantWithUserExternalId(Body):
    """A user to begin with, by external id."""


class ParticipantSubSchema(Body):
    """A user to begin with, around one of the two classes, or by itself."""


class ConversationCreateBody(Body):
    """A conversation to create."""


class ConversationUpdateBody(Body):
    """What to change of a conversation."""


class ConversationListFilter(Body):
    """Whose conversations to list."""


class UserCreateBody(Body):
    """A user to create."""


class UserUpdateBody(Body):
    """What to change of a user."""


class Profile(Body):
    """What is known of a person."""


class AppKeyCreateBody(Body):
    """A key to create."""


class Page(Body):
    """Which part of a list is wanted."""
