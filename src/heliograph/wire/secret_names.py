"""Recognizes the names of fields, headers and parameters whose values are credentials."""

from __future__ import annotations

from functools import lru_cache

WORDS = ("secret", "token", "password", "certificate", "credential", "authorization", "cookie", "signature", "ticket",
         "verifier")  # fmt: skip
"""Each of these words makes a name that contains it secret."""
KEYS = ("apikey", "authkey", "privatekey", "serverkey", "signingkey", "accesskey", "consumerkey")
"""As `WORDS`, but in names without hyphens and underscores. `key` alone is not secret: metadata has keys."""


@lru_cache(maxsize=1024)
def is_secret_name(name: str) -> bool:
    """Whether a value with this name may be a credential, such as that of `clientSecret` or `X-Api-Key`."""
    plain = name.lower()
    return any(word in plain for word in WORDS) or any(key in _joined(plain) for key in KEYS)


def _joined(name: str) -> str:
    return name.replace("_", "").replace("-", "")
