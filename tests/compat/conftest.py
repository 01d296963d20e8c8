"""The official clients as fixtures."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.compat.official import CLIENTS, JAVASCRIPT, PYTHON, PYTHON_17, Drivers, Official
from tests.harness import Caller


@pytest.fixture(scope="session")
def drivers() -> Iterator[Drivers]:
    """The running drivers, which tests share because importing an official client is slow."""
    drivers = Drivers()
    yield drivers
    drivers.close()


@pytest.fixture(params=CLIENTS)
def client(request: pytest.FixtureRequest, drivers: Drivers, api: Caller) -> Official:
    """Each of the official clients, for the app of `api`."""
    return drivers.client(request.param, api)


@pytest.fixture(params=PYTHON)
def python(request: pytest.FixtureRequest, drivers: Drivers, api: Caller) -> Official:
    """Each release of the official Python client, for the app of `api`."""
    return drivers.client(request.param, api)


@pytest.fixture
def python_17(drivers: Drivers, api: Caller) -> Official:
    """The last release of the official Python client, for the app of `api`."""
    return drivers.client(PYTHON_17, api)


@pytest.fixture
def javascript(drivers: Drivers, api: Caller) -> Official:
    """The official JavaScript client, for the app of `api`."""
    return drivers.client(JAVASCRIPT, api)
