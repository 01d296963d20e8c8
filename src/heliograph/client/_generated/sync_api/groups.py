# Generated from _generated/async_api/groups.py by tools/unasync.py. Do not edit.
"""The groups of operations, as attributes of a client."""

from __future__ import annotations

from heliograph.client._generated.sync_api.activities import ActivitiesApi
from heliograph.client._generated.sync_api.app_contents import AppContentsApi
from heliograph.client._generated.sync_api.app_keys import AppKeysApi
from heliograph.client._generated.sync_api.apps import AppsApi
from heliograph.client._generated.sync_api.attachments import AttachmentsApi
from heliograph.client._generated.sync_api.clients import ClientsApi
from heliograph.client._generated.sync_api.conversations import ConversationsApi
from heliograph.client._generated.sync_api.custom_integration_api_keys import CustomIntegrationApiKeysApi
from heliograph.client._generated.sync_api.deliveries import DeliveriesApi
from heliograph.client._generated.sync_api.devices import DevicesApi
from heliograph.client._generated.sync_api.end_users import EndUsersApi
from heliograph.client._generated.sync_api.imports import ImportsApi
from heliograph.client._generated.sync_api.integrations import IntegrationsApi
from heliograph.client._generated.sync_api.keys import KeysApi
from heliograph.client._generated.sync_api.membership_history import MembershipHistoryApi
from heliograph.client._generated.sync_api.memberships import MembershipsApi
from heliograph.client._generated.sync_api.messages import MessagesApi
from heliograph.client._generated.sync_api.oauth import OAuthApi
from heliograph.client._generated.sync_api.oauth_clients import OAuthClientsApi
from heliograph.client._generated.sync_api.participants import ParticipantsApi
from heliograph.client._generated.sync_api.people import PeopleApi
from heliograph.client._generated.sync_api.recorded_requests import RecordedRequestsApi
from heliograph.client._generated.sync_api.switchboard_actions import SwitchboardActionsApi
from heliograph.client._generated.sync_api.switchboard_integrations import SwitchboardIntegrationsApi
from heliograph.client._generated.sync_api.switchboards import SwitchboardsApi
from heliograph.client._generated.sync_api.users import UsersApi
from heliograph.client._generated.sync_api.webhooks import WebhooksApi
from heliograph.client.groups import group
from heliograph.client.sync_calls import BaseClient


class Groups(BaseClient):
    """The groups of operations, one for each tag of the API's documentation."""

    @group
    def apps(self) -> AppsApi:
        """The operations of the tag Apps."""
        return AppsApi(self)

    @group
    def app_keys(self) -> AppKeysApi:
        """The operations of the tag App Keys."""
        return AppKeysApi(self)

    @group
    def attachments(self) -> AttachmentsApi:
        """The operations of the tag Attachments."""
        return AttachmentsApi(self)

    @group
    def conversations(self) -> ConversationsApi:
        """The operations of the tag Conversations."""
        return ConversationsApi(self)

    @group
    def participants(self) -> ParticipantsApi:
        """The operations of the tag Participants."""
        return ParticipantsApi(self)

    @group
    def messages(self) -> MessagesApi:
        """The operations of the tag Messages."""
        return MessagesApi(self)

    @group
    def activities(self) -> ActivitiesApi:
        """The operations of the tag Activities."""
        return ActivitiesApi(self)

    @group
    def switchboard_actions(self) -> SwitchboardActionsApi:
        """The operations of the tag Switchboard Actions."""
        return SwitchboardActionsApi(self)

    @group
    def integrations(self) -> IntegrationsApi:
        """The operations of the tag Integrations."""
        return IntegrationsApi(self)

    @group
    def custom_integration_api_keys(self) -> CustomIntegrationApiKeysApi:
        """The operations of the tag Custom Integration API Keys."""
        return CustomIntegrationApiKeysApi(self)

    @group
    def webhooks(self) -> WebhooksApi:
        """The operations of the tag Webhooks."""
        return WebhooksApi(self)

    @group
    def switchboards(self) -> SwitchboardsApi:
        """The operations of the tag Switchboards."""
        return SwitchboardsApi(self)

    @group
    def switchboard_integrations(self) -> SwitchboardIntegrationsApi:
        """The operations of the tag Switchboard Integrations."""
        return SwitchboardIntegrationsApi(self)

    @group
    def users(self) -> UsersApi:
        """The operations of the tag Users."""
        return UsersApi(self)

    @group
    def clients(self) -> ClientsApi:
        """The operations of the tag Clients."""
        return ClientsApi(self)

    @group
    def devices(self) -> DevicesApi:
        """The operations of the tag Devices."""
        return DevicesApi(self)

    @group
    def oauth(self) -> OAuthApi:
        """The operations of the tag OAuth."""
        return OAuthApi(self)

    @group
    def deliveries(self) -> DeliveriesApi:
        """The operations of the tag Deliveries."""
        return DeliveriesApi(self)

    @group
    def recorded_requests(self) -> RecordedRequestsApi:
        """The operations of the tag Recorded requests."""
        return RecordedRequestsApi(self)

    @group
    def keys(self) -> KeysApi:
        """The operations of the tag Keys."""
        return KeysApi(self)

    @group
    def app_contents(self) -> AppContentsApi:
        """The operations of the tag App contents."""
        return AppContentsApi(self)

    @group
    def memberships(self) -> MembershipsApi:
        """The operations of the tag Memberships."""
        return MembershipsApi(self)

    @group
    def membership_history(self) -> MembershipHistoryApi:
        """The operations of the tag Membership history."""
        return MembershipHistoryApi(self)

    @group
    def imports(self) -> ImportsApi:
        """The operations of the tag Imports."""
        return ImportsApi(self)

    @group
    def end_users(self) -> EndUsersApi:
        """The operations of the tag End users."""
        return EndUsersApi(self)

    @group
    def oauth_clients(self) -> OAuthClientsApi:
        """The operations of the tag OAuth Clients."""
        return OAuthClientsApi(self)

    @group
    def people(self) -> PeopleApi:
        """The operations of the tag People."""
        return PeopleApi(self)
