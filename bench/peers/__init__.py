"""Measures other servers of group conversations next to this one, with the same load generator, in turns.

    .venv/bin/python -m bench.peers --peer ejabberd

A peer runs as a temporary instance with a configuration of its own, where its program is installed. docs/benchmarks.md
describes what is compared, and what is not equal.
"""
