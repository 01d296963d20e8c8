"""The pytest plugin, tested in separate runs of pytest."""
