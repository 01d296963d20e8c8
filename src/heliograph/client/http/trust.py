"""TLS: whom the client trusts."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from heliograph.client import forks

if TYPE_CHECKING:
    import ssl


class Trust:
    """The TLS context of a client: made at its first use, as that takes longer than a request, in each process."""

    def __init__(self) -> None:
        self._made: tuple[forks.Process, ssl.SSLContext] | None = None

    def context(self) -> ssl.SSLContext:
        """The context of this process; that of a parent may be locked by a thread which does not exist here."""
        here = forks.process()
        made = self._made
        if made is None or made[0] != here:
            made = self._made = here, _create_context()
        return made[1]


def _create_context() -> ssl.SSLContext:
    """The authorities that the environment names as it does for httpx and OpenSSL, else those of certifi."""
    import ssl

    import certifi

    if (file := os.environ.get("SSL_CERT_FILE")) or (folder := os.environ.get("SSL_CERT_DIR")):
        return ssl.create_default_context(cafile=file, capath=None if file else folder)
    return ssl.create_default_context(cafile=certifi.where())
