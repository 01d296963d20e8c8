"""The proxy rule of docs/howto/scale.md, tested with nginx: apps on two databases, behind one address."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from tests.cli.test_howto import free_port
from tests.harness import Server, init, serving
from tests.programs import program

pytestmark = pytest.mark.one_engine
HOWTO = Path(__file__).parents[2] / "docs/howto/scale.md"
START_SECONDS = 20


def configuration(port: int, first: Server, second: Server, app_id: str, folder: Path) -> str:
    """The documented rule, with the servers and the app of the test."""
    (site,) = re.findall(r"```nginx\n(.*?)```", HOWTO.read_text(), re.DOTALL)
    for documented, ours in (
        ("10.0.1.1:8080", first.url.removeprefix("http://")),
        ("10.0.2.1:8080", second.url.removeprefix("http://")),
        ("listen 443 ssl", f"listen 127.0.0.1:{port}"),
        ("6a1f00d2c0ffee0004a7d25e", app_id),
    ):
        assert site.count(documented) == 1
        site = site.replace(documented, ours)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log stderr;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temporary}{site}}}\n"
    )


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until the proxy accepts connections."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            httpx.get(f"{url}/health/live")
            return
        except httpx.ConnectError:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_the_path_of_an_app_selects_its_cell(tmp_path: Path) -> None:
    binary, env = program("nginx")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with serving(tmp_path / "first.db") as first, serving(tmp_path / "second.db") as second:
        near, far = init(first.database_url), init(second.database_url)
        (tmp_path / "nginx.conf").write_text(configuration(port, first, second, far.app_id, tmp_path))
        command: list[str | Path] = [binary, "-p", tmp_path, "-c", tmp_path / "nginx.conf", "-e", "stderr"]
        process = subprocess.Popen(command, env=env)
        try:
            wait_for(url, process)
            for sandbox in (near, far):
                body = {"externalId": "ada/1"}
                app = f"{url}/v2/apps/{sandbox.app_id}"
                assert httpx.post(f"{app}/users", json=body, auth=sandbox.app_auth).status_code == 201
                assert httpx.get(f"{app}/users/ada%2F1", auth=sandbox.app_auth).status_code == 200
                assert httpx.get(app, auth=sandbox.account_auth).status_code == 200
                deliveries = f"{url}/heliograph/v1/apps/{sandbox.app_id}/deliveries"
                assert httpx.get(deliveries, auth=sandbox.app_auth).status_code == 200
            # Calls with an account key reach one cell, which knows only its own apps and keys.
            listed = httpx.get(f"{url}/v2/apps", auth=near.account_auth).json()["apps"]
            assert [one["id"] for one in listed] == [near.app_id]
            assert httpx.get(f"{url}/v2/apps", auth=far.account_auth).status_code == 401
        finally:
            process.terminate()
            process.wait()
