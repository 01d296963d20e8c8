"""Playing an end user alongside the business."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.console.browsing import Console
from tests.waiting import until

pytestmark = pytest.mark.one_engine

FORM = {
    "type": "form",
    "fields": [
        {"type": "text", "name": "name", "label": "Your name"},
        {
            "type": "select",
            "name": "size",
            "label": "Size",
            "options": [{"name": "s", "label": "Small"}, {"name": "l", "label": "Large"}],
        },
    ],
}


def post(console: Console, conversation: str, content: object) -> None:
    """Post a message of the business."""
    console.api.ok(
        "POST", f"/conversations/{conversation}/messages", {"author": {"type": "business"}, "content": content}
    )


def types(field: Locator, text: str, place: Locator, shown: str) -> None:
    """Type until another place shows it. Typing is repeated, because it ends after three seconds without input."""

    def is_shown() -> bool:
        field.fill(text)
        return shown in place.inner_text()

    until(is_shown)


def test_both_sides(console: Console) -> None:
    """The user writes, types, reads, selects a reply, presses a button, and fills in a form."""
    page, api = console.page, console.api
    ada = api.new_user("ada")
    group = api.new_group(displayName="Crew")
    api.join(group, ada, subscribe=True)
    console.open(f"conversations/{group}", play="1")
    phone = page.get_by_role("complementary", name="Play an end user")
    business = page.get_by_role("group", name="Messages", exact=True)
    field = phone.get_by_label("Message of ada")
    types(field, "Where is my order?", business, "ada is typing…")
    field.press("Enter")
    expect(business.get_by_role("listitem").filter(has_text="Where is my order?")).to_be_visible()
    expect(business).not_to_contain_text("is typing…")
    actions = [
        {"type": "reply", "text": "Morning", "payload": "m"},
        {"type": "postback", "text": "Later", "payload": "later"},
    ]
    post(console, group, {"type": "text", "text": "When?", "actions": actions})
    expect(business).to_contain_text("Seen by ada")
    console.assert_accessible()
    phone.get_by_role("button", name="Later").click()
    expect(page.get_by_text("Sent postback “later”")).to_be_visible()
    phone.get_by_role("group", name="Quick replies").get_by_role("button", name="Morning").click()
    expect(business.get_by_role("listitem").filter(has_text="Morning").last).to_contain_text("ada")
    post(console, group, FORM)
    phone.get_by_role("button", name="Submit").click()
    expect(phone.get_by_role("alert")).to_be_visible()
    phone.get_by_label("Your name").fill("Ada")
    phone.get_by_label("Size").select_option("Large")
    phone.get_by_role("button", name="Submit").click()
    expect(business.get_by_role("listitem").filter(has_text="In response to")).to_contain_text("Large")
    expect(phone.get_by_role("button", name="Submit")).to_have_count(0)
    sources = [
        one["source"]["type"]
        for one in api.ok("GET", f"/conversations/{group}/messages")["messages"]
        if one["author"]["type"] == "user"
    ]
    assert sources == ["web"] * 3


def test_several_phones(console: Console) -> None:
    """Two users write to each other, a third phone plays a new participant, and phones are switched and closed."""
    page, api = console.page, console.api
    group = api.new_group(displayName="Crew")
    for name in ("ada", "bob"):
        api.join(group, api.new_user(name))
    console.open(f"conversations/{group}", play="1")
    ada, bob, carl = (page.get_by_role("region", name=f"Phone of {name}") for name in ("ada", "bob", "carl"))
    page.get_by_role("button", name="Play another user").click()
    page.get_by_role("menuitem", name="bob").click()
    types(ada.get_by_label("Message of ada"), "Anyone there?", bob, "ada is typing…")
    expect(ada).not_to_contain_text("is typing…")
    ada.get_by_label("Message of ada").press("Enter")
    bob.get_by_label("Message of bob").fill("Here I am")
    bob.get_by_role("button", name="Send as the user").click()
    for phone, own in ((ada, "Anyone there?"), (bob, "Here I am")):
        expect(phone.get_by_role("listitem").filter(has_text="Here I am")).to_be_visible()
        expect(phone.locator(".message.own")).to_have_count(1)
        expect(phone.locator(".message.own")).to_contain_text(own)
    console.assert_accessible()
    page.get_by_role("button", name="Play another user").click()
    page.get_by_role("menuitem", name="Add participant…").click()
    page.get_by_label("User ID or external ID").fill("carl")
    page.get_by_role("dialog").get_by_role("button", name="Add participant").click()
    page.get_by_role("button", name="Play another user").click()
    page.get_by_role("menuitem", name="carl").click()
    expect(carl).to_be_visible()
    ada.get_by_role("button", name="Stop playing ada").click()
    expect(ada).to_have_count(0)
    page.reload()
    bob.get_by_label("User", exact=True).select_option("ada")
    expect(ada.get_by_role("listitem").filter(has_text="Here I am")).to_be_visible()
    expect(bob).to_have_count(0)
    page.get_by_role("complementary", name="Play an end user").get_by_role(
        "button", name="Stop playing", exact=True
    ).click()
    expect(page.get_by_role("complementary", name="Details")).to_be_visible()


def test_a_file_of_the_user(console: Console) -> None:
    """A user is added and played, and uploads an image, which both sides show."""
    page = console.page
    group = console.api.new_group(displayName="Crew")
    console.open(f"conversations/{group}", play="1")
    phone = page.get_by_role("complementary", name="Play an end user")
    phone.get_by_role("button", name="Add participant").click()
    page.get_by_label("User ID or external ID").fill("bob")
    page.get_by_role("dialog").get_by_role("button", name="Add participant").click()
    expect(phone.get_by_label("Message of bob")).to_be_visible()
    with page.expect_file_chooser() as chooser:
        phone.get_by_role("button", name="Send a file as the user").click()
    chooser.value.set_files({"name": "receipt.png", "mimeType": "image/png", "buffer": PIXEL})
    for side in (phone, page.get_by_role("group", name="Messages", exact=True)):
        expect(picture(side)).to_be_visible()
        assert picture(side).evaluate("one => one.decode().then(() => one.naturalWidth)") == 1
    console.assert_accessible()


def picture(side: Locator) -> Locator:
    """The picture that was sent."""
    return side.get_by_role("img", name="receipt.png")


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415478da63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
