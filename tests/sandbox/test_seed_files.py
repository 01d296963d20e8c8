"""Seed files, which `heliograph dev` and `heliograph seed load` read."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands import Running, command
from tests.sandbox.developing import developing
from tests.sandbox.test_dev import caller_of, variables
from tests.sandbox.test_seeds import SHOP, exported

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.one_engine


@contextlib.contextmanager
def seeded(folder: Path, text: str, *options: str, name: str = "heliograph.toml") -> Iterator[dict[str, str]]:
    """A `heliograph dev` with this seed file; yields its variables."""
    (folder / name).write_text(text)
    with developing(folder, "--seed", str(folder / name), *options) as url:
        yield variables(folder, url)


def test_dev_loads_a_seed_file(tmp_path: Path) -> None:
    with seeded(tmp_path, (ROOT / "examples/heliograph.toml").read_text()) as found:
        api = caller_of(found)
        assert api.ok("GET", "/users/user-20")["user"]["externalId"] == "user-20"
        bot, log = api.ok("GET", "/integrations")["integrations"]
        assert log["webhooks"][0]["target"] == f"{api.url}/_inbox/{api.app_id}/log"
        assert found["HELIOGRAPH_WEBHOOK_SECRET"] == bot["webhooks"][0]["secret"]
        env = {"XDG_RUNTIME_DIR": str(tmp_path), "HELIOGRAPH_URL": api.url}
        assert command("reset", env=env).returncode == 0
        again = command("seed", "load", str(ROOT / "examples/heliograph.toml"), env=env)
        assert again.stdout == "0 users, 0 conversations, 0 integrations created\n"
        printed = json.loads(command("seed", "export", env=env).stdout)
        assert [one["name"] for one in printed["conversation"]] == ["crew", "support"]
        api.http.close()


def test_the_seed_for_the_console(tmp_path: Path) -> None:
    with seeded(tmp_path, (ROOT / "examples/console.toml").read_text()) as found:
        api = caller_of(found)
        listed = f"/heliograph/v1/apps/{api.app_id}/conversations"
        counts = {one["displayName"]: one["participantCount"] for one in api.ok("GET", listed)["conversations"]
                  if "displayName" in one}  # fmt: skip
        assert (counts["Crew"], counts["All customers 🎉"]) == (2, 61)
        (kinds,) = [one for one in api.ok("GET", "/conversations?filter[userExternalId]=sakura")["conversations"]
                    if one["type"] == "sdkGroup"]  # fmt: skip
        said = api.ok("GET", f"/conversations/{kinds['id']}/messages")["messages"]
        shown = {one["content"]["type"] for one in said}
        assert shown == {"text", "image", "file", "carousel", "list", "location", "form"}
        assert api.ok("GET", "/users/ליאור")["user"]["profile"]["surname"] == "כהן"
        api.http.close()


def test_an_exported_seed_can_be_loaded(tmp_path: Path) -> None:
    with seeded(tmp_path, json.dumps(SHOP), name="heliograph.json") as found:
        api = caller_of(found)
        assert exported(api) == SHOP
        api.http.close()


FIXED = """
[app]
id = "00000000000000000000000a"
name = "Fixed"
key = { id = "app_000000000000000000000001", secret = "sandbox-only" }
"""


def test_a_seed_can_set_the_app_and_its_key(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/kept.db"
    for _ in range(2):  # the second start finds what the first one created
        with seeded(tmp_path, FIXED, "--database", database) as found:
            key = (found["HELIOGRAPH_APP_ID"], found["HELIOGRAPH_KEY_ID"], found["HELIOGRAPH_KEY_SECRET"])
            assert key == ("00000000000000000000000a", "app_000000000000000000000001", "sandbox-only")
            api = caller_of(found)
            assert api("GET", "/integrations").status_code == 200
            api.http.close()


def test_a_secret_with_characters_of_shells_is_quoted(tmp_path: Path) -> None:
    secret = "a $(id) `id` # \\\"b\\\" 'c'"
    with seeded(tmp_path, FIXED.replace("sandbox-only", secret)) as found:
        env = {"XDG_RUNTIME_DIR": str(tmp_path), "HELIOGRAPH_URL": found["HELIOGRAPH_URL"]}
        for form in ("shell", "dotenv"):
            lines = command("env", "--format", form, env=env).stdout
            script = f'{lines}\nprintf %s "$HELIOGRAPH_KEY_SECRET"'
            printed = subprocess.run(["sh", "-ec", script], capture_output=True, text=True, check=True).stdout
            assert printed == found["HELIOGRAPH_KEY_SECRET"]


SEVERAL = """
[[app]]
name = "One"
[[app.user]]
externalId = "ada"

