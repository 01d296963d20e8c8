"""`heliograph conformance`: check a server against the rules of the API, from outside."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

import click

from heliograph.cli.connecting import connection, connection_options
from heliograph.errors import UsageError

if TYPE_CHECKING:
    from heliograph.conformance.receiver import Receiver
    from heliograph.conformance.runner import CheckRunner

ALL_PASSED, FAILURES, UNREACHABLE, INTERRUPTED = 0, 1, 3, 130
_FILE = click.File("wb", lazy=False)


@click.command()
@connection_options
@click.option("--account-key-id", help="Id of an account key; by default, that of a local `heliograph dev`.")
@click.option("--account-key-secret", help="Secret of the account key; prefer HELIOGRAPH_ACCOUNT_KEY_SECRET.")
@click.option("--webhook-url", help="URL by which the server reaches the webhook endpoint of this command.")
@click.option("--listen", metavar="HOST:PORT", help="Address and port at which the webhook endpoint listens.")
@click.option("--only", multiple=True, metavar="PATTERN", help="Only matching checks, such as `bulk.*`; repeatable.")
@click.option("--list", "listing", is_flag=True, help="List the checks instead of running them.")
@click.option("--requests-per-second", type=click.FloatRange(0, min_open=True), help="Maximum requests per second.")
@click.option("--slow", is_flag=True, help="Also run slow checks.")
@click.option("--keep", is_flag=True, help="Do not delete what the checks create.")
@click.option("--json", "json_file", type=_FILE, help="Write the results as JSON to this file.")
@click.option("--junit", type=_FILE, help="Write the results as JUnit XML to this file.")
@click.option("--record", type=_FILE, help="Write all requests and responses to this file, without ids and secrets.")
def conformance(listing: bool, only: tuple[str, ...], **options: Any) -> int:
    """Check a server of the API from outside: every operation, and every rule of docs/behaviour.md.

    Creates users, conversations and integrations in the app, and deletes them. The exit status is 0 if all checks
    passed, 1 if some failed, 2 for a usage error, and 3 if the server cannot be reached.
    """
    from heliograph.conformance.catalogue import selected
    from heliograph.conformance.reports import line_of

    checks = selected(only)
    if not checks:
        raise UsageError(f"--only {' '.join(only)} matches no check; --list shows all of them")
    if listing:
        for check in checks:
            click.echo(line_of(check))
        return ALL_PASSED
    return _run(checks, options)


def _run(checks: list[Any], options: dict[str, Any]) -> int:
    from heliograph.conformance.caller import NoResponse
    from heliograph.conformance.runner import CheckRunner

    given = {"pace": options["requests_per_second"], "slow": options["slow"]}
    runner = CheckRunner(**_credentials(options), receiver=_receiver(options), **given)
    try:
        runner.begin()
        interrupted = runner.run(checks, click.echo, keep=options["keep"])
    except NoResponse as error:
        click.echo(f"heliograph: cannot reach {options['url']}: {error}", err=True)
        return UNREACHABLE
    finally:
        runner.close()
    _write(runner, options)
    return INTERRUPTED if interrupted else FAILURES if runner.failed else ALL_PASSED


def _credentials(options: dict[str, Any]) -> dict[str, Any]:
    """The server and the keys that the options name. Missing options default to a local `heliograph dev`.

    Raises:
        UsageError: a key is unknown, or a URL is not valid.
    """
    _require_url("--url", options["url"])
    if options["webhook_url"]:
        _require_url("--webhook-url", options["webhook_url"])
    to = connection(*(options[name] for name in ("url", "app_id", "key_id", "key_secret")))
    id, secret = options["account_key_id"], options["account_key_secret"]
    if not id and not secret:
        id, secret = to.account_key_id, to.account_key_secret
    if bool(id) != bool(secret):
        raise UsageError("--account-key-id and --account-key-secret belong together")
    account = (id, secret) if id else None
    return {"url": to.url, "app_id": to.app_id, "key": (to.key_id, to.key_secret), "account": account}


def _require_url(option: str, url: str) -> None:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise UsageError(f"{option} should be a URL that begins with http:// or https://, not {url!r}")


def _receiver(options: dict[str, Any]) -> Receiver | None:
    """The webhook endpoint: at the address of `--listen`, or at a free port if the server is on this machine."""
    from urllib.parse import urlsplit

    from heliograph.conformance.receiver import Receiver
    from heliograph.conformance.site import is_loopback

    listen, public = options["listen"], options["webhook_url"]
    if public and not listen:
        raise UsageError("--webhook-url needs --listen HOST:PORT")
    if not listen:
        return Receiver("127.0.0.1", 0, None) if is_loopback(urlsplit(options["url"]).hostname or "") else None
    host, _, port = listen.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise UsageError(f"--listen should be HOST:PORT, not {listen!r}")
    try:
        return Receiver(host.strip("[]"), int(port), public)
    except OSError as error:
        raise UsageError(f"cannot listen on {listen}: {error}") from None


def _write(runner: CheckRunner, options: dict[str, Any]) -> None:
    """Write the reports that were requested."""
    reports: dict[str, IO[bytes] | None] = {name: options[name] for name in ("json_file", "junit", "record")}
    if file := reports["json_file"]:
        file.write(runner.json())
    if file := reports["junit"]:
        file.write(runner.junit())
    if file := reports["record"]:
        file.writelines(runner.record())
