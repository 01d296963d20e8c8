"""The release of the official Python client that is on PYTHONPATH.

If IN_PLACE_OF names a release, `heliograph.compat` is imported in its place, and nothing else changes.
"""

from __future__ import annotations

import enum
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING or "IN_PLACE_OF" not in os.environ:
    import sunshine_conversations_client as official
else:
    import heliograph.compat as official

__all__ = ["PYDANTIC", "RELEASE", "official", "plain"]

RELEASE = os.environ.get("IN_PLACE_OF", official.__version__)
# Since release 17, models are pydantic models, and a choice between schemas is a class that wraps one of them.
PYDANTIC = int(RELEASE.partition(".")[0]) >= 17


def plain(value: Any) -> Any:
    """The values of a model of the client by their API names, read attribute by attribute."""
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, list):
        return [plain(one) for one in value]
    if hasattr(value, "actual_instance"):
        return plain(value.actual_instance)
    if hasattr(value, "attribute_map"):
        names = value.attribute_map
    elif hasattr(value, "model_fields"):
        names = {name: field.alias or name for name, field in type(value).model_fields.items()}
    else:
        return value
    held = {shown: getattr(value, name) for name, shown in names.items()}
    return {shown: plain(one) for shown, one in held.items() if one is not None}
