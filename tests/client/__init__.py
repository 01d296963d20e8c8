"""The Python client, through its public surface, against real servers."""
