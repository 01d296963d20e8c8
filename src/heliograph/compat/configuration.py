"""The configuration class of the official library: host, credentials, TLS and proxies."""

from __future__ import annotations

import base64
import copy
import logging
import os
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

from heliograph._version import __version__
from heliograph.compat.exceptions import ApiValueError

if TYPE_CHECKING:
    import ssl

    import httpx

__all__ = ["Configuration"]

DEFAULT_HOST = "https://api.smooch.io"
_HOSTS = (
    {"url": DEFAULT_HOST, "description": "United States"},
    {"url": "https://api.eu-1.smooch.io", "description": "European Union"},
)


class Configuration:
    """Host and credentials. A bearer token takes precedence over user name and password.

    Settings are read for each request, those of TLS and proxies only for the first one. Other settings of the official
    class are accepted and have no effect.
    """

    _default: ClassVar[Configuration | None] = None

    def __init__(
        self,
        host: str | None = None,
        api_key: dict[str, str] | None = None,
        api_key_prefix: dict[str, str] | None = None,
        username: str | None = None,
        password: str | None = None,
        access_token: str | bool | None = None,
        *others: Any,
        ssl_ca_cert: str | None = None,
        ca_cert_data: str | bytes | None = None,
        retries: Any = None,
        debug: bool | None = None,
        **more: Any,
    ) -> None:
        self.host = host or DEFAULT_HOST
        self.api_key = api_key or {}
        self.api_key_prefix = api_key_prefix or {}
        self.refresh_api_key_hook: Callable[[Configuration], object] | None = None
        self.username = username
        self.password = password
        # In releases before 17 this position is `discard_unknown_keys`, a boolean.
        self.access_token = access_token if isinstance(access_token, str) else None
        self.verify_ssl = True
        self.ssl_ca_cert = ssl_ca_cert
        self.ca_cert_data = ca_cert_data
        self.cert_file: str | None = None
        self.key_file: str | None = None
        self.assert_hostname: bool | None = None
        self.proxy: str | None = None
        self.proxy_headers: Mapping[str, str] | None = None
        self.retries = retries
        self.connection_pool_maxsize = (os.cpu_count() or 1) * 5
        self.client_side_validation = True
        self.safe_chars_for_path_param = ""
        self.logger = {"package_logger": logging.getLogger("heliograph.client")}
        self._debug = False
        vars(self).update(more)
        if debug is not None:
            self.debug = debug

    @property
    def debug(self) -> bool:
        """Whether attempts are logged at level DEBUG, without credentials and contents."""
        return self._debug

    @debug.setter
    def debug(self, value: bool) -> None:
        self._debug = value
        self.logger["package_logger"].setLevel(logging.DEBUG if value else logging.WARNING)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        copied = type(self).__new__(type(self))
        memo[id(self)] = copied
        vars(copied).update(
            {name: value if name == "logger" else copy.deepcopy(value, memo) for name, value in vars(self).items()}
        )
        return copied

    @classmethod
    def set_default(cls, default: Configuration | None) -> None:
        """Set the configuration that `get_default` returns and that clients without a configuration use."""
        cls._default = copy.deepcopy(default)

    @classmethod
    def get_default_copy(cls) -> Configuration:
        """A copy of the default configuration."""
        return cls() if cls._default is None else copy.deepcopy(cls._default)

    @classmethod
    def get_default(cls) -> Configuration:
        """The default configuration."""
        if cls._default is None:
            cls._default = cls()
        return cls._default

    def get_api_key_with_prefix(self, identifier: str, alias: str | None = None) -> str | None:
        """An API key with its prefix. The API uses no such keys."""
        if self.refresh_api_key_hook is not None:
            self.refresh_api_key_hook(self)
        key = self.api_key.get(identifier, self.api_key.get(alias or identifier))
        prefix = self.api_key_prefix.get(identifier)
        return f"{prefix} {key}" if key and prefix else key

    def get_basic_auth_token(self) -> str:
        """The `Authorization` header for user name and password."""
        return "Basic " + base64.b64encode(f"{self.username or ''}:{self.password or ''}".encode()).decode()

    def auth_settings(self) -> dict[str, dict[str, str]]:
        """The configured credentials, as headers."""
        where = {"in": "header", "key": "Authorization"}
        settings = {}
        if self.username is not None and self.password is not None:
            settings["basicAuth"] = {"type": "basic", **where, "value": self.get_basic_auth_token()}
        if self.access_token:
            token = f"Bearer {self.access_token}"
            settings["bearerAuth"] = {"type": "bearer", "format": "JWT", **where, "value": token}
        return settings

    def header(self, now: float) -> str:
        """The `Authorization` header for the current credentials."""
        if self.refresh_api_key_hook is not None:
            self.refresh_api_key_hook(self)
        return f"Bearer {self.access_token}" if self.access_token else self.get_basic_auth_token()

    def to_debug_report(self) -> str:
        """The versions, for a bug report."""
        return f"OS: {sys.platform}\nPython: {sys.version}\nheliograph: {__version__}"

    def get_host_settings(self) -> list[dict[str, str]]:
        """The hosts of the hosted service."""
        return [dict(host) for host in _HOSTS]

    def get_host_from_settings(self, index: int | None, *others: Any) -> str:
        """The URL of one of the hosts of the hosted service."""
        if index is None:
            return self.host
        if not 0 <= index < len(_HOSTS):
            raise ApiValueError(f"invalid host index {index}: there are {len(_HOSTS)} hosts")
        return _HOSTS[index]["url"]

    def max_retries(self) -> int | None:
        """The number of retries from `retries`, a number or a urllib3 `Retry`; None for the default."""
        total = getattr(self.retries, "total", self.retries)
        return None if total is None else int(total)

    def http_client(self) -> httpx.Client | None:
        """An httpx client for the settings of TLS and proxies; None if they are at their defaults."""
        certificates = (self.ssl_ca_cert, self.ca_cert_data, self.cert_file)
        if self.verify_ssl and self.assert_hostname is None and self.proxy is None and not any(certificates):
            return None
        import httpx  # slow to import, and rarely needed

        proxy = None if self.proxy is None else httpx.Proxy(self.proxy, headers=dict(self.proxy_headers or {}))
        return httpx.Client(verify=self._tls(), proxy=proxy, trust_env=False)

    def _tls(self) -> ssl.SSLContext:
        import ssl

        authorities = self.ca_cert_data
        context = ssl.create_default_context(cafile=self.ssl_ca_cert, cadata=authorities)
        if self.cert_file:
            context.load_cert_chain(self.cert_file, self.key_file)
        if not self.verify_ssl or self.assert_hostname is False:
            context.check_hostname = False
        if not self.verify_ssl:
            context.verify_mode = ssl.CERT_NONE
        return context
