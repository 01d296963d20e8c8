"""Serves the web page of the console, which is built from `ui/` by `make ui`."""
