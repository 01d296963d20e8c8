"""The tools of a sandbox: a server on which developers and CI jobs test against the API.

`tools` has the object that a running server keeps, and the rule that decides whether it has one. Each other module is a
tool. The server calls them from the handlers of `wire/table/sandbox.py`; without the tools those paths do not exist,
and nothing here is called.
"""
