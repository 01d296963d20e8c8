"""The compose files are valid, and the commands, options and variables in them exist."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest

from heliograph.cli.main import cli
from heliograph.settings import Settings, environment_variable
from heliograph.storage.sealing import MASTER_KEY_FILE_VARIABLE
from tests.containers.dockerfile import ROOT, command_of, last_stage

SCHEMA = Path(__file__).parent / "compose-spec/compose-spec.json"
FILES = ("compose.yaml", "compose.dev.yaml")
KNOWN = {*(environment_variable(one.name) for one in dataclasses.fields(Settings)), MASTER_KEY_FILE_VARIABLE}


def composed(name: str) -> Any:
    """A compose file."""
    return msgspec.yaml.decode((ROOT / name).read_text())


def ours(name: str) -> dict[str, Any]:
    """The services of a compose file that run Heliograph."""
    services: dict[str, Any] = composed(name)["services"]
    return {key: service for key, service in services.items() if "build" in service}


def split(volume: str) -> tuple[str, str, str]:
    """The source, the target and the mode of a volume."""
    source, target, mode = volume.split(":")
    return source, target, mode


@pytest.mark.parametrize("name", FILES)
def test_it_follows_the_specification(name: str) -> None:
    jsonschema_rs.validator_for(json.loads(SCHEMA.read_text())).validate(composed(name))


@pytest.mark.parametrize("name", FILES)
def test_its_commands_and_variables_exist(name: str) -> None:
    assert ours(name)
    for service in ours(name).values():
        command, *options = service["command"]
        mounted = {target: ROOT / source for source, target, _ in map(split, service.get("volumes", ()))}
        cli.commands[command].make_context(command, [str(mounted.get(one, one)) for one in options])
        variables = {one for one in service.get("environment", {}) if one.startswith("HELIOGRAPH_")}
        assert variables <= KNOWN
        check = service.get("healthcheck", {}).get("test")
        assert check in (None, ["CMD", *command_of(last_stage()["HEALTHCHECK"])])


@pytest.mark.parametrize("name", FILES)
def test_only_this_machine_reaches_its_ports_and_its_root_is_read_only(name: str) -> None:
    for service in composed(name)["services"].values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
    assert all(service["read_only"] for service in ours(name).values())


def test_production_has_two_servers_a_deliverer_and_a_secret() -> None:
    services = composed("compose.yaml")["services"]
    assert services["serve"]["deploy"]["replicas"] == 2
    assert "--no-delivery" in services["serve"]["command"]
    for name in ("serve", "deliver"):
        assert services[name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
        assert services[name]["secrets"] == ["master_key"]
    assert services["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
