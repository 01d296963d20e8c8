"""The settings of the server: each field is an option of `heliograph serve` and an environment variable."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

DEFAULT_DATABASE = "sqlite:///heliograph.db"
IN_MEMORY = "sqlite:///:memory:"


def _setting(
    default: Any, about: str, *, choices: tuple[str, ...] = (), least: int = 0, most: int | None = None
) -> Any:
    return field(default=default, metadata={"about": about, "choices": choices, "least": least, "most": most})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of a server. For example, `log_format` is `--log-format` and `HELIOGRAPH_LOG_FORMAT`."""

    host: str = _setting("127.0.0.1", "Address to listen on; 0.0.0.0 for every interface.")
    port: int = _setting(8080, "Port to listen on; 0 picks a free one.", most=65535)
    database: str = _setting(
        DEFAULT_DATABASE,
        "Database URL: sqlite:///relative.db, sqlite:////absolute.db, sqlite:///:memory: or "
        "postgresql://user@host/database.",
    )
    database_connections: int = _setting(4, "Maximum number of connections to PostgreSQL for each process.", least=2)
    workers: int = _setting(1, "Number of server processes. SQLite allows one.", least=1)
    root_path: str = _setting("", "Path prefix at which the API is served as well, such as /sc.")
    public_url: str = _setting(
        "",
        "URL at which clients reach the server, such as https://chat.example.com/sc; links begin with it.",
    )
    trusted_proxies: str = _setting(
        "loopback",
        "Proxies whose X-Forwarded-* and Forwarded headers are trusted: addresses and networks, separated by commas, "
        "loopback, unix: for Unix sockets, or * for every peer.",
    )
    sandbox: bool = _setting(True, "Create a sandbox app with keys when the database is empty.")
    participant_limit: int = _setting(1000, "Maximum number of participants of a conversation.", least=1)
    require_subscribe_sdk_client: bool = _setting(
        True, "Refuse to add a participant to an sdkGroup conversation without subscribeSDKClient."
    )
    delivery: bool = _setting(
        True, "Call webhooks from the server's own processes; without it, run `heliograph deliver`."
    )
    webhook_allowed_networks: str = _setting(
        "auto",
        "Networks that webhooks may call over http or https, in addition to public addresses over https: auto, none, "
        "or a list such as loopback,private,100.64.0.0/10.",
    )
    stand_ins: str = _setting(
        "auto",
        "Offer stand-ins for integrations with services of others, which are never called: yes, no, or auto, for a "
        "server on a loopback address with a SQLite database.",
        choices=("auto", "yes", "no"),
    )
    sandbox_tools: str = _setting(
        "auto",
        "Offer the tools for tests below /heliograph/v1/apps/{appId}/sandbox: yes, no, or auto, for a server on a "
        "loopback address with a SQLite database and without --public-url.",
        choices=("auto", "yes", "no"),
    )
    console: str = _setting(
        "auto",
        "Offer sign-in to the console: yes, no, or auto, for a server with sandbox tools.",
        choices=("auto", "yes", "no"),
    )
    console_contents: str = _setting(
        "yes",
        "Show the contents of messages in the console: yes, or no for their types and sizes only.",
        choices=("yes", "no"),
    )
    strict_control: bool = _setting(
        False, "Respond with status 400 to a control call that fails; its failure event is recorded with either value."
    )
    attachments: str = _setting(
        "database",
        "Where the files of attachments are stored: database, or an object store such as s3://bucket/prefix.",
    )
    attachment_limit_mb: int = _setting(50, "Maximum size of an attachment in MB of 1,048,576 bytes.", least=1)
    attachment_extensions: str = _setting(
        "default",
        "Extensions of files that may be uploaded, separated by blanks; default for those of the API's documentation, "
        "or * for all.",
    )
    private_attachments: bool = _setting(
        False, "Require a credential of the app to download an attachment. Without it, its URL is enough."
    )
    fetch_media: bool = _setting(
        False,
        "Read the first bytes of the files that messages show from other servers, and refuse messages with files "
        "of other types than attachments may have.",
    )
    subdomain: str = _setting("", "Subdomain of the server, which GetTokenInfo returns to OAuth clients.")
    keep_days: int = _setting(7, "Days to keep events, settled deliveries and messages to stand-ins.", least=1)
    history_days: int = _setting(
        0, "Days to keep memberships in the history after they have ended; 0 to keep them for ever.", least=0
    )
    idempotency_hours: int = _setting(
        24, "Hours for which the response to a request with an idempotency key is stored for retries.", least=1
    )
    record_requests: int = _setting(
        0,
        "Record requests and responses with their bodies, and keep this number of the newest for each app; 0 for none.",
        most=100_000,
    )
    log_format: str = _setting("console", "Format of the log lines on standard error.", choices=("console", "json"))
    log_level: str = _setting("info", "Minimum level of log lines.", choices=("debug", "info", "warning", "error"))
    grace_seconds: int = _setting(30, "Seconds to wait for requests in flight when the server stops.")


@lru_cache(maxsize=8)  # called for each message
def is_loopback(host: str) -> bool:
    """Whether an address to listen on is reachable only from this machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def environment_variable(name: str) -> str:
    """The name of the environment variable for a setting."""
    return f"HELIOGRAPH_{name.upper()}"
