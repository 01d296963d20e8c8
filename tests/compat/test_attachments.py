"""Uploading and deleting files with the official clients."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api.files import PNG
from tests.compat.official import CLIENTS, COMPAT, JAVASCRIPT, PYTHON_17, Drivers
from tests.harness import Caller

pytestmark = pytest.mark.one_engine


@pytest.mark.parametrize("release", CLIENTS)
def test_upload_and_delete(drivers: Drivers, api: Caller, release: str, tmp_path: Path) -> None:
    client = drivers.client(release, api)
    path = tmp_path / "a lamp.png"
    path.write_bytes(PNG)
    made = client.ok("upload_attachment", path=str(path))["attachment"]
    assert made["mediaType"] == "image/png"
    assert made["mediaUrl"].endswith("/a%20lamp.png")
    assert api.http.get(made["mediaUrl"]).content == PNG
    client.ok("delete_attachment", mediaUrl=made["mediaUrl"])
    assert api.http.get(made["mediaUrl"]).status_code == 404
    assert client.error("delete_attachment", mediaUrl=made["mediaUrl"])[:2] == (404, "not_found")


@pytest.mark.parametrize("release", [JAVASCRIPT, PYTHON_17, *COMPAT])
def test_upload_bytes(drivers: Drivers, api: Caller, release: str, tmp_path: Path) -> None:
    """The upload has no file name, so its first bytes determine the media type."""
    path = tmp_path / "x"
    path.write_bytes(PNG)
    made = drivers.client(release, api).ok("upload_bytes", path=str(path))["attachment"]
    assert made["mediaType"] == "image/png"
    assert api.http.get(made["mediaUrl"]).content == PNG
