"""Rules about control of conversations."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from heliograph.conformance.check import RuleSource, rule
from heliograph.conformance.outcomes import Need, NotRun, equal, holds
from heliograph.conformance.site import MISSING, Site
from heliograph.conformance.switchboards import Board, has_failed
from heliograph.wire.operations import AnyOperation
from heliograph.wire.table.v2.conversations import ACCEPT_CONTROL, OFFER_CONTROL, PASS_CONTROL, RELEASE_CONTROL
from heliograph.wire.table.v2.integrations import CREATE_WEBHOOK, DELETE_WEBHOOK

INVALID_TARGET, INVALID_ACTION = "switchboard_invalid_target", "switchboard_invalid_action"
ACTIVE = ("bot", "")
NONE = ("", "")
METADATA_BYTES = 4096


class Scene:
    """A conversation of an app with a switchboard, of which `bot` is the default and the active one."""

    def __init__(self, site: Site) -> None:
        self.board = Board(site.apart)
        self.site = self.board.site
        self.user = self.site.user()
        self.group = self.site.group(self.user)

    def act(self, operation: AnyOperation, target: str = "", auth: str | None = None) -> None:
        """Change control successfully."""
        self.board.act(self.group, operation, target, auth).expect(200)

    def fails(self, code: str, operation: AnyOperation, target: str = "", auth: str | None = None) -> None:
        """Try to change control, which must fail and change nothing."""
        before = self.state
        answer = self.board.act(self.group, operation, target, auth)
        holds(has_failed(answer, code), f"a failure with the code {code}", answer.summary())
        equal(self.state, before, "the active and the pending integration after a failure")

    @property
    def state(self) -> tuple[str, str]:
        """The names of the active and the pending integration."""
        return self.board.state(self.group)


@rule("control.1", "A disabled switchboard controls nothing, and an enabled one as before.", Need.SWITCHBOARD)
def disabled_switchboards(site: Site) -> None:
    scene = Scene(site)
    scene.act(PASS_CONTROL, "human")
    for enabled, expected in ((False, NONE), (True, ("human", ""))):
        scene.board.set(enabled=enabled)
        equal(scene.state, expected, f"the active and the pending integration with enabled={enabled}")


@rule("control.2", "A new conversation or a message of a user makes the default active.", Need.SWITCHBOARD)
def defaults(site: Site) -> None:
    scene = Scene(site)
    equal(scene.state, ACTIVE, "control of a new conversation")
    scene.act(RELEASE_CONTROL)
    scene.site.say(scene.group)
    scene.site.join(scene.group, scene.site.user())
    equal(scene.state, NONE, "control after a message of the business")
    scene.site.say(scene.group, user=scene.user)
    equal(scene.state, ACTIVE, "control after a message of a user")


@rule("control.3", "A target is next, or the id, the name or the type of a switchboard integration.", Need.SWITCHBOARD)
def targets(site: Site) -> None:
    scene = Scene(site)
    scene.act(PASS_CONTROL, "next")
    equal(scene.state, ("human", ""), "control after next")
    scene.act(PASS_CONTROL, scene.board.members["bot"])
    equal(scene.state, ACTIVE, "control after an id")
    scene.act(PASS_CONTROL, "human")
    equal(scene.state, ("human", ""), "control after a name")
    scene.fails(INVALID_TARGET, PASS_CONTROL, scene.board.integrations["bot"])


@rule("control.4", "A target that does not exist or is not unique is a failure.", Need.SWITCHBOARD)
def invalid_targets(site: Site) -> None:
    scene = Scene(site)
    for operation, target in (
        (PASS_CONTROL, MISSING),
        (PASS_CONTROL, "custom"),
        (OFFER_CONTROL, "nothing"),
        (OFFER_CONTROL, "bot"),
    ):
        scene.fails(INVALID_TARGET, operation, target)


@rule("control.5", "PassControl makes its target active, and ends an offer.", Need.SWITCHBOARD,
      source=RuleSource(PASS_CONTROL.name))  # fmt: skip
def passing(site: Site) -> None:
    scene = Scene(site)
    scene.act(OFFER_CONTROL, "human")
    scene.act(PASS_CONTROL, "bot")
    equal(scene.state, ACTIVE, "control")


@rule("control.5.events", "Passing to the active integration has no event.", Need.SWITCHBOARD, Need.WEBHOOK)
def passing_to_the_active_one(site: Site) -> None:
    scene = Scene(site)
    inbox = scene.site.inbox()
    scene.act(PASS_CONTROL, "human")
    scene.act(PASS_CONTROL, "human")
    equal(scene.site.settled(inbox, scene.group).count("switchboard:passControl"), 1, "the number of events")


@rule("control.6", "next of an integration that is not active changes nothing.", Need.SWITCHBOARD)
def repeated_next(site: Site) -> None:
    scene = Scene(site)
    key = scene.site.bot_key
    for _ in range(2):
        scene.act(PASS_CONTROL, "next", key)
        equal(scene.state, ("human", ""), "control")


@rule("control.7", "OfferControl makes its target pending.", Need.SWITCHBOARD, source=RuleSource(OFFER_CONTROL.name))
def offers(site: Site) -> None:
    scene = Scene(site)
    scene.act(OFFER_CONTROL, "human")
    equal(scene.state, ("bot", "human"), "control")
    scene.act(RELEASE_CONTROL)
    scene.act(OFFER_CONTROL, "human")
    equal(scene.state, ("bot", "human"), "control after an offer without an active integration")


@rule("control.8", "AcceptControl makes the pending integration active; no other may accept.", Need.SWITCHBOARD,
      source=RuleSource(ACCEPT_CONTROL.name))  # fmt: skip
def acceptance(site: Site) -> None:
    scene = Scene(site)
    scene.fails(INVALID_ACTION, ACCEPT_CONTROL)
    human = scene.site.integration_key(scene.site.human)
    scene.act(OFFER_CONTROL, "human")
    scene.board.act(scene.group, ACCEPT_CONTROL, auth=scene.site.bot_key).refused(403, "forbidden")
    for _ in range(2):
        scene.act(ACCEPT_CONTROL, auth=human)
        equal(scene.state, ("human", ""), "control")


@rule("control.9", "After ReleaseControl no integration is active; only the active one may release.", Need.SWITCHBOARD,
      source=RuleSource(RELEASE_CONTROL.name))  # fmt: skip
def release(site: Site) -> None:
    scene = Scene(site)
    human = scene.site.integration_key(scene.site.human)
    scene.board.act(scene.group, RELEASE_CONTROL, auth=human).refused(403, "forbidden")
    scene.act(RELEASE_CONTROL, auth=scene.site.bot_key)
    equal(scene.state, NONE, "control")
    scene.act(RELEASE_CONTROL)


@rule("control.10", "A failure is reported by its event.", Need.SWITCHBOARD, Need.WEBHOOK)
def failures(site: Site) -> None:
    scene = Scene(site)
    inbox = scene.site.inbox()
    scene.fails(INVALID_TARGET, PASS_CONTROL, "nothing")
    payload = inbox.wait("switchboard:passControl:failure", scene.group)
    equal(payload["error"]["code"], INVALID_TARGET, "the code of the error")


@rule("control.11", "Without an enabled switchboard, PassControl, OfferControl and AcceptControl fail.",
      Need.SWITCHBOARD)  # fmt: skip
def without_a_switchboard(site: Site) -> None:
    scene = Scene(site)
    scene.board.set(enabled=False)
    for operation, target in ((PASS_CONTROL, "bot"), (OFFER_CONTROL, "human"), (ACCEPT_CONTROL, "")):
        scene.fails(INVALID_ACTION, operation, target)
    for forbidden in (ACCEPT_CONTROL, RELEASE_CONTROL):
        scene.board.act(scene.group, forbidden, auth=scene.site.bot_key).refused(403, "forbidden")


@rule("control.12", "Metadata of the four operations is limited to 4096 bytes.", Need.SWITCHBOARD)
def limit_of_metadata(site: Site) -> None:
    scene = Scene(site)
    large = {"m": "x" * METADATA_BYTES}
    for operation, target in (
        (PASS_CONTROL, "human"),
        (OFFER_CONTROL, "human"),
        (ACCEPT_CONTROL, ""),
        (RELEASE_CONTROL, ""),
    ):
        answer = scene.board.act(scene.group, operation, target, metadata=large)
        answer.refused(400, "bad_request", "4096")
    equal(scene.state, ACTIVE, "control")


@rule("control.13", "A standby integration gets no events, one outside the switchboard gets all.", Need.SWITCHBOARD,
      Need.WEBHOOK)  # fmt: skip
def standby_events(site: Site) -> None:
    scene = Scene(site)
    outside, receiver = scene.site.inbox(), scene.site.run.receiver
    if receiver is None:
        raise NotRun(f"needs {Need.WEBHOOK.value}")
    standby = receiver.inbox()
    own = {"integrationId": scene.site.human}
    webhook = scene.site.ok(CREATE_WEBHOOK, {"target": standby.url, "triggers": ["*"]}, **own)["webhook"]["id"]
    try:
        scene.board.change("human", deliverStandbyEvents=False)
        scene.site.say(scene.group)
        scene.site.settled(outside, scene.group)
        scene.act(PASS_CONTROL, "human")
        scene.site.say(scene.group, "For you")
        standby.wait("conversation:message", scene.group, "For you")
        equal(standby.types(scene.group)[0], "switchboard:passControl", "the first event of the standby integration")
    finally:
        scene.site.call(DELETE_WEBHOOK, **own, webhookId=webhook)


@rule("control.14", "Of two next requests of one integration at the same time, the second is a retry.",
      Need.SWITCHBOARD)  # fmt: skip
def concurrent_requests(site: Site) -> None:
    scene = Scene(site)
    key = scene.site.bot_key
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda _: scene.board.act(scene.group, PASS_CONTROL, "next", key), range(2)))
    equal([one.status for one in answers], [200, 200], "the statuses")
    equal(scene.state, ("human", ""), "control")
