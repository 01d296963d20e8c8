"""Checks that a release is ready, prints its version, and writes its notes from the changelog.

    python -m tools.release --notes notes.md

The changelog must have a section with the version and a date, such as `## [0.1.0] - 2026-11-25`.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
_VERSION = re.compile(r'^__version__ = "(\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?)"$', re.MULTILINE)


class NotReady(Exception):
    """The repository does not describe a release."""


def version_of(source: str) -> str:
    """The version in `_version.py`.

    Raises:
        NotReady: the version is missing, or is not a release version.
    """
    found = _VERSION.search(source)
    if found is None:
        raise NotReady("src/heliograph/_version.py has no release version")
    return found[1]


def notes_of(changelog: str, version: str) -> str:
    """The section of the changelog for a version, without its heading.

    Raises:
        NotReady: the section is missing, empty, or has no date.
    """
    section = rf"^## \[{re.escape(version)}\] - (?P<date>\S+)\n(?P<notes>.*?)(?=^## |\Z)"
    found = re.search(section, changelog, re.MULTILINE | re.DOTALL)
    if found is None:
        raise NotReady(f"CHANGELOG.md has no section [{version}]")
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", found["date"]):
        raise NotReady(f"the section [{version}] of CHANGELOG.md has the date {found['date']!r}")
    if not (notes := found["notes"].strip()):
        raise NotReady(f"the section [{version}] of CHANGELOG.md is empty")
    return f"{notes}\n"


def main() -> None:
    """Print the version, and write the notes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--notes", type=Path, required=True, help="file to write the notes to")
    options = parser.parse_args()
    try:
        version = version_of((ROOT / "src/heliograph/_version.py").read_text())
        options.notes.write_text(notes_of((ROOT / "CHANGELOG.md").read_text(), version))
    except NotReady as error:
        sys.exit(f"not ready for a release: {error}")
    sys.stdout.write(f"{version}\n")


if __name__ == "__main__":
    main()
