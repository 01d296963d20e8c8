"""The TLS context of the client."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from heliograph.client import forks

if TYPE_CHECKING:
    import ssl


class Trust:
    """Creates the TLS context at first use, because that takes longer than a request, and once in each process."""

    def __init__(self) -> None:
        self._cached: tuple[forks.Process, ssl.SSLContext] | None = None

    def context(self) -> ssl.SSLContext:
        """The context of this process. The parent's may be locked by a thread that does not exist in this process."""
        here = forks.process()
        cached = self._cached
        if cached is None or cached[0] != here:
            cached = self._cached = here, _create_context()
        return cached[1]


def _create_context() -> ssl.SSLContext:
    """Trust the authorities in SSL_CERT_FILE or SSL_CERT_DIR, like httpx and OpenSSL, else those of certifi."""
    import ssl

    import certifi

    if (file := os.environ.get("SSL_CERT_FILE")) or (folder := os.environ.get("SSL_CERT_DIR")):
        return ssl.create_default_context(cafile=file, capath=None if file else folder)
    return ssl.create_default_context(cafile=certifi.where())
