"""A sandbox in a container, for tests that use Testcontainers. Needs `pip install 'heliograph[testcontainers]'`."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Self

import msgspec

from heliograph.testing.server import ServerKey

try:
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.wait_strategies import HttpWaitStrategy
except ModuleNotFoundError as error:
    raise ImportError(
        f"HeliographContainer needs Testcontainers ({error.name} is missing): pip install 'heliograph[testcontainers]'"
    ) from None

_PORT = 8080


class HeliographContainer:
    """A container with `heliograph dev`.

        with HeliographContainer(seed=Path("heliograph.toml").read_text()) as sandbox:
            client = Client(sandbox.url, auth=BasicAuth(*sandbox.key))

    `container` is the `DockerContainer` of Testcontainers, for networks, volumes and other options before the start.
    """

    def __init__(self, image: str = "heliograph", *, seed: str | None = None, options: Mapping[str, str] | None = None):
        """Describe the container; entering the block starts it.

        Args:
            image: name of the image.
            seed: text of a seed file in TOML.
            options: environment variables of the server, such as `HELIOGRAPH_LOG_LEVEL`.
        """
        variables = {**(options or {}), **({"HELIOGRAPH_SEED_TOML": seed} if seed is not None else {})}
        self.container = DockerContainer(image, env=variables)
        self.container.with_command(["dev", "--host", "0.0.0.0"]).with_exposed_ports(_PORT)
        self.container.waiting_for(HttpWaitStrategy(_PORT, "/health/ready"))
        self._env: dict[str, str] = {}

    def start(self) -> Self:
        """Start the container, and wait until the server is ready.

        Raises:
            RuntimeError: the container does not print its variables.
        """
        self.container.start()
        status, output = self.container.exec(["heliograph", "env", "--format", "json"])
        if status != 0:
            raise RuntimeError(f"heliograph env failed in the container: {output.decode(errors='replace')}")
        host, port = self.container.get_container_host_ip(), self.container.get_exposed_port(_PORT)
        self._env = {**msgspec.json.decode(output, type=dict[str, str]), "HELIOGRAPH_URL": f"http://{host}:{port}"}
        return self

    def stop(self) -> None:
        """Stop and remove the container."""
        self.container.stop()

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def env(self) -> dict[str, str]:
        """The variables of `heliograph env`, with the URL at which tests reach the server."""
        return dict(self._env)

    @property
    def url(self) -> str:
        """The URL of the server."""
        return self._env["HELIOGRAPH_URL"]

    @property
    def app_id(self) -> str:
        """The id of the app."""
        return self._env["HELIOGRAPH_APP_ID"]

    @property
    def key(self) -> ServerKey:
        """The key of the app."""
        return ServerKey(self._env["HELIOGRAPH_KEY_ID"], self._env["HELIOGRAPH_KEY_SECRET"])
