"""Reads seed files: TOML or JSON, with one app or several."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from heliograph import ids
from heliograph.errors import ApiError, BadRequest, UsageError
from heliograph.sandbox.seeds import is_secret
from heliograph.wire import times
from heliograph.wire.seeds import SeedBody

_PLACE = re.compile(r"(user|conversation|integration)\[(\d+)\]")
_KEY_ID = re.compile(r"app_[0-9a-f]{24}\Z")


class KeySeed(Struct, forbid_unknown_fields=True):
    """The key of a seeded app."""

    id: str
    secret: str


class AppSeed(Struct):
    """An app of a seed file, with its id and its key, if the file has them."""

    body: SeedBody
    id: str | None = None
    key: KeySeed | None = None


class SeedFile(Struct):
    """A seed file, with its text for error messages."""

    name: str
    text: str
    apps: list[AppSeed]

    @property
    def has_secrets(self) -> bool:
        """Whether the file contains a secret, which is then the same on every machine."""
        return any(app.key or "secret" in str(app.body.integration) for app in self.apps)

    def located(self, error: ApiError, number: int) -> UsageError:
        """The error of an invalid object of the app with this number, with the file and the line of the object."""
        line = None
        if found := _PLACE.match(error.titles[0]):
            before = sum(len(getattr(app.body, found[1]) or []) for app in self.apps[:number])
            line = self._line(found[1], before + int(found[2]))
        return UsageError(f"{self.name}{f':{line}' if line else ''}: {'; '.join(error.titles)}")

    def _line(self, table: str, number: int) -> int | None:
        """The line of the n-th table of this name, if it has a header, which only TOML has."""
        headers = re.compile(rf"^[ \t]*\[\[(?:app\.)?{table}\]\]", re.MULTILINE)
        found = list(headers.finditer(self.text))
        return self.text.count("\n", 0, found[number].start()) + 1 if number < len(found) else None


def read(path: Path) -> SeedFile:
    """Read a seed file.

    Raises:
        UsageError: it cannot be read, or is not a seed.
    """
    try:
        return parse(str(path), path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeError) as error:
        raise UsageError(f"{path}: {error}") from None


def parse(name: str, text: str) -> SeedFile:
    """The seed in a text: JSON if it begins with a brace, otherwise TOML.

    Raises:
        UsageError: it is not a seed.
    """
    try:
        content = msgspec.json.decode(text) if text.lstrip().startswith("{") else tomllib.loads(text)
        apps = [_app(table) for table in _apps(content)]
        _require_distinct("app.id", [app.id for app in apps])
        _require_distinct("app.key.id", [app.key.id if app.key else None for app in apps])
    except RecursionError:
        raise UsageError(f"{name}: values are nested too deeply") from None
    except (ValueError, BadRequest) as error:  # those of tomllib and msgspec are ValueErrors
        raise UsageError(f"{name}: {error}") from None
    return SeedFile(name, text, apps)


def _apps(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The tables of the apps. With a single app, its objects may be outside of its table."""
    outside = {name: value for name, value in content.items() if name != "app"}
    match content.get("app", {}):
        case dict() as app:
            yield {**app, **outside}
        case [dict(), *rest] as apps if all(isinstance(one, dict) for one in rest):
            if outside:
                name = min(outside)
                raise BadRequest(f"with several apps, {name} should be app.{name}")
            yield from apps
        case _:
            raise BadRequest("app should be a table, or an array of tables")


def _require_distinct(what: str, values: Sequence[str | None]) -> None:
    given = [one for one in values if one is not None]
    if len(set(given)) < len(given):
        raise BadRequest(f"two apps have the same {what}")


def _app(table: dict[str, Any]) -> AppSeed:
    rest = dict(table)
    id, key = rest.pop("id", None), rest.pop("key", None)
    if id is not None and not (isinstance(id, str) and ids.is_id(id) and ids.milliseconds(id) <= times.now()):
        # Ids ascend with time: the objects in an app have greater ids than the app.
        raise BadRequest("app.id should be 24 lowercase hex characters, and less than the ids of today")
    found = None if key is None else msgspec.convert(key, KeySeed)
    if found is not None and not (_KEY_ID.match(found.id) and is_secret(found.secret)):
        raise BadRequest(
            "app.key should have an id of app_ and 24 lowercase hex characters, and a secret of printable characters"
        )
    if unknown := sorted(rest.keys() - set(SeedBody.__struct_encode_fields__)):
        raise BadRequest(f"unknown field {unknown[0]}")
    return AppSeed(msgspec.convert(rest, SeedBody), id, found)
