"""What the official library has under this name: raw responses, and the exceptions that requests raise."""

from __future__ import annotations

from heliograph.compat.exceptions import ApiException, ApiValueError
from heliograph.compat.raw import RESTResponse

__all__ = ["ApiException", "ApiValueError", "RESTResponse"]
