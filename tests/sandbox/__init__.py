"""The tools of a sandbox."""
