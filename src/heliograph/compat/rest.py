"""The module `rest` of the official library: raw responses, and the exceptions of requests."""

from __future__ import annotations

from heliograph.compat.exceptions import ApiException, ApiValueError
from heliograph.compat.raw import RESTResponse

__all__ = ["ApiException", "ApiValueError", "RESTResponse"]
