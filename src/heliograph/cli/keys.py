"""`heliograph keys`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from heliograph.cli.options import database_option, in_store, json_option, print_json
from heliograph.errors import UsageError
from heliograph.wire import times

if TYPE_CHECKING:
    from heliograph.storage.rows.keys import StoredKey

NAME_LENGTH = 100


@click.group()
def keys() -> None:
    """List, create and revoke API keys."""


@keys.command("list")
@database_option
@json_option
def list_keys(url: str, as_json: bool) -> None:
    """List all API keys with the time of their last use, without their secrets."""
    from heliograph.storage.rows import keys as key_rows

    stored = in_store(url, lambda store: store.read(key_rows.every))
    if as_json:
        print_json([_record(key) for key in stored])
        return
    for key in stored:
        used = times.optional_text(key.last_used) or "never used"
        click.echo(f"{key.id}  {key.scope:7}  {key.app_id or '-':24}  {used:24}  {key.display_name}")


def _record(key: StoredKey) -> dict[str, str | None]:
    return {
        "id": key.id,
        "scope": key.scope,
        "appId": key.app_id,
        "displayName": key.display_name,
        "lastUsedAt": times.optional_text(key.last_used),
    }


@keys.command("create")
@click.option("--app", "app_id", help="Create a key of this app.")
@click.option("--account", is_flag=True, help="Create a key of the account, which has access to all apps.")
@click.option("--name", default="Key", show_default=True, help="Display name of the key.")
@database_option
@json_option
def create_key(app_id: str | None, account: bool, name: str, url: str, as_json: bool) -> None:
    """Create an API key, and print its id and secret."""
    from heliograph.domain import keys as verbs

    if account == (app_id is not None):
        raise UsageError("keys create requires either --app APP_ID or --account")
    if not 1 <= len(name) <= NAME_LENGTH:
        raise UsageError(f"--name should have 1 to {NAME_LENGTH} characters")
    key = in_store(
        url, lambda store: verbs.create(store, app_id, name) if app_id else verbs.create_for_account(store, name)
    )
    if as_json:
        print_json(key)
    else:
        click.echo(f"{key.id}  {key.secret}")


@keys.command("revoke")
@click.argument("key_id")
@database_option
def revoke_key(key_id: str, url: str) -> None:
    """Revoke an API key. A running server rejects it within a second."""
    from heliograph.storage.rows import keys as key_rows

    if not in_store(url, lambda store: store.write(key_rows.remove, key_id)):
        raise UsageError(f"key {key_id} not found")
    click.echo(f"revoked {key_id}")
