"""The entry point of the command `heliograph`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command, or explain how to install the server if its packages are missing."""
    try:
        from heliograph.cli.main import main as run
    except ModuleNotFoundError as error:
        sys.stderr.write(
            f"heliograph: the server is not installed ({error.name} is missing): pip install 'heliograph[server]'\n"
        )
        sys.exit(2)
    sys.exit(run())


if __name__ == "__main__":
    main()
