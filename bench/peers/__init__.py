"""Measures other servers of group conversations next to this one, with the same load generator, in turns.

    .venv/bin/python -m bench.peers --peer ejabberd

A peer runs as a temporary instance with its own configuration; its program must be installed. docs/benchmarks.md
describes what is compared, and which differences remain.
"""
