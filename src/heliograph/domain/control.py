"""Control of a conversation: passing, offering, accepting and releasing it, without a database.

The rules are control.3 to control.11 of docs/behaviour.md. A call that breaks one of them changes nothing, and records
an event; its response is a success.
"""

from __future__ import annotations

from typing import ClassVar

from msgspec import Raw, Struct

from heliograph.domain import controllers
from heliograph.domain.changes import Changes
from heliograph.domain.events import control as events
from heliograph.domain.facts import Facts, Needs
from heliograph.domain.tenants import Tenant
from heliograph.domain.verbs import Refused
from heliograph.errors import ApiError, ConversationNotFound, Forbidden, InvalidControlAction, InvalidControlTarget
from heliograph.storage.rows.conversations import StoredConversation
from heliograph.storage.rows.switchboards import StoredSwitchboardIntegration, SwitchboardState
from heliograph.wire.events import ControlReason
from heliograph.wire.operations import Scope
from heliograph.wire.switchboards import NEXT

_NOT_ENABLED = "The switchboard is not enabled"
_NOTHING_PENDING = "There is no pendingSwitchboardIntegration"
_TO_ACTIVE = "Cannot offer control to the active switchboard integration."
_NO_NEXT = "There is no next switchboard integration"


class ControlOutcome(Struct, frozen=True):
    """The outcome of a call: it succeeded, or it failed, which an event reports."""

    failure: ApiError | None = None


_DONE = ControlOutcome()


class _ControlVerb(Struct, frozen=True):
    """A call that changes who controls a conversation. `metadata` is JSON."""

    tenant: Tenant
    conversation_id: str
    metadata: Raw | None

    failed: ClassVar[events.FailureType]
    """The type of the event of a call that fails."""

    def needs(self) -> Needs:
        """The facts that `decide` reads."""
        return Needs(self.tenant.app_id, self.conversation_id)

    def decide(self, facts: Facts, changes: Changes) -> ControlOutcome | Refused:
        """Apply the rules of control."""
        if (conversation := facts.conversation(self.tenant.app_id, self.conversation_id)) is None:
            return Refused(ConversationNotFound)
        switchboard = controllers.enabled(conversation)
        if switchboard is None:
            return self._without_switchboard(conversation, changes)
        return self._decide(conversation, switchboard, changes)

    def _without_switchboard(self, conversation: StoredConversation, changes: Changes) -> ControlOutcome | Refused:
        return self._fail(conversation, InvalidControlAction(_NOT_ENABLED), changes)

    def _decide(
        self, conversation: StoredConversation, switchboard: SwitchboardState, changes: Changes
    ) -> ControlOutcome | Refused:
        raise NotImplementedError

    @property
    def _of_app(self) -> bool:
        """Whether the caller acts for the whole app, and not for an integration."""
        return self.tenant.scope > Scope.INTEGRATION

    def _is_of(self, member: StoredSwitchboardIntegration) -> bool:
        """Whether the caller is the integration of a switchboard integration."""
        return self.tenant.integration_id == member.integration_id

    def _set(
        self,
        type: events.ChangeType,
        conversation: StoredConversation,
        active: StoredSwitchboardIntegration | None,
        pending: StoredSwitchboardIntegration | None,
        changes: Changes,
        reason: ControlReason | None = None,
    ) -> ControlOutcome:
        """Record the new controllers, and the event for the integrations in control before and after."""
        before = controllers.concerned(conversation)
        changes.set_control(conversation, active, pending)
        events.control_changed(changes.journal, self.tenant, type, conversation, self.metadata, before, reason)
        return _DONE

    def _fail(self, conversation: StoredConversation, failure: ApiError, changes: Changes) -> ControlOutcome:
        changes.touch(conversation)
        events.control_failed(changes.journal, self.tenant, self.failed, conversation, failure, self.metadata)
        return ControlOutcome(failure)


