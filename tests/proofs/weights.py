"""How often the model-based test chooses each verb.

A single Hypothesis rule chooses the verb: with one rule for each verb, Hypothesis would leave out random rules, and
the run is too short to leave out joins.
"""

from __future__ import annotations

from tests.proofs.bulk_verbs import BULK_WEIGHTS
from tests.proofs.controlling import CONTROL_WEIGHTS
from tests.proofs.histories import HISTORY_WEIGHTS
from tests.proofs.importing_verbs import IMPORT_WEIGHTS
from tests.proofs.merging import MERGE_WEIGHTS
from tests.proofs.person_verbs import PERSON_WEIGHTS
from tests.proofs.retry_verbs import RETRY_WEIGHTS
from tests.proofs.search_verbs import SEARCH_WEIGHTS

WEIGHTS = {
    "create_user": 2,
    "create_group": 1,
    "create_personal": 1,
    "join": 9,
    "leave": 3,
    "leave_as_participant": 3,
    "say": 7,
    "act": 5,
    "delete_message": 1,
    "delete_messages": 1,
    "delete_user": 1,
    "delete_conversation": 1,
    "restart": 1,
    "list_participants": 2,
    "list_conversations": 2,
    "list_messages": 2,
    **CONTROL_WEIGHTS,
    **BULK_WEIGHTS,
    **MERGE_WEIGHTS,
    **HISTORY_WEIGHTS,
    **RETRY_WEIGHTS,
    **PERSON_WEIGHTS,
    **SEARCH_WEIGHTS,
    **IMPORT_WEIGHTS,
}
VERBS = [verb for verb, weight in WEIGHTS.items() for _ in range(weight)]
