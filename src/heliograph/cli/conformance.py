"""`heliograph conformance`: check a server against the rules of the API, from outside."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

import click

from heliograph.errors import UsageError

if TYPE_CHECKING:
    from heliograph.conformance.receiver import Receiver
    from heliograph.conformance.session import Session

ALL_PASSED, FAILURES, UNREACHABLE, INTERRUPTED = 0, 1, 3, 130
_FILE = click.File("wb", lazy=False)


@click.command()
@click.option("--url", envvar="HELIOGRAPH_URL", help="URL of the server, without /v2.")
@click.option("--app", "app_id", help="Id of an app that is used for nothing else.")
@click.option("--key-id", envvar="HELIOGRAPH_KEY_ID", help="Id of a key of the app.")
@click.option("--key-secret", envvar="HELIOGRAPH_KEY_SECRET", help="Secret of the key.")
@click.option("--account-key-id", envvar="HELIOGRAPH_ACCOUNT_KEY_ID", help="Id of an account key.")
@click.option("--account-key-secret", envvar="HELIOGRAPH_ACCOUNT_KEY_SECRET", help="Secret of the account key.")
@click.option("--webhook-url", help="URL by which the server reaches the webhook endpoint of this command.")
@click.option("--listen", metavar="HOST:PORT", help="Where the webhook endpoint listens.")
@click.option("--only", multiple=True, metavar="PATTERN", help="Only checks with such a number; repeatable.")
@click.option("--list", "listing", is_flag=True, help="List the checks instead of running them.")
@click.option("--requests-per-second", type=click.FloatRange(0, min_open=True), help="Most requests per second.")
@click.option("--slow", is_flag=True, help="Run checks that take long, too.")
@click.option("--keep", is_flag=True, help="Keep what the checks create.")
@click.option("--json", "json_file", type=_FILE, help="Write the results as JSON to this file.")
@click.option("--junit", type=_FILE, help="Write the results as JUnit XML to this file.")
@click.option("--record", type=_FILE, help="Write what was observed to this file, without ids and secrets.")
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
    from heliograph.conformance.session import Session

    given = {"pace": options["requests_per_second"], "slow": options["slow"]}
    session = Session(**_credentials(options), receiver=_receiver(options), **given)
    try:
        session.begin()
        interrupted = session.run(checks, click.echo, keep=options["keep"])
    except NoResponse as error:
        click.echo(f"heliograph: cannot reach {options['url']}: {error}", err=True)
        return UNREACHABLE
    finally:
        session.close()
    _write(session, options)
    return INTERRUPTED if interrupted else FAILURES if session.failed else ALL_PASSED


def _credentials(options: dict[str, Any]) -> dict[str, Any]:
    """The options about the server and the keys.

    Raises:
        UsageError: a required one is missing.
    """
    required = {"--url": "url", "--app": "app_id", "--key-id": "key_id", "--key-secret": "key_secret"}
    missing = [option for option, name in required.items() if not options[name]]
    if missing:
        raise UsageError(f"missing {', '.join(missing)}")
    account = (options["account_key_id"], options["account_key_secret"])
    if any(account) and not all(account):
        raise UsageError("--account-key-id and --account-key-secret belong together")
    _require_url("--url", options["url"])
    if options["webhook_url"]:
        _require_url("--webhook-url", options["webhook_url"])
    key = (options["key_id"], options["key_secret"])
    return {
        "url": options["url"],
        "app_id": options["app_id"],
        "key": key,
        "account": account if all(account) else None,
    }


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
    """The webhook endpoint: where `--listen` says, or on a free port if the server is on this machine."""
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


def _write(session: Session, options: dict[str, Any]) -> None:
    """Write the reports for which there are files."""
    reports: dict[str, IO[bytes] | None] = {name: options[name] for name in ("json_file", "junit", "record")}
    if file := reports["json_file"]:
        file.write(session.json())
    if file := reports["junit"]:
        file.write(session.junit())
    if file := reports["record"]:
        file.writelines(session.record())
