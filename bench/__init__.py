"""Benchmarks of the server and of the client; docs/benchmarks.md describes what they measure.

`run` is the entry point: it measures the parts of a `plan` (`matrix` for the scenarios, `openloop`, `growth`,
`endurance`, `deliveries`, `delay`, `hanging`) on each of the `engines`, and `report` writes the figures. `peers`
compares the server with other servers, `client` this Python client with the official one, and `console` measures the
console in a browser.
"""
