"""The processes of a server: startup, shutdown, worker processes and their health."""
