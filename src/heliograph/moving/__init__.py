"""Moving an app: from the API of another server, or from a directory, to this server, and into a directory.

Everything goes through the API, so the server keeps running, and imports and exports are the same on both engines.
"""