class _TargetedVerb(_ControlVerb, frozen=True):
    """A call with a target: the id, the name or the type of a switchboard integration, or `next`."""

    target: str

    def _resolve(
        self, conversation: StoredConversation, switchboard: SwitchboardState
    ) -> StoredSwitchboardIntegration | ApiError:
        if self.target == NEXT:
            origin = switchboard.of_integration(self.tenant.integration_id) or _expected(conversation)
            return switchboard.find(origin.next_id if origin else None) or InvalidControlTarget(_NO_NEXT)
        if (by_id := switchboard.find(self.target)) is not None:
            return by_id
        named = [one for one in switchboard.integrations if one.name == self.target]
        found = named or [one for one in switchboard.integrations if one.integration_type == self.target]
        if len(found) > 1:
            return InvalidControlTarget(f"Several switchboard integrations are of type {self.target}")
        return found[0] if found else InvalidControlTarget()


class PassControl(_TargetedVerb, frozen=True):
    """Make a switchboard integration the active one. A pending offer ends."""

    reason: ControlReason | None = None

    failed = "switchboard:passControl:failure"

    def _decide(
        self, conversation: StoredConversation, switchboard: SwitchboardState, changes: Changes
    ) -> ControlOutcome:
        target = self._resolve(conversation, switchboard)
        if isinstance(target, ApiError):
            return self._fail(conversation, target, changes)
        if self.target == NEXT and self._already_passed(conversation, switchboard):
            return _DONE
        if target == controllers.active(conversation) and controllers.pending(conversation) is None:
            return _DONE
        return self._set("switchboard:passControl", conversation, target, None, changes, self.reason)

    def _already_passed(self, conversation: StoredConversation, switchboard: SwitchboardState) -> bool:
        # `next` is relative to the caller. If it is not in control, it has passed control before: this is a retry.
        caller = switchboard.of_integration(self.tenant.integration_id)
        return caller is not None and caller != _expected(conversation)


class OfferControl(_TargetedVerb, frozen=True):
    """Make a switchboard integration the pending one. If none is active, the default one becomes active."""

    failed = "switchboard:offerControl:failure"

    def _decide(
        self, conversation: StoredConversation, switchboard: SwitchboardState, changes: Changes
    ) -> ControlOutcome:
        target, expected = self._resolve(conversation, switchboard), _expected(conversation)
        if isinstance(target, ApiError):
            return self._fail(conversation, target, changes)
        if target == expected:
            return self._fail(conversation, InvalidControlTarget(_TO_ACTIVE), changes)
        return self._set("switchboard:offerControl", conversation, expected, target, changes)


class AcceptControl(_ControlVerb, frozen=True):
    """Make the pending switchboard integration the active one. An integration can accept only an offer to itself."""

    failed = "switchboard:acceptControl:failure"

    def _without_switchboard(self, conversation: StoredConversation, changes: Changes) -> ControlOutcome | Refused:
        return super()._without_switchboard(conversation, changes) if self._of_app else Refused(Forbidden)

    def _decide(
        self, conversation: StoredConversation, switchboard: SwitchboardState, changes: Changes
    ) -> ControlOutcome | Refused:
        active, pending = controllers.active(conversation), controllers.pending(conversation)
        if pending is not None and (self._of_app or self._is_of(pending)):
            return self._set("switchboard:acceptControl", conversation, pending, None, changes)
        if self._of_app:
            return self._fail(conversation, InvalidControlAction(_NOTHING_PENDING), changes)
        if pending is None and active is not None and self._is_of(active):
            return _DONE  # a retry
        return Refused(Forbidden)


class ReleaseControl(_ControlVerb, frozen=True):
    """Leave the conversation without an active integration. An integration must be active to do so."""

    reason: ControlReason | None = None

    def _without_switchboard(self, conversation: StoredConversation, changes: Changes) -> ControlOutcome | Refused:
        return _DONE if self._of_app else Refused(Forbidden)

    def _decide(
        self, conversation: StoredConversation, switchboard: SwitchboardState, changes: Changes
    ) -> ControlOutcome | Refused:
        active, pending = controllers.active(conversation), controllers.pending(conversation)
        if not self._of_app and (active is None or not self._is_of(active)):
            return Refused(Forbidden)
        if active is None and pending is None:
            return _DONE
        return self._set("switchboard:releaseControl", conversation, None, None, changes, self.reason)


def _expected(conversation: StoredConversation) -> StoredSwitchboardIntegration | None:
    """The active switchboard integration, or else the one that would be active if a user spoke now."""
    return controllers.active(conversation) or controllers.default(conversation)
