"""The limits that the API document sets for the fields of bodies. Fields that are left out have no limits.

`name! 1..128` is required, with 1 to 128 characters or items, or a value of 1 to 128; `a|b` is one of these values;
`form` has a format that the document describes; `of` begins the limits of the items of a list.
"""

from __future__ import annotations

TRIGGERS = (
    "client:add|client:remove|client:update|"
    "conversation:create|conversation:join|conversation:leave|conversation:message|"
    "conversation:message:delivery:channel|conversation:message:delivery:failure|"
    "conversation:message:delivery:user|conversation:postback|conversation:read|conversation:referral|"
    "conversation:remove|conversation:typing|"
    "passthrough:messaging|"
    "switchboard:acceptControl|switchboard:acceptControl:failure|switchboard:offerControl|"
    "switchboard:offerControl:failure|switchboard:passControl|switchboard:passControl:failure|"
    "switchboard:releaseControl|"
    "user:merge|user:remove|user:update"
)
EVENT_TYPES = TRIGGERS.replace("passthrough:messaging|", "")
LIMITS: dict[str, str] = {
    "ActivityPost": "author!, type! conversation:read|typing:start|typing:stop",
    "AndroidIntegrationBody": (
        "displayName ..100, projectId 1.., clientEmail 1.., privateKey 1.., serverKey 1.., senderId 1.."
    ),
    "AppCreateBody": "displayName! 1..100",
    "AppKeyCreateBody": "displayName! 1..100",
    "AppSettingsBody": "conversationRetentionSeconds 0..9007199254740992",
    "AppUpdateBody": "displayName 1..100",
    "AppleIntegrationBody": ("displayName ..100, businessId!, apiSecret!, mspId!, authenticationMessageSecret 88.."),
    "AppleMessageRefBody": "interactiveDataRef!",
    "AppleOverridePayloadBody": "withCapabilities of AUTH2|FORM|LIST|QUICK|TIME",
    "AttachmentDeleteBody": "mediaUrl!",
    "AuthorBody": ("type! business|user, subtypes of AI|activity|agent|bot, brandId 1..24, avatarUrl 1..2048 form"),
    "BulkParticipantsBody": "items! 1..1000",
    "ImportBody": "records! ..500",
    "UserRecord": "user!",
    "ClientRecord": "userId! form, client!",
    "DeviceRecord": "userId! form, device!",
    "ConversationRecord": "conversation!",
    "MessageRecord": "conversationId! form, message!",
    "ParticipantRecord": "conversationId! form, participant!",
    "LeaveRecord": "conversationId! form, participantId! form",
    "BuyBody": "text!, amount!",
    "CarouselMessageBody": "items! 1..10",
    "ClientCreateBody": "matchCriteria!, confirmation!, target!",
    "ClientOutcomeBody": "outcome! blocked|cancelled|confirmed|failed|matched|unblocked",
    "ConfirmationBody": "type! immediate|prompt|userActivity",
    "ConversationCreateBody": (
        "type! personal|sdkGroup, participants ..10, displayName 1..100, description 1..100, iconUrl 1..2048 form"
    ),
    "ConversationUpdateBody": "displayName 1..100, description 1..100, iconUrl 1..2048 form",
    "ConversionPayloadBody": "data!",
    "CoordinatesBody": "lat!, long!",
    "CustomIntegrationBody": "displayName ..100, webhooks! 1..1",
    "DisplaySettingsBody": "imageAspectRatio horizontal|square",
    "DownloadMessageRefBody": "userId!, apple!",
    "FieldBody": (
        "type! email|select|text, name! 1..128, label! 1..128, text 1..256, email 1..128, format decimal|integer"
    ),
    "FileMessageBody": "mediaUrl! form, altText ..128, htmlText ..4096, markdownText ..4096",
    "FormMessageBody": "fields! 1..20",
    "FormMessageFieldBody": (
        "type! email|select|text, name! 1..128, label! 1..128, text 1..256, email 1..128, format "
        "decimal|integer, placeholder 1..128, minSize 1..256, maxSize 1..256, options ..200"
    ),
    "FormResponseMessageBody": "fields! 1..20",
    "FormResponseMessageFieldBody": (
        "type! email|select|text, name! 1..128, label! 1..128, text 1..256, email 1..128, format decimal|integer"
    ),
    "ImageMessageBody": "mediaUrl! form, altText ..128, htmlText ..4096, markdownText ..4096",
    "InstagramIntegrationBody": "displayName ..100, pageAccessToken!, appId!, appSecret!",
    "IntegrationApiKeyBody": "displayName! 1..100",
    "IntegrationUpdateBody": (
        "displayName 1..100, projectId 1.., clientEmail 1.., privateKey 1.., serverKey 1.., senderId 1.., "
        "certificate 1.., authenticationMessageSecret 88.., fromAddress 1.., brandColor form, "
        "conversationColor form, actionColor form, displayStyle button|tab"
    ),
    "InteractiveDataRefBody": "url!, bid!, key!, signature!, owner!",
    "IosIntegrationBody": "displayName ..100, certificate 1..",
    "ItemBody": (
        "title! 1..128, actions! 1..3, description ..128, mediaUrl 1..2048 form, mediaType ..128, altText "
        "..128, size compact|large"
    ),
    "LineIntegrationBody": "displayName ..100, switcherSecret 1..",
    "LinkBody": "uri!, text!",
    "ListMessageBody": "items! 1..10, actions 1..10",
    "LocationMessageBody": "coordinates!",
    "LocationRequestBody": "text!",
    "MailgunCriteriaBody": "integrationId!, address! ..320 form",
    "MailgunIntegrationBody": (
        "displayName ..100, apiKey! 1.., domain! 1.., incomingAddress! 1.., signingKey 1.., fromAddress 1.."
    ),
    "MessagePost": "author!, content!",
    "MessagebirdCriteriaBody": "integrationId!, phoneNumber! ..64 form",
    "MessagebirdIntegrationBody": "displayName ..100, accessKey! 1.., signingKey! 1.., originator! 1..",
    "MessengerIntegrationBody": "displayName ..100, pageAccessToken!, appId!, appSecret!",
    "MessengerOptionsBody": "webview_share_button hide",
    "MetaConversionEventBody": "payload!",
    "OfferControlBody": "switchboardIntegration!",
    "OptionBody": "name 1..128, label 1..128",
    "PassControlBody": "switchboardIntegration!",
    "PostbackBody": "text!, payload!",
    "ProblemBody": "code! 1.., message! 1..",
    "ProfileBody": ("givenName 1..128, surname 1..128, email 1..128 form, avatarUrl 1..2048 form, locale 1..64"),
    "LoginBody": "externalId 1..1024, email 1..128 form, zendeskId 1..128, givenName 1..128, surname 1..128",
    "SupportUserBody": "externalId 1..1024, email 1..128 form, givenName 1..128, surname 1..128, brandId 1..24",
    "ReplyBody": "text!, payload!",
    "SwitchboardIntegrationCreateBody": "name! ..128 form, messageHistoryCount 1..10",
    "SwitchboardIntegrationUpdateBody": "name ..128 form, messageHistoryCount 1..10",
    "TargetBody": "conversationId!",
    "TelegramIntegrationBody": "displayName ..100, token! 1..",
    "TemplateMessageBody": "template!",
    "TextMessageBody": "text ..4096, htmlText ..4096, markdownText ..4096",
    "TicketCreateBody": "role! operator|viewer, expiresInSeconds 1..604800",
    "TokenBody": "code!, grant_type!, client_id!, client_secret!",
    "TwilioCriteriaBody": "integrationId!, phoneNumber! ..64 form",
    "TwilioIntegrationBody": (
        "displayName ..100, accountSid!, authToken! 1.., phoneNumberSid 1.., messagingServiceSid 1.."
    ),
    "TwitterIntegrationBody": (
        "displayName ..100, tier! enterprise, consumerKey! 1.., consumerSecret! 1.., accessTokenKey! 1.., "
        "accessTokenSecret! 1.."
    ),
    "UnityIntegrationBody": "displayName ..100",
    "UserCreateBody": "externalId 1..1024, brandId 1..24",
    "ViberIntegrationBody": "displayName ..100, token! 1..",
    "WebIntegrationBody": (
        "displayName ..100, brandColor form, conversationColor form, actionColor form, displayStyle button|tab"
    ),
    "WebhookCreateBody": f"target! ..2048 form, triggers! of *|{TRIGGERS}",
    "WebhookUpdateBody": f"target ..2048 form, triggers of *|{TRIGGERS}",
    "WebviewBody": "uri!, text!, fallback!, size compact|full|tall",
    "WhatsappCriteriaBody": "integrationId!, phoneNumber! ..64 form",
    "WhatsappIntegrationBody": "displayName ..100",
    # This server sets the limits of the extensions.
    "BeginConversationBody": "reason! linkRequest|message|prechatCapture|proactiveMessaging|startConversation",
    "ControlBody": "action! pass|release, reason ticketClosed|transferToEmail",
    "DeviceBody": "type! android|ios|web, integrationId!, status active|inactive",
    "ExternalMessageBody": "id!",
    "InboundBody": "userId!, act!",
    "InboxScriptBody": "steps! 1..100",
    "MessageAct": "content!",
    "MessageOutcomeBody": "outcome! channel|failure|user",
    "OAuthClientCreateBody": (
        "displayName! 1..100, redirectUris! 1..10 of ..2048 form, removeUrl ..2048 form, clientId form"
    ),
    "OutcomeDestination": "type!",
    "OutcomeError": "code!, message!",
    "PostbackAct": "payload!",
    "ReferralAct": "code!",
    "ReferralBody": "code!",
    "ResponseStep": "status 200..599",
    "SeedBody": "name 1..100",
    "TriggerBody": f"type! {EVENT_TYPES}, to! 1..20",
    "CallEffect": "status 200..599, drop after|before, duplicate 1..10",
    "CallMatch": f"trigger {TRIGGERS}, attempt 1..",
    "ChaosBody": "rules! ..50, seed 0..9007199254740991",
    "DeliveryRule": "name! form, times 1.., effect!",
    "RequestEffect": (
        "status 400..599, code 1..100, title 1..500, retryAfter 0..86400, drop after|before, truncate 0..10000000, "
        "bytesPerSecond 1..10000000"
    ),
    "RequestMatch": "method DELETE|GET|PATCH|POST|PUT",
    "RequestRule": "name! form, times 1.., effect!",
    "SignInBody": "name! 1..100, keyId 1..256, secret 1..256, ticket 1..256",
    "StreamEffect": "drop 0..1000",
    "StreamMatch": f"trigger {TRIGGERS}",
    "StreamRule": "name! form, times 1.., effect!",
    "SnapshotBody": "name! 1..64 form",
}