[[app]]
name = "Two"
[[app.user]]
externalId = "bob"
"""


def test_a_file_with_several_apps(tmp_path: Path) -> None:
    with seeded(tmp_path, SEVERAL) as found:
        account = caller_of(found, "ACCOUNT_KEY")
        apps = {one["displayName"]: one["id"] for one in account.ok("GET", "/v2/apps")["apps"]}
        assert found["HELIOGRAPH_APP_ID"] == apps["One"]
        for name, user in (("One", "ada"), ("Two", "bob")):
            assert account.ok("GET", f"/v2/apps/{apps[name]}/users/{user}")["user"]["externalId"] == user
        account.http.close()


def test_the_text_of_a_seed_in_the_environment(tmp_path: Path) -> None:
    env = {"HELIOGRAPH_SEED_TOML": '[[user]]\nexternalId = "ada"\n'}
    with developing(tmp_path, env=env) as url:
        api = caller_of(variables(tmp_path, url))
        assert api.ok("GET", "/users/ada")["user"]["externalId"] == "ada"
        api.http.close()


WRONG_FILES = {
    "a user of the second app": (
        SEVERAL.replace('"bob"', "7"), "heliograph.toml:9: user[0]: externalId should be string"
    ),
    "a message": (
        '[[user]]\nexternalId = "ada"\n\n[[conversation]]\nname = "a"\n\n[[conversation]]\nname = "b"\n'
        'messages = [{ from = "ada", text = "x" }]\n',
        "heliograph.toml:7: conversation[1].messages[0]: from should be business, or a participant: ada",
    ),
    "the syntax": ("[[user]\n", "heliograph.toml: Expected"),
    "a key": ('[app]\nkey = { id = "x", secret = "y" }\n', "app.key should have an id of app_ and 24"),
    "a secret that would set other variables": (
        '[app]\nkey = { id = "app_000000000000000000000001", secret = "a\\nPATH=b" }\n',
        "a secret of printable characters",
    ),
    "an app that is a text": ('app = "shop"\n', "app should be a table, or an array of tables"),
    "apps that are texts": ('app = ["shop"]\n', "app should be a table, or an array of tables"),
    "no app": ("app = []\n", "app should be a table, or an array of tables"),
    "a number as the id": ("[app]\nid = 111111111111111111111111\n", "app.id should be 24 lowercase hex"),
    "two apps with one id": (
        '[[app]]\nid = "00000000000000000000000a"\n[[app]]\nid = "00000000000000000000000a"\n', "have the same app.id"
    ),
    "two apps with one key": (
        '[[app]]\nkey = { id = "app_000000000000000000000001", secret = "x" }\n' * 2,
        "have the same app.key.id",
    ),
    "deep arrays": ("a = " + "[" * 10_000 + "]" * 10_000, "values are nested too deeply"),
    "deep JSON": ('{"user": ' + "[" * 10_000 + "]" * 10_000 + "}", "values are nested too deeply"),
    "a huge number": ("a = " + "9" * 5_000, "heliograph.toml: Exceeds the limit"),
    "an unknown table": ('[[users]]\nexternalId = "ada"\n', "users"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), WRONG_FILES.values(), ids=WRONG_FILES)
def test_an_invalid_file_is_refused_at_the_start(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "heliograph.toml"
    path.write_text(text)
    done = command("dev", "--port", "0", "--seed", str(path), env={"XDG_RUNTIME_DIR": str(tmp_path)})
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 2


def test_a_file_of_an_editor_on_windows(tmp_path: Path) -> None:
    """The file begins with a byte order mark, and its lines end with CR LF."""
    with seeded(tmp_path, '\ufeff[[user]]\r\nexternalId = "ada"\r\n') as found:
        api = caller_of(found)
        assert api.ok("GET", "/users/ada")["user"]["externalId"] == "ada"
        api.http.close()


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ('id = "00000000000000000000000a"', "app.id 00000000000000000000000a belongs to another app"),
        (
            'key = { id = "app_000000000000000000000001", secret = "x" }',
            "app.key.id app_000000000000000000000001 belongs to another app",
        ),
    ],
)
def test_ids_of_another_app_of_the_database_are_refused(tmp_path: Path, second: str, message: str) -> None:
    database = f"sqlite:///{tmp_path}/kept.db"
    with seeded(tmp_path, FIXED, "--database", database):
        pass
    path = tmp_path / "changed.toml"
    path.write_text(f"[[app]]\n[[app]]\n{second}\n")
    options = ("--port", "0", "--seed", str(path), "--database", database)
    done = command("dev", *options, env={"XDG_RUNTIME_DIR": str(tmp_path)})
    assert done.returncode == 2
    assert f"changed.toml: {message}" in done.stderr


def test_fixed_secrets_beyond_this_machine_are_reported(tmp_path: Path) -> None:
    (tmp_path / "heliograph.toml").write_text(FIXED)
    options = ("--port", "0", "--host", "0.0.0.0", "--seed", str(tmp_path / "heliograph.toml"))
    process = Running("dev", *options, env={"XDG_RUNTIME_DIR": str(tmp_path)})
    try:
        assert any("has secrets, which others may know" in process.stderr.readline() for _ in range(3))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        process.stdout.close()
        process.stderr.close()
