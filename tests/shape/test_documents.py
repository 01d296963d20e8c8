"""The documents refer only to files, tests and sections that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from heliograph.cli.main import cli
from heliograph.server.auth.refusals import Reason
from tests.cases import each

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]+))?\)")
PATH = re.compile(r"`([\w./-]+/[\w.-]*)(?:::(\w+))?`")
PACKAGE = ROOT / "src/heliograph"
SUBPACKAGES = {path.name for path in PACKAGE.iterdir() if path.is_dir()}


def named(path: Path) -> str:
    """The test id of a path."""
    return str(path.relative_to(ROOT))


def anchors_of(document: Path) -> set[str]:
    """The anchors of the headings of a document, as GitHub forms them."""
    headings = re.findall(r"^#+ (.*)$", CODE.sub("", document.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each(DOCUMENTS, named)
def test_links_lead_somewhere(document: Path) -> None:
    for target, anchor in LINK.findall(CODE.sub("", document.read_text())):
        if target.startswith("../../security/"):
            continue  # a page of the repository on GitHub
        found = (document.parent / target).resolve() if target else document
        assert found.exists(), target
        assert not anchor or anchor in anchors_of(found), f"{target}#{anchor}"


@each(DOCUMENTS, named)
def test_named_files_and_tests_exist(document: Path) -> None:
    if document.name == "CHANGELOG.md":
        return  # its entries refer to files of earlier versions
    for path, test in PATH.findall(CODE.sub("", document.read_text())):
        first = path.split("/")[0]
        if first in ("src", "tests", "bench", "docs", "tools", "examples"):
            found = ROOT / path
        elif first in SUBPACKAGES:
            found = PACKAGE / path
        else:
            continue
        assert found.exists() or found.with_suffix(".py").exists() or is_attribute(found), path
        assert not test or f"def {test}(" in found.read_text(), f"{path}::{test}"


def command_lines(text: str) -> Iterator[list[str]]:
    """The words after `heliograph` in each line of the shell examples, also where it is a container image."""
    for block in re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            found = re.search(r"(?:^|[\s(]|bin/)heliograph(?= |$)([^|;&()]*)", line)
            if found and not line.startswith("#"):
                yield found[1].partition(" #")[0].replace('"', " ").split()


@each(DOCUMENTS, named)
def test_commands_and_options_in_examples_exist(document: Path) -> None:
    for words in command_lines(document.read_text()):
        command: click.Command = cli
        while words and isinstance(command, click.Group):
            context = click.Context(command)
            found = command.get_command(context, words.pop(0))
            assert found is not None, words
            command = found
        options = {flag for parameter in command.params for flag in (*parameter.opts, *parameter.secondary_opts)}
        given = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert given <= options | {"--help"}, (command.name, given - options)


def is_attribute(path: Path) -> bool:
    """Whether a name such as `storage/events.add` stands for a function of a module."""
    module = path.with_suffix(".py")
    return module.exists() and f"def {path.suffix[1:]}(" in module.read_text()


def test_every_reason_of_the_log_and_every_metric_is_documented() -> None:
    text = (ROOT / "docs/reference/settings.md").read_text()
    assert [reason for reason in Reason if f"| `{reason.name.lower()}` |" not in text] == []
    sources = "".join(path.read_text() for path in (PACKAGE / "server").rglob("*.py"))
    metrics = set(re.findall(r'"(heliograph_[a-z_]+)"', sources))
    assert metrics
    assert [name for name in metrics if not re.search(rf"^\| `{name}(_total)?` \|", text, re.MULTILINE)] == []
    everything = "".join(path.read_text() for path in PACKAGE.rglob("*.py"))
    tasks = set(re.findall(r'(?:keep_running|reported|report)\("(\w+)"', everything)) - {"worker"}  # has no counter
    assert [task for task in tasks if f"`{task}`" not in text] == []
