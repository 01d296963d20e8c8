"""Code written for the official library runs with its import lines changed: calls, options, errors and settings.

`tests/compat` compares results with those of the library itself.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from pprint import pformat
from typing import Any

import pytest

import heliograph.compat as official
from heliograph import InvalidArgument
from heliograph.compat.api.conversations_api import ConversationsApi
from heliograph.compat.api.users_api import UsersApi
from heliograph.compat.exceptions import ApiTypeError, ApiValueError, OpenApiException
from heliograph.compat.rest import ApiException
from tests.client.conftest import Place

pytestmark = pytest.mark.one_engine
PNG = b"\x89PNG\r\n\x1a\n"
UNKNOWN = "0" * 24


@pytest.fixture
def configuration(place: Place) -> official.Configuration:
    """The configuration of the documented examples."""
    return official.Configuration(host=place.url, username=place.auth.username, password=secret_of(place))


def secret_of(place: Place) -> str:
    """The secret of the app's key."""
    import base64

    return base64.b64decode(place.auth.header(0).split()[1]).decode().partition(":")[2]


@pytest.fixture
def api_client(configuration: official.Configuration) -> Iterator[official.ApiClient]:
    """A client for the app."""
    with official.ApiClient(configuration) as made:
        yield made


@pytest.fixture
def users(api_client: official.ApiClient) -> UsersApi:
    """The API of users."""
    return UsersApi(api_client)


def test_the_documented_example_of_leave(place: Place, configuration: official.Configuration) -> None:
    user_id = place.new_user()
    place.client.participants.join_conversation(place.app_id, place.group, user_id=user_id, subscribe_sdk_client=False)
    bare: Any = official.ParticipantLeaveBodyUserId(user_id=user_id)
    with official.ApiClient(configuration) as api_client:
        api_instance = official.ParticipantsApi(api_client)
        try:
            api_response = api_instance.leave_conversation(place.app_id, place.group, bare)
        except ApiException as e:
            pytest.fail(f"Exception when calling ParticipantsApi->leave_conversation: {e}\n")
        assert pformat(api_response) == "{}"
        for body in (
            bare,
            official.ParticipantLeaveBody(bare),
            official.ParticipantLeaveBody(user_id=user_id),
            official.ParticipantLeaveBody.from_dict({"userId": user_id}),
            {"userId": user_id},
        ):
            with pytest.raises(official.NotFoundException, match="Reason: Not Found"):
                api_instance.leave_conversation(place.app_id, place.group, participant_leave_body=body)


def test_an_error_has_all_attributes_that_programs_use(place: Place, users: UsersApi) -> None:
    with pytest.raises(ApiException) as caught:
        users.get_user(place.app_id, UNKNOWN)
    error = caught.value
    assert type(error) is official.NotFoundException
    assert isinstance(error, OpenApiException)
    assert (error.status, error.reason) == (404, "Not Found")
    assert error.body == '{"errors":[{"code":"user_not_found","title":"User not found"}]}'
    assert (error.data.errors[0].code, error.data.errors[0].title) == ("user_not_found", "User not found")
    assert error.headers is not None
    assert error.headers["Content-Type"] == error.headers.get("content-type") == "application/json"
    assert "X-Request-Id" in error.headers
    assert error.headers["x-request-id"] in str(error)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.status, again.body, dict(again.headers)) == (
        type(error), error.status, error.body, dict(error.headers),
    )  # fmt: skip


