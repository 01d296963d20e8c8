"""TLS: whom the client trusts."""

from __future__ import annotations

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
            import httpx

            made = self._made = here, httpx.create_ssl_context()
        return made[1]
