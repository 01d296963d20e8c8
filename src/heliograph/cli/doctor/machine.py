"""Checks of the machine: versions, the port, and open files."""

from __future__ import annotations

import os
import platform
import resource
import sys
from dataclasses import replace
from pathlib import Path

import msgspec

from heliograph._version import __version__
from heliograph.cli.doctor.findings import Finding, failure, ok, warning
from heliograph.cli.probing import probe
from heliograph.errors import UsageError
from heliograph.server.http.sockets import connection_limit, listen, raise_descriptor_limit
from heliograph.server.http.urls import local_url
from heliograph.settings import Settings

_PORT, _FILES = "port", "open files"
_FEW_FILES, _TOO_FEW_FILES = 4096, 256
_NEARLY, _FULL = 0.8, 0.95
_RAISE = "raise the limit of open files: `ulimit -Hn`, or LimitNOFILE= of a systemd unit"
_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def check_versions() -> Finding:
    """The versions of Heliograph and of Python."""
    return ok("versions", f"Heliograph {__version__}, Python {platform.python_version()}, {platform.system()}")


def check_port(settings: Settings) -> Finding:
    """Whether a server could listen at the port, or one does already."""
    where = f"{settings.host}:{settings.port}"
    try:
        listen(settings.host, settings.port).close()
    except UsageError as error:
        if title_of(_local(settings)) == "Heliograph":
            return ok(_PORT, f"a Heliograph server listens at {where}")
        return failure(_PORT, str(error), "end the other program, or choose another --port or --host")
    return ok(_PORT, f"{where} is free")


def _local(settings: Settings) -> str:
    host = _ANY_ADDRESS.get(settings.host, settings.host)
    return local_url(replace(settings, host=host), settings.port)


def title_of(url: str) -> str | None:
    """The title of the OpenAPI document of a server; None without one."""
    return None if (info := info_of(url)) is None else info["title"]


def info_of(url: str) -> dict[str, str] | None:
    """The title and the version of the OpenAPI document of a server, and the URL that it believes to have."""
    try:
        document = msgspec.json.decode(probe(url, "/openapi.json").body)
        info, (server, *_) = document["info"], document["servers"]
        return {"title": str(info["title"]), "version": str(info["version"]), "url": str(server["url"])}
    except (msgspec.DecodeError, KeyError, TypeError, ValueError):
        return None


def check_descriptors() -> Finding:
    """Whether the limit of open files allows enough connections: each event stream is one."""
    return judge_limit(raise_descriptor_limit())


def judge_limit(limit: int) -> Finding:
    """The finding for a limit of open files."""
    text = f"{limit} allowed: up to {connection_limit(limit)} connections and event streams for each process"
    if limit < _TOO_FEW_FILES:
        return failure(_FILES, text, _RAISE)
    return warning(_FILES, text, _RAISE) if limit < _FEW_FILES else ok(_FILES, text)


def check_process(pid: int) -> Finding | None:
    """How many files a serving process has open; None if that cannot be seen."""
    if sys.platform != "linux":
        return None
    try:
        used = len(os.listdir(Path(f"/proc/{pid}/fd")))
        limit, _ = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    except OSError:
        return None
    text = f"process {pid} has {used} of {limit} open"
    if limit != resource.RLIM_INFINITY and used >= limit * _NEARLY:
        return (failure if used >= limit * _FULL else warning)(_FILES, text, _RAISE)
    return ok(_FILES, text)
