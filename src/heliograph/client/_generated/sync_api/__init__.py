# Generated from _generated/async_api/__init__.py by tools/unasync.py. Do not edit.
"""The operations of the API: a module for each tag."""
