"""Backups of a SQLite database contain the files of its attachments."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from tests.api.files import PNG, delete, uploaded
from tests.cli.test_backup import back_up, calling, restore
from tests.harness import serving


def test_attachments_are_in_the_backup(tmp_path: Path) -> None:
    database = tmp_path / "heliograph.db"
    content = PNG + bytes(range(256)) * 2000
    with serving(database) as server, calling(server) as api:
        url, gone = uploaded(api, content=content), uploaded(api)
        back_up(database, tmp_path / "backup.db")
        assert delete(api, gone).status_code == 200
    restored = tmp_path / "restored.db"
    restore(tmp_path / "backup.db", restored)
    with serving(restored) as server, calling(server) as api:
        for one, expected in ((url, content), (gone, PNG)):
            assert api.http.get(server.url + urlsplit(one).path).content == expected
