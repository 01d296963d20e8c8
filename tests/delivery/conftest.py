"""The fixtures of the storage tests: an open store on each engine."""

from tests.storage.conftest import run, url

__all__ = ["run", "url"]
