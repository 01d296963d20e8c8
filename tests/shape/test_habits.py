"""The files for contributors are up to date: make help, workflows, hooks, attributes, and the release."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tools.release import NotReady, notes_of, version_of

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
WITHOUT_COMMENT = (
    "src/heliograph/server/console/assets/*",
    "src/heliograph/server/docs/assets/behaviour.html",
    "bench/results/*.json",
    "docs/*.svg",
    "docs/howto/*.svg",
)
"""The generated files of formats in which no first line tells that they are."""
CHANGELOG = "# Changelog\n\n## [0.2.0] - unreleased\n\n- Two\n\n## [0.1.0] - 2026-11-25\n\n### Added\n\n- One\n"


def workflow(name: str) -> Any:
    """A GitHub workflow."""
    return msgspec.yaml.decode((ROOT / f".github/workflows/{name}.yml").read_text())


def test_make_help_describes_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    described = {line.split()[0] for line in done.stdout.splitlines() if line.startswith("  ")}
    assert described == set(phony.split())


def test_ci_runs_the_script_of_the_repository() -> None:
    (job,) = workflow("ci")["jobs"].values()
    assert ".ci/run" in [step.get("run") for step in job["steps"]]


def test_a_release_passes_ci_and_needs_no_stored_token() -> None:
    jobs = workflow("release")["jobs"]
    assert jobs["ci"]["uses"] == "./.github/workflows/ci.yml"
    assert jobs["build"]["needs"] == "ci"
    assert jobs["publish"]["permissions"] == {"id-token": "write"}
    assert "secrets." not in (ROOT / ".github/workflows/release.yml").read_text()


def test_a_release_runs_the_image_before_it_publishes_anything() -> None:
    jobs = workflow("release")["jobs"]
    scripts = [step.get("run", "") for step in jobs["build"]["steps"]]
    assert any("make image" in script and "heliograph wait" in script for script in scripts)
    assert "build" in jobs["publish"]["needs"]
    (push,) = [step["run"] for step in jobs["image"]["steps"] if "--push" in step.get("run", "")]
    assert {"--sbom=true", "linux/amd64,linux/arm64"} <= set(push.split())


def test_every_test_with_rounds_runs_at_night() -> None:
    (job,) = workflow("nightly")["jobs"].values()
    folders = tuple(" ".join(job["strategy"]["matrix"]["tests"]).split())
    tests = (path for path in (ROOT / "tests").rglob("test_*.py") if path != Path(__file__))
    repeated = {path.relative_to(ROOT).as_posix() for path in tests if "HELIOGRAPH_TEST_ROUNDS" in path.read_text()}
    assert [path for path in sorted(repeated) if not path.startswith(folders)] == []
    assert len(repeated) > 10


def test_workflows_have_no_write_permission_by_default() -> None:
    for name in ("ci", "nightly", "release"):
        assert workflow(name)["permissions"] == {"contents": "read"}


def test_pre_commit_runs_make_check() -> None:
    (repository,) = msgspec.yaml.decode((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert [hook["entry"] for hook in repository["hooks"]] == ["make check"]


@pytest.mark.parametrize("name", ["bug", "feature"])
def test_issue_forms_are_complete(name: str) -> None:
    form = msgspec.yaml.decode((ROOT / f".github/ISSUE_TEMPLATE/{name}.yml").read_text())
    assert {"name", "description", "body"} <= set(form)
    ids = [field["id"] for field in form["body"] if field["type"] != "markdown"]
    assert len(ids) == len(set(ids)) > 0


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="needs the attributes of a git clone")
def test_generated_files_are_marked() -> None:
    files = git("ls-files").splitlines()
    generated = {name for name in files if is_generated(name)}
    attributes = git("check-attr", "linguist-generated", "--", *files).splitlines()
    assert {line.split(": ")[0] for line in attributes if line.endswith(": set")} == generated


def git(*args: str) -> str:
    """What a git command prints."""
    done = subprocess.run(["git", *args], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


def is_generated(name: str) -> bool:
    """Whether a program writes a file: its first line says so, or it has no room for a comment."""
    if Path(name).suffix in (".py", ".ts", ".tsx"):
        return (ROOT / name).read_text().startswith(("# Generated ", "// Generated "))
    return any(Path(name).match(pattern) for pattern in WITHOUT_COMMENT)


def test_licenses_of_bundled_software_are_in_the_package() -> None:
    listed = PROJECT["license-files"]
    bundled = [str(path.relative_to(ROOT)) for path in (ROOT / "src").rglob("LICENSE*")]
    assert sorted(listed) == sorted(["LICENSE", *bundled])


def test_every_dependency_has_a_reason() -> None:
    """Decision 4 has a row for each package that users install."""
    extras = PROJECT["optional-dependencies"]
    specifications = [*PROJECT["dependencies"], *(one for name in extras if name != "dev" for one in extras[name])]
    names = {re.split(r"[\[<>=]", one)[0] for one in specifications} - {"heliograph"}
    decision = (ROOT / "docs/decisions/0004-dependencies.md").read_text()
    rows = re.findall(r"^\| ([^|(]+)", decision, re.MULTILINE)
    assert names - {name.strip() for row in rows for name in row.lower().split(",")} == set()


def test_the_notes_of_a_release_are_its_section_of_the_changelog() -> None:
    assert version_of('"""The version."""\n\n__version__ = "0.1.0"\n') == "0.1.0"
    assert notes_of(CHANGELOG, "0.1.0") == "### Added\n\n- One\n"


def test_a_release_needs_a_version_and_a_dated_section() -> None:
    with pytest.raises(NotReady, match="has no release version"):
        version_of('__version__ = "0.1.0.dev1"\n')
    with pytest.raises(NotReady, match="'unreleased'"):
        notes_of(CHANGELOG, "0.2.0")
    with pytest.raises(NotReady, match=r"no section \[0\.3\.0\]"):
        notes_of(CHANGELOG, "0.3.0")
    with pytest.raises(NotReady, match="is empty"):
        notes_of("## [0.1.0] - 2026-11-25\n", "0.1.0")
