"""The client class of the official library: connections, default headers, and threads for `async_req`."""

from __future__ import annotations

import atexit
import os
import threading
import weakref
from typing import TYPE_CHECKING, Any, ClassVar, Self

from heliograph.client.sync_client import Client
from heliograph.compat.configuration import Configuration
from heliograph.compat.fields import plain

if TYPE_CHECKING:
    from multiprocessing.pool import ThreadPool

    import httpx

    from heliograph.compat.raw import RESTResponse

__all__ = ["ApiClient"]


class ApiClient:
    """Sends the requests of the API classes. Close it, or use it as a context manager."""

    _default: ClassVar[ApiClient | None] = None

    def __init__(
        self,
        configuration: Configuration | None = None,
        header_name: str | None = None,
        header_value: str | None = None,
        cookie: str | None = None,
        pool_threads: int = 1,
    ) -> None:
        self.configuration = Configuration.get_default_copy() if configuration is None else configuration
        self.default_headers: dict[str, str] = {}
        if header_name is not None and header_value is not None:
            self.default_headers[header_name] = header_value
        self.cookie = cookie
        self.pool_threads = pool_threads
        self.client_side_validation = self.configuration.client_side_validation
        self.last_response: RESTResponse | None = None
        self._reset()

    def _reset(self) -> None:
        """Create the state that a forked process cannot share with its parent: lock, connections and threads."""
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._clients: dict[str, Client] = {}
        self._http: httpx.Client | None = None
        self._pool: ThreadPool | None = None

    def _guard(self) -> threading.Lock:
        """The lock of this process, after a reset if the process was forked."""
        if self._process != os.getpid():
            # Closing them would affect the parent; dropping them would emit warnings.
            self._inherited = self._clients, self._http, self._pool
            self._reset()
        return self._lock

    @classmethod
    def get_default(cls) -> ApiClient:
        """The client of API classes that are created without one."""
        if cls._default is None:
            cls._default = cls()
        return cls._default

    @classmethod
    def set_default(cls, default: ApiClient | None) -> None:
        """Set what `get_default` returns."""
        cls._default = default

    @property
    def user_agent(self) -> str | None:
        """The `User-Agent` header, if it was set."""
        return self.default_headers.get("User-Agent")

    @user_agent.setter
    def user_agent(self, value: str) -> None:
        self.default_headers["User-Agent"] = value

    def set_default_header(self, header_name: str, header_value: str) -> None:
        """Send this header with every request."""
        self.default_headers[header_name] = header_value

    @property
    def client(self) -> Client:
        """The `heliograph.Client` for the current host, headers and credentials."""
        configuration = self.configuration
        with self._guard():
            if (client := self._clients.get(configuration.host)) is None:
                client = self._clients[configuration.host] = self._connect()
        headers = {**self.default_headers, **({"Cookie": self.cookie} if self.cookie else {})}
        auth = configuration if configuration.auth_settings() else None
        return client.with_options(headers=headers, auth=auth)

    def _connect(self) -> Client:
        """A client for the host; uses httpx if TLS or a proxy is configured."""
        configuration = self.configuration
        if self._http is None:
            self._http = configuration.http_client()
        client = Client(configuration.host, total_timeout=None, http_client=self._http)
        # Programs for the official library seldom close their clients.
        weakref.finalize(self, _close, client, os.getpid())
        retries = configuration.max_retries()
        return client if retries is None else client.with_options(max_retries=retries)

    @property
    def pool(self) -> ThreadPool:
        """The threads that make calls with `async_req`."""
        with self._guard():
            if self._pool is None:
                from multiprocessing.pool import ThreadPool  # slow to import, and rarely needed

                atexit.register(self.close)
                self._pool = ThreadPool(self.pool_threads)
            return self._pool

    def sanitize_for_serialization(self, obj: Any) -> Any:
        """Convert a model, or data that contains models, to JSON data with the names of the API."""
        return plain(obj)

    def close(self) -> None:
        """Finish the calls in threads and close the connections. Later calls open new ones."""
        with self._guard():
            pool, self._pool = self._pool, None
            clients, self._clients = self._clients, {}
            http, self._http = self._http, None
        if pool is not None:
            atexit.unregister(self.close)
            pool.close()
            pool.join()
        for client in clients.values():
            client.close()
        if http is not None:
            http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def _close(client: Client, process: int) -> None:
    """Close a client in the process that opened it."""
    if process == os.getpid():
        client.close()
