"""The container image, the compose files, the GitHub action, and the container for tests."""
