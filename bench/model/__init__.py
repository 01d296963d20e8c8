"""A model of capacity: which machines a given load needs, from the costs of single operations.

    .venv/bin/python -m bench.model --measure --check     # measures the costs on this machine, in ten minutes
    .venv/bin/python -m bench.model --joins 100 --lists 300 --webhooks 2

docs/howto/scale.md shows its results, and the assumptions behind them.
"""
