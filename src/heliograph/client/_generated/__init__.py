"""Models, events and operations, generated from the table by tools/generate_client.py and tools/unasync.py."""
