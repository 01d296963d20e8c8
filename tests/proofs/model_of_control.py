"""A model of a switchboard and of the control of conversations."""

from __future__ import annotations

from dataclasses import dataclass, field

DEFAULT = "bot"
NOTHING, FAILED, FORBIDDEN = "nothing", "failed", "forbidden"
CALLS = {"pass": "passControl", "offer": "offerControl", "accept": "acceptControl", "release": "releaseControl"}


@dataclass
class Controllers:
    """The ids of the switchboard integrations that were last made active and pending in a conversation."""

    active: str | None = None
    pending: str | None = None


@dataclass
class Switchboard:
    """The ids of the switchboard integrations by name, and for each the name of its next switchboard integration."""

    enabled: bool = False
    members: dict[str, str] = field(default_factory=dict)
    nexts: dict[str, str | None] = field(default_factory=dict)

    def shown(self, controllers: Controllers) -> tuple[str | None, str | None]:
        """The names of the active and the pending switchboard integration, as conversations show them."""
        names = {id: name for name, id in self.members.items()} if self.enabled else {}
        return names.get(controllers.active or ""), names.get(controllers.pending or "")

    def speak(self, controllers: Controllers) -> None:
        """Apply a message of a user, or the creation of a conversation."""
        active, pending = self.shown(controllers)
        if self.enabled and active is None:
            self._set(controllers, DEFAULT, None if pending == DEFAULT else pending)

    def control(self, controllers: Controllers, caller: str | None, call: str, target: str) -> str:
        """Apply one of the four calls by an integration or by the app; returns the outcome, which is "" for a change.

        `target` is the name of a switchboard integration, or `next`.
        """
        if not self.enabled:
            if call in ("pass", "offer") or (call == "accept" and caller is None):
                return FAILED
            return FORBIDDEN if caller else NOTHING
        return getattr(self, f"_{call}")(controllers, caller, target)  # type: ignore[no-any-return]

    def _set(self, controllers: Controllers, active: str | None, pending: str | None) -> str:
        controllers.active = self.members[active] if active else None
        controllers.pending = self.members[pending] if pending else None
        return ""

    def _resolve(self, expected: str, caller: str | None, target: str) -> str | None:
        name = target
        if target == "next":
            name = self.nexts[caller if caller in self.members else expected] or ""
        return name if name in self.members else None

    def _pass(self, controllers: Controllers, caller: str | None, target: str) -> str:
        active, pending = self.shown(controllers)
        expected = active or DEFAULT
        if (name := self._resolve(expected, caller, target)) is None:
            return FAILED
        retried = target == "next" and caller in self.members and caller != expected
        if retried or (name, None) == (active, pending):
            return NOTHING
        return self._set(controllers, name, None)

    def _offer(self, controllers: Controllers, caller: str | None, target: str) -> str:
        expected = self.shown(controllers)[0] or DEFAULT
        name = self._resolve(expected, caller, target)
        return FAILED if name in (None, expected) else self._set(controllers, expected, name)

    def _accept(self, controllers: Controllers, caller: str | None, target: str) -> str:
        active, pending = self.shown(controllers)
        if pending and caller in (None, pending):
            return self._set(controllers, pending, None)
        if caller is None:
            return FAILED
        return NOTHING if (active, pending) == (caller, None) else FORBIDDEN

    def _release(self, controllers: Controllers, caller: str | None, target: str) -> str:
        active, pending = self.shown(controllers)
        if caller not in (None, active):
            return FORBIDDEN
        return self._set(controllers, None, None) if active or pending else NOTHING
