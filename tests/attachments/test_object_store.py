"""Attachments in an object store, with an S3 server."""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from heliograph.background import Failures
from heliograph.errors import UsageError
from heliograph.maintenance.files import remove_files
from heliograph.storage.opening import open_blobs, open_store
from tests.api.database import Database
from tests.api.files import (
    BOUNDARY,
    PNG,
    PUBLIC,
    delete,
    part,
    show,
    status,
    stored,
    upload,
    upload_body,
    uploaded,
    whole,
)
from tests.attachments.bucket import NAME, Bucket
from tests.attachments.uploading import MEGABYTE, peak_memory, reset_peak_memory, upload_together
from tests.databases import POSTGRESQL, SQLITE, new_database
from tests.harness import Caller, Server, command, error_of, init, new_app, serving
from tests.http import Http
from tests.waiting import until

LARGE = bytes(range(256)) * 48 * 1024  # 12 MB: three parts
SIZE = (50 if "HELIOGRAPH_TEST_ROUNDS" in os.environ else 6) * MEGABYTE
LOCATION = f"s3://{NAME}/prefix"
UNAVAILABLE = (503, "service_unavailable")
NOTHING = {"attachment": 0, "attachment_chunk": 0, "attachment_use": 0, "attachment_removal": 0}
pytestmark = pytest.mark.one_engine


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    """A bucket."""
    with Bucket() as made:
        yield made


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """The database of the server."""
    return Database(new_database(SQLITE, tmp_path_factory.mktemp("objects")))


@pytest.fixture(scope="module")
def before(database: Database) -> tuple[str, str]:
    """The id of an app, and the name and token of a file that is stored in the database."""
    with serving(database.url) as server, Http() as http:
        api = new_app(Caller(server.url, init(database.url).account_auth, http=http))
        return api.app_id, uploaded(api, "old.txt", b"old" * 200_000).partition("/attachments/")[2]


@pytest.fixture(scope="module")
def storing(bucket: Bucket, database: Database, before: tuple[str, str]) -> Iterator[Server]:
    """A server with an object store."""
    assert before
    with serving(database.url, "--attachments", LOCATION, env=bucket.environment) as server:
        yield server


@pytest.fixture
def api(storing: Server) -> Iterator[Caller]:
    """A caller with the key of a fresh app."""
    with Http() as http:
        yield new_app(Caller(storing.url, init(storing.database_url).account_auth, http=http))


def maintain(bucket: Bucket, database: Database) -> None:
    """Delete the files that are due."""

    async def run() -> None:
        store = await open_store(database.url)
        try:
            await remove_files(store, open_blobs(store, LOCATION), Failures())
        finally:
            await store.close()

    with pytest.MonkeyPatch.context() as patch:
        for name, value in bucket.environment.items():
            patch.setenv(name, value)
        asyncio.run(run())


def test_upload_download_and_deletion(api: Caller, bucket: Bucket, database: Database) -> None:
    small, large = uploaded(api), uploaded(api, "large.txt", LARGE)
    tokens = [url.split("/")[-2] for url in (small, large)]
    assert bucket.objects() == {f"prefix/{tokens[0]}": len(PNG), f"prefix/{tokens[1]}": len(LARGE)}
    assert bucket.uploads() == []
    assert stored(database, api.app_id) == {**NOTHING, "attachment": 2}
    assert api.http.get(small).content == PNG
    assert api.http.get(large).content == LARGE
    for start, stop in ((0, 1), (5_242_870, 5_242_900), (len(LARGE) - 7, len(LARGE))):
        response = api.http.get(large, headers={"range": f"bytes={start}-{stop - 1}"})
        assert (response.status_code, response.content) == (206, LARGE[start:stop])
    message = show(api, group := api.new_group(api.new_user()), large)
    assert message["content"]["mediaSize"] == len(LARGE)
    api.ok("DELETE", f"/conversations/{group}")
    for url in (small, large):
        assert delete(api, url).status_code == 200
        assert status(api, url) == 404
    maintain(bucket, database)
    assert bucket.objects() == {}
    assert stored(database, api.app_id) == NOTHING


def test_refused_uploads_leave_nothing(api: Caller, bucket: Bucket, database: Database) -> None:
    long = part(LARGE, 'form-data; name="source"; filename="a.txt"')
    assert upload_body(api, long).status_code == 400  # the body has no end
    assert upload_body(api, whole(long, long)).status_code == 400
    assert upload(api, "a.exe").status_code == 415
    assert error_of(upload(api, conversationId="0" * 24))[0] == 404
    maintain(bucket, database)
    assert (bucket.objects(), bucket.uploads()) == ({}, [])
    assert stored(database, api.app_id) == NOTHING


def test_an_aborted_upload_leaves_nothing(api: Caller, bucket: Bucket, database: Database) -> None:
    class Gone(Exception):
        pass

    def pieces() -> Iterator[bytes]:
        yield part(LARGE, 'form-data; name="source"; filename="a.txt"')[:-100]
        while not stored(database, api.app_id)["attachment_removal"]:
            time.sleep(0.01)
        raise Gone

    headers = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    with pytest.raises(Gone):
        api("POST", "/attachments", content=pieces(), params=PUBLIC, headers=headers)
    bucket.wait_for(objects=0, uploads=0)

    def is_removed() -> bool:
        maintain(bucket, database)
        return stored(database, api.app_id) == NOTHING

    until(is_removed)