def test_the_server_validates_bodies_and_what_cannot_be_sent_is_a_value_error(
    place: Place, users: UsersApi, api_client: official.ApiClient
) -> None:
    joining = official.ParticipantsApi(api_client)
    with pytest.raises(official.BadRequestException) as caught:
        joining.join_conversation(place.app_id, place.group, official.ParticipantJoinBody())
    assert caught.value.status == 400
    for wrong in ((None, UNKNOWN), (place.app_id, ""), (place.app_id, "..")):
        with pytest.raises(ApiValueError) as refused:
            users.get_user(*wrong)
        for kind in (ValueError, OpenApiException, InvalidArgument):
            assert isinstance(refused.value, kind)
    with pytest.raises(ApiValueError, match="CreateUser requires a body"):
        users.create_user(place.app_id, None)  # type: ignore[arg-type]
    with pytest.raises(ApiValueError, match="cannot be encoded as JSON"):
        users.create_user(place.app_id, {"metadata": {"x": float("nan")}})
    with pytest.raises(ApiTypeError, match="GetUser has no argument '_timeout'"):
        users.get_user(place.app_id, UNKNOWN, _timeout=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        users.get_user(place.app_id)  # type: ignore[call-arg]


def test_bodies_may_be_dicts_and_path_parameters_numbers(place: Place, api_client: official.ApiClient) -> None:
    users, conversations = UsersApi(api_client), ConversationsApi(api_client)
    user = users.create_user(place.app_id, {"externalId": "7", "profile": {"givenName": "Ben"}}).user
    assert users.get_user(place.app_id, 7).user == user  # type: ignore[arg-type]
    member = {"userId": user.id, "subscribeSDKClient": False}
    made = conversations.create_conversation(place.app_id, {"type": "sdkGroup", "participants": [member]})
    listed = conversations.list_conversations(place.app_id, {"userId": user.id}, {"size": 1})
    assert [one.id for one in listed.conversations] == [made.conversation.id]
    assert listed.conversations[0].type is official.ConversationType.SDKGROUP
    assert f"{listed.conversations[0].type}" == "sdkGroup"


def test_the_forms_of_a_response(place: Place, users: UsersApi, api_client: official.ApiClient) -> None:
    user_id = place.new_user("ada")
    data, status, headers = users.get_user_with_http_info(place.app_id, user_id)
    full = users.get_user_with_http_info(place.app_id, user_id, _request_timeout=(1, 30), _host_index=0)
    assert data == full.data == users.get_user_with_http_info(place.app_id, user_id, _return_http_data_only=True)
    assert status == full.status_code == 200
    assert headers is not None
    assert headers["Content-Type"] == "application/json"
    raw: Any = users.get_user(place.app_id, user_id, _preload_content=False)
    assert (raw.status, raw.reason, raw.getheader("content-TYPE")) == (200, "OK", "application/json")
    assert raw.data == raw.read() == full.raw_data
    assert raw.getheaders()["X-Request-Id"] == raw.headers["x-request-id"]
    assert raw.json()["user"]["id"] == user_id
    assert users.get_user_without_preload_content(place.app_id, UNKNOWN).status == 404
    with pytest.raises(official.NotFoundException):
        users.get_user(place.app_id, UNKNOWN, _preload_content=False)
    assert api_client.last_response is not None
    assert api_client.last_response.status == 404


def test_calls_in_threads(place: Place, configuration: official.Configuration) -> None:
    with official.ApiClient(configuration, pool_threads=4) as api_client:
        users = UsersApi(api_client)
        ids = [place.new_user() for _ in range(8)]
        threads: list[Any] = [users.get_user(place.app_id, one, async_req=True) for one in ids]
        assert [one.get(10).user.id for one in threads] == ids
        failing: Any = users.get_user_with_http_info(place.app_id, UNKNOWN, async_req=True)
        failing.wait(10)
        assert not failing.successful()
        with pytest.raises(official.NotFoundException):
            failing.get(10)
    assert users.get_user(place.app_id, ids[0]).user.id == ids[0]  # a closed client opens new connections
    api_client.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_does_not_wait_for_threads_of_its_parent(place: Place, api_client: official.ApiClient) -> None:
    script = f"""
import os, sys
import heliograph.compat as official

configuration = official.Configuration(*{(api_client.configuration.host,)!r})
configuration.username, configuration.password = sys.argv[1:]
with official.ApiClient(configuration) as api_client:
    api = official.AppsApi(api_client)
    before = api.get_app({place.app_id!r}, async_req=True).get(10)
    if os.fork() == 0:
        assert api.get_app({place.app_id!r}, async_req=True).get(10) == before
        api_client.close()
        os._exit(0)
    sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
"""
    where = [str(api_client.configuration.username), str(api_client.configuration.password)]
    run = subprocess.run([sys.executable, "-c", script, *where], timeout=60, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


def test_headers_credentials_and_hosts_are_read_when_a_request_is_sent(
    place: Place, configuration: official.Configuration
) -> None:
    client = official.ApiClient(configuration)
    apps = official.AppsApi(client)
    good = configuration.get_basic_auth_token()
    request_auth = configuration.auth_settings()["basicAuth"]
    assert request_auth["value"] == good
    configuration.password = "wrong"
    with pytest.raises(official.UnauthorizedException):
        apps.get_app(place.app_id)
    assert apps.get_app(place.app_id, _request_auth=request_auth, _headers={"X-Three": "3"}).app.id == place.app_id
    configuration.access_token = "not a token"
    assert configuration.header(0) == "Bearer not a token"
    configuration.username = configuration.password = configuration.access_token = None
    assert configuration.auth_settings() == {}
    with pytest.raises(official.UnauthorizedException):
        apps.get_app(place.app_id)
    configuration.host = "http://127.0.0.1:1"
    with pytest.raises(ApiException) as caught:
        apps.get_app(place.app_id, _request_timeout=0.2)
    assert caught.value.status == 0
    with pytest.raises(ApiValueError):
        apps.get_app(place.app_id, _content_type="text/plain")
    client.close()


def test_defaults(place: Place, configuration: official.Configuration) -> None:
    official.Configuration.set_default(configuration)
    try:
        assert official.Configuration.get_default_copy().host == place.url
        with official.ApiClient() as api_client:
            official.ApiClient.set_default(api_client)
            assert official.AppsApi().get_app(place.app_id).app.id == place.app_id
    finally:
        official.Configuration.set_default(None)
        official.ApiClient.set_default(None)
    assert official.Configuration().host == "https://api.smooch.io"
    assert official.Configuration().get_host_from_settings(1) == "https://api.eu-1.smooch.io"
    # Positional arguments of releases before 17, where the sixth is not a token.
    earlier = official.Configuration("http://host", None, None, "a", "b", False)
    assert (earlier.header(0), earlier.access_token) == ("Basic YTpi", None)
    later = official.Configuration(retries=0, debug=True, server_index=0, ignore_operation_servers=True)
    assert (later.max_retries(), later.debug) == (0, True)
    later.debug = False
    assert place.app_id not in later.to_debug_report()


def test_files_in_all_forms(place: Place, api_client: official.ApiClient, tmp_path: Path) -> None:
    attachments = official.AttachmentsApi(api_client)
    (tmp_path / "a.txt").write_bytes(b"text")
    with (tmp_path / "a.txt").open("rb") as file:
        for source in (str(tmp_path / "a.txt"), ("a.txt", b"text"), file, PNG):
            made = attachments.upload_attachment(place.app_id, "public", source, var_for="message").attachment
            assert made.media_type == ("image/png" if source is PNG else "text/plain")
            body = official.AttachmentDeleteBody(media_url=made.media_url)
            attachments.delete_attachment(place.app_id, body)
            with pytest.raises(official.NotFoundException):
                attachments.delete_attachment(place.app_id, body)


def test_a_page_of_apps_by_service_account_is_refused(place: Place, api_client: official.ApiClient) -> None:
    with pytest.raises((official.NotFoundException, official.ForbiddenException)):
        official.AppsApi(api_client).list_apps(filter=official.AppListFilter(service_account_id="svc"))


def test_one_client_in_many_threads(place: Place, users: UsersApi) -> None:
    ids = [place.new_user() for _ in range(16)]
    found: dict[str, str] = {}

    def get(user_id: str) -> None:
        found[user_id] = users.get_user(place.app_id, user_id).user.id

    threads = [threading.Thread(target=get, args=(one,)) for one in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {one: one for one in ids}


def test_models_are_imported_when_they_are_needed() -> None:
    code = "import heliograph.compat, sys; print([name for name in sys.modules if 'compat.' in name])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(run.stdout.replace("'", '"')) == ["heliograph.compat.paths"]
    others = ("rest.ApiException", "api.messages_api.MessagesApi", "undefined.Undefined", "exceptions", "Configuration")
    models = ("model.message_post.MessagePost", "models.author.Author", "model.user_all_of.UserAllOf")
    lines = "; ".join(f"official.{path}" for path in (*others, *models))
    code = f"import heliograph.compat as official; {lines}"
    subprocess.run([sys.executable, "-c", code], check=True)
    everything: dict[str, Any] = {}
    exec("from heliograph.compat import *", everything)
    assert {"MessagesApi", "MessagePost", "ApiException", "Configuration", "ApiClient"} <= everything.keys()
    for name in ("Mesage", "_private"):
        with pytest.raises(AttributeError):
            getattr(official, name)
    with pytest.raises(ModuleNotFoundError):
        __import__("heliograph.compat.model.mesage")
