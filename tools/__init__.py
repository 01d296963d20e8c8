"""Programs that write the parts of the client that are generated."""
