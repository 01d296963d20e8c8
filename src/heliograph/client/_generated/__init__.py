"""Generated from the table of operations by tools/generate_client.py and tools/unasync.py."""
