"""The handlers of the API, one for each operation: they call a verb of `domain` and wrap its result in a response.

Importing this package imports all of its modules, which binds their handlers to the operations of the table.
"""

from importlib import import_module
from pkgutil import iter_modules

from heliograph.server.handlers import ROUTES as ROUTES

for module in iter_modules(__path__, f"{__name__}."):
    import_module(module.name)
