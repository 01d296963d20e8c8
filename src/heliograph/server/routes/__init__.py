"""The handlers of the API, one for each operation: they call a verb of `domain` and wrap its result in a response.

`server.api` imports the modules, which binds their handlers to the operations of the table.
"""
