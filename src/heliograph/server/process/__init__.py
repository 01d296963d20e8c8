"""The processes of a server.

`running` runs one process: event loop, listening socket, graceful shutdown. `workers` runs several processes behind one
port, and replaces those that end or hang, which it detects by their `heartbeat`. `heliograph.assembly` calls both.
"""
