"""Every setting of the server: one field, one option of `heliograph serve`, one environment variable `HELIOGRAPH_*`."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

DEFAULT_DATABASE = "sqlite:///heliograph.db"


def _setting(
    default: Any, about: str, *, choices: tuple[str, ...] = (), least: int = 0, most: int | None = None
) -> Any:
    return field(default=default, metadata={"about": about, "choices": choices, "least": least, "most": most})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a server is started with. The field `log_format` is `--log-format` and `HELIOGRAPH_LOG_FORMAT`."""

    host: str = _setting("127.0.0.1", "Address to listen on; 0.0.0.0 for every interface.")
    port: int = _setting(8080, "Port to listen on; 0 picks a free one.", most=65535)
    database: str = _setting(
        DEFAULT_DATABASE,
        "Database URL: sqlite:///relative.db, sqlite:////absolute.db, sqlite:///:memory: or "
        "postgresql://user@host/database.",
    )
    database_connections: int = _setting(8, "Connections to PostgreSQL that each process may open.", least=2)
    workers: int = _setting(1, "Server processes. SQLite serves from one.", least=1)
    root_path: str = _setting("", "A prefix at which the API answers too, such as /sc.")
    public_url: str = _setting(
        "",
        "URL at which callers reach the server, such as https://chat.example.com/sc; links begin with it.",
    )
    trusted_proxies: str = _setting(
        "loopback",
        "Proxies whose X-Forwarded-* and Forwarded headers are believed: addresses and networks, separated by commas, "
        "loopback, or * for every peer.",
    )
    sandbox: bool = _setting(True, "Make a sandbox app with keys when the database is empty.")
    participant_limit: int = _setting(1000, "Participants a conversation may have.", least=1)
    require_subscribe_sdk_client: bool = _setting(
        True, "Refuse to add a participant to an sdkGroup conversation without subscribeSDKClient."
    )
    delivery: bool = _setting(
        True, "Call webhooks from the server's own processes; without it, run `heliograph deliver`."
    )
    webhook_allowed_networks: str = _setting(
        "auto",
        "Networks, separated by commas, in which webhooks may be called though they are not public, and by http too: "
        "auto, none, loopback, 10.1.0.0/16 …",
    )
    keep_days: int = _setting(7, "Days for which events and finished deliveries are kept.", least=1)
    log_format: str = _setting("console", "Form of the log lines on standard error.", choices=("console", "json"))
    log_level: str = _setting(
        "info", "Least severe level that is logged.", choices=("debug", "info", "warning", "error")
    )
    grace_seconds: int = _setting(30, "How long a stopping server waits for requests in flight.")


def is_loopback(host: str) -> bool:
    """Whether an address to listen on can be reached from this machine only."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def environment_variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"HELIOGRAPH_{name.upper()}"