def test_files_in_the_database_are_still_served(api: Caller, storing: Server, before: tuple[str, str]) -> None:
    app_id, path = before
    url = f"{storing.url}/attachments/{path}"
    assert api.http.get(url).content == b"old" * 200_000
    assert api.http.get(url, headers={"range": "bytes=3-5"}).content == b"old"
    owner = Caller(storing.url, init(storing.database_url).account_auth, app_id, api.http)
    assert delete(owner, url).status_code == 200
    assert status(api, url) == 404


def test_deliver_deletes_files(bucket: Bucket, tmp_path: Path) -> None:
    url = new_database(POSTGRESQL, tmp_path)
    options = ("--attachments", LOCATION, "--database", url)
    with serving(url, *options[:2], env=bucket.environment) as server, Http() as http:
        api = new_app(Caller(server.url, init(url).account_auth, http=http))
        gone, kept = uploaded(api), uploaded(api)
        bucket.wait_for(objects=2, uploads=0)
        assert delete(api, gone).status_code == 200
    command_line = [sys.executable, "-m", "heliograph", "deliver", *options]
    delivering = subprocess.Popen(command_line, stdout=subprocess.DEVNULL, env={**os.environ, **bucket.environment})
    try:
        bucket.wait_for(objects=1, uploads=0)
    finally:
        delivering.terminate()
        assert delivering.wait(60) == 0
    assert list(bucket.objects()) == [f"prefix/{kept.split('/')[-2]}"]


def test_memory_during_uploads(tmp_path: Path) -> None:
    """The parts of 20 files would take 100 MB if all of them were sent at the same time."""
    url = new_database(SQLITE, tmp_path)
    with Bucket() as bucket, serving(url, "--attachments", LOCATION, env=bucket.environment) as server, Http() as http:
        api = new_app(Caller(server.url, init(url).account_auth, http=http))
        upload_together(api, 4, 8 * MEGABYTE)
        pid = server.process.pid
        reset_peak_memory(pid)
        before = peak_memory(pid)
        acknowledged = upload_together(api, 20, SIZE)
        assert peak_memory(pid) - before < 75 * MEGABYTE
        acknowledged.check(server.url)


def test_a_full_temporary_folder(storing: Server, api: Caller, bucket: Bucket) -> None:
    before = bucket.objects()
    limits = resource.prlimit(storing.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(storing.process.pid, resource.RLIMIT_FSIZE, (8 * MEGABYTE, limits[1]))
    try:
        assert error_of(upload(api, "a.txt", LARGE)) == (*UNAVAILABLE, "The server has no room for uploads")
        assert bucket.objects() == before
    finally:
        resource.prlimit(storing.process.pid, resource.RLIMIT_FSIZE, limits)
    assert delete(api, uploaded(api, "a.txt", LARGE)).status_code == 200


def test_an_object_store_that_is_down(tmp_path: Path) -> None:
    database = Database(new_database(SQLITE, tmp_path))
    with Bucket() as bucket, Http(timeout=60) as http:
        with serving(database.url, "--attachments", LOCATION, env=bucket.environment) as server:
            api = new_app(Caller(server.url, init(database.url).account_auth, http=http))
            url = uploaded(api)
            bucket.stop()
            assert error_of(upload(api))[:2] == UNAVAILABLE
            assert status(api, url) == 503
            assert api.new_user()  # other requests succeed
            assert delete(api, url).status_code == 200
            assert stored(database, api.app_id)["attachment"] == 0
            assert stored(database, api.app_id)["attachment_removal"] == 2
            maintain(bucket, database)
            assert stored(database, api.app_id)["attachment_removal"] == 2  # it is tried again later


def open_at(database: str, location: str) -> None:
    """Open the files of a database at a location, as a server does."""

    async def run() -> None:
        store = await open_store(database)
        try:
            open_blobs(store, location)
        finally:
            await store.close()

    asyncio.run(run())


def test_wrong_locations(tmp_path: Path) -> None:
    database = new_database(SQLITE, tmp_path)
    for location in ("s3:/x", "gs://bucket", "elsewhere", "", "S3://bucket", "s3://", "s3:///x"):
        with pytest.raises(UsageError, match="--attachments"):
            open_at(database, location)
    failed = command("serve", "--database", database, "--port", "0", "--attachments", "elsewhere")
    assert failed.returncode == 2
    assert (
        "--attachments should be database or an object store such as s3://bucket/prefix: 'elsewhere'" in failed.stderr
    )
    assert "Traceback" not in failed.stderr


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    monkeypatch.delitem(sys.modules, "heliograph.storage.objects", raising=False)

    with pytest.raises(UsageError, match=r"--attachments s3://files/prefix needs pip install 'heliograph\[s3\]'"):
        open_at(new_database(SQLITE, tmp_path), LOCATION)
