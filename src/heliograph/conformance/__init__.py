"""Black-box checks of a server of the API: every operation, and every rule of docs/behaviour.md.

`catalogue` has the checks. Each calls the server through a `Site`, which keeps track of what the run created, and
deletes it at the end. `runner` runs the checks, and `reports` writes their results.
"""
