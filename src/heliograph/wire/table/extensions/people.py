"""What is kept about a person."""

from __future__ import annotations

from heliograph import errors
from heliograph.wire import people
from heliograph.wire.formats import NO_BODY, Json, JsonLines, JsonOrAccepted
from heliograph.wire.operations import Operation, operations_in
from heliograph.wire.paths import BRAND, EXTENSION_APP, EXTENSION_USER, A

PEOPLE_TAG = "People"

# fmt: off
EXPORT_USER = Operation(
    "ExportUser", "GET", EXTENSION_USER / "export", PEOPLE_TAG, A,
    "Exports everything that is kept about a user, one JSON object in each line: the profile, clients, devices, "
    "conversations with memberships, messages and files, events and recorded requests. Of a group it has the messages "
    "of the user, of a personal conversation all. The last line is of type `end`; without it the export is not "
    "complete.",
    body=NO_BODY,
    response=JsonLines(people.ExportHeader, others=(
        people.ExportedProfile, people.ExportedSupportUser, people.ExportedClient, people.ExportedDevice,
        people.ExportedConversation, people.ExportedMembership, people.ExportedMembershipChange,
        people.ExportedMessage, people.ExportedFile, people.ExportedEvent, people.ExportedRequest, people.ExportEnd,
    )),
    errors=(errors.UserNotFound,), query=BRAND,
)
ERASE_USER = Operation(
    "EraseUser", "POST", EXTENSION_USER / "erase", PEOPLE_TAG, A,
    "Deletes a user like DeleteUser, and removes what names the person from everything that stays: messages keep their "
    "place and time, with a random pseudonym as the author. Reports what was removed, and what stays and why. After 25 "
    "seconds the status is 202, the server goes on, and the same request waits again.",
    body=NO_BODY, response=JsonOrAccepted(people.ErasureResponse), errors=(errors.UserNotFound,), query=BRAND,
    stored_afterwards=True,
)
LIST_ERASURES = Operation(
    "ListErasures", "GET", EXTENSION_APP / "erasures", PEOPLE_TAG, A,
    "Lists the erasures of an app, oldest first, those that are not finished included. They do not say whom they were "
    "about.",
    body=NO_BODY, response=Json(people.ErasureListResponse), errors=(errors.InvalidPage,), paged=True,
)
# fmt: on

OPERATIONS = operations_in(vars())
