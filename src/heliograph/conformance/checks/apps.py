"""Rules about apps. All but one check change a whole app, so they create an app."""

from __future__ import annotations

from typing import Any

from heliograph.conformance.caller import Answer
from heliograph.conformance.check import RuleSource, rule
from heliograph.conformance.checks.credentials import WITHIN
from heliograph.conformance.outcomes import Need, equal, eventually
from heliograph.conformance.site import Site
from heliograph.wire.table.v2.apps import CREATE_APP_KEY, DELETE_APP, GET_APP, UPDATE_APP

KEYS_PER_APP = 10


def change(site: Site, **settings: Any) -> Answer:
    """Change settings of an app."""
    return site.call(UPDATE_APP, {"settings": settings})


@rule("apps.1", "multiConvoEnabled cannot be turned off again.", Need.ACCOUNT, source=RuleSource("schema AppSettings"))
def several_conversations(site: Site) -> None:
    own = site.new_app()
    shown = change(own, multiConvoEnabled=True).expect(200).json["app"]["settings"]
    equal(shown["multiConvoEnabled"], True, "multiConvoEnabled")
    change(own, multiConvoEnabled=False)
    equal(own.ok(GET_APP)["app"]["settings"]["multiConvoEnabled"], True, "multiConvoEnabled after false")


@rule("apps.2", "maskCreditCardNumbers is true in a new app.", Need.ACCOUNT)
def new_apps_mask_cards(site: Site) -> None:
    settings = site.new_app().ok(GET_APP)["app"]["settings"]
    equal(settings["maskCreditCardNumbers"], True, "maskCreditCardNumbers")


@rule("apps.3", "The settings of an app are stored and shown.", Need.ACCOUNT)
def settings(site: Site) -> None:
    own, given = site.new_app(), {"echoPostback": True, "appLocalizationEnabled": True}
    change(own, **given).expect(200)
    shown = own.ok(GET_APP)["app"]["settings"]
    equal({name: shown.get(name) for name in given}, given, "the settings")


@rule("apps.4", "An app has up to 10 keys.", Need.ACCOUNT, source=RuleSource("section App Keys"))
def keys_of_an_app(site: Site) -> None:
    own = site.new_app()
    for _ in range(KEYS_PER_APP - 1):
        own.ok(CREATE_APP_KEY, {"displayName": site.name()})
    own.call(CREATE_APP_KEY, {"displayName": site.name()}).refused(400, "bad_request")


@rule("apps.5", "A deleted app and its keys stop working at once.", Need.ACCOUNT)
def deleted_app(site: Site) -> None:
    own = site.new_app()
    own.ok(DELETE_APP)
    eventually(lambda: own.call(GET_APP).status == 401, "status 401 for the key of a deleted app", WITHIN)
    own.call(GET_APP, auth=site.account).refused(404, "app_not_found")


@rule("apps.6", "An account key reaches all apps.", Need.ACCOUNT, source=RuleSource("section API Authentication"))
def account_keys(site: Site) -> None:
    for one in (site, site.apart):
        equal(one.ok(GET_APP, auth=site.account)["app"]["id"], one.app_id, "the id of the app")
