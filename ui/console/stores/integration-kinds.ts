// The types of integrations, and the fields of the form for each type.
import type { Answer } from "../../shared/api";

export type Integration = Answer<"GetIntegration">["integration"];
export type IntegrationType = Integration["type"];

export interface KindField {
  name: string;
  label: string;
  /** `lines` is a list of texts. */
  input: "text" | "check" | "lines" | "number" | "style";
  required?: boolean;
  hint?: string;
  /** Whether it is set at creation only, and never shown. */
  credential?: boolean;
  /** How the API clears it: with null by default, with an empty text, or not at all. */
  cleared?: "empty" | "never";
  placeholder?: string;
}

interface Kind {
  title: string;
  /** A sentence about the purpose of the type. */
  about: string;
  fields: readonly KindField[];
}

const text = (name: string, label: string, more: Partial<KindField> = {}): KindField => ({ name, label, input: "text", ...more });
const check = (name: string, label: string): KindField => ({ name, label, input: "check" });
const credential = (name: string, label: string, required = true): KindField => ({ name, label, input: "text", credential: true, required });

const SDK = [
  check("canUserSeeConversationList", "Users see the list of their conversations"),
  check("canUserCreateMoreConversations", "Users can begin more conversations"),
];
const EMPTY = { cleared: "empty" } as const;
const COLOR = { placeholder: "2F4FC4", hint: "Hexadecimal, without #", cleared: "never" } as const;
const APPEARANCE = [
  text("businessName", "Business name", EMPTY),
  text("businessIconUrl", "Business icon URL", EMPTY),
  text("brandColor", "Brand colour", COLOR),
  text("conversationColor", "Conversation colour", COLOR),
  text("actionColor", "Action colour", COLOR),
  { name: "displayStyle", label: "Display style", input: "style", cleared: "never" } as const,
  text("buttonIconUrl", "Button icon URL"),
  text("buttonWidth", "Button width", EMPTY),
  text("buttonHeight", "Button height", EMPTY),
  text("backgroundImageUrl", "Background image URL", EMPTY),
  check("fixedIntroPane", "Always show the introduction"),
  { name: "originWhitelist", label: "Allowed origins", input: "lines", placeholder: "https://…", hint: "One origin per line" } as const,
];

const OWN: Partial<Record<IntegrationType, Kind>> = {
  custom: { title: "Custom", about: "A bot, a desk or another program: it has webhooks and keys of its own.", fields: [] },
  web: { title: "Web", about: "The messenger on a web site.", fields: [...SDK, ...APPEARANCE] },
  ios: { title: "iOS", about: "The SDK in an iOS app.", fields: [...SDK, check("autoUpdateBadge", "Set the badge of the app")] },
  android: { title: "Android", about: "The SDK in an Android app.", fields: [...SDK, text("senderId", "Sender ID")] },
  unity: { title: "Unity", about: "The SDK in a Unity app.", fields: SDK },
};

const STAND_INS: Partial<Record<IntegrationType, Kind>> = {
  apple: channel("Apple Messages", [text("businessId", "Business ID", { required: true }), text("mspId", "MSP ID", { required: true }), credential("apiSecret", "API secret")]),
  instagram: channel("Instagram", [credential("appId", "App ID"), credential("appSecret", "App secret"), credential("pageAccessToken", "Page access token"),
    check("storyRepliesEnabled", "Replies to stories"), check("storyMentionsEnabled", "Mentions in stories")]),
  line: channel("LINE", [text("channelId", "Channel ID"), text("serviceCode", "Service code"), text("qrCodeUrl", "QR code URL"),
    credential("channelSecret", "Channel secret", false), credential("channelAccessToken", "Channel access token", false)]),
  mailgun: channel("Mailgun", [text("domain", "Domain", { required: true }), text("incomingAddress", "Incoming address", { required: true }), text("fromAddress", "From address"),
    credential("apiKey", "API key"), check("hideUnsubscribeLink", "Hide the unsubscribe link")]),
  messagebird: channel("MessageBird", [text("originator", "Originator", { required: true }), credential("accessKey", "Access key"), credential("signingKey", "Signing key")]),
  messenger: channel("Facebook Messenger", [credential("appId", "App ID"), credential("appSecret", "App secret"), credential("pageAccessToken", "Page access token"),
    { name: "pageId", label: "Page ID", input: "number" }, text("pageName", "Page name")]),
  telegram: channel("Telegram", [credential("token", "Token")]),
  twilio: channel("Twilio", [text("accountSid", "Account SID", { required: true }), credential("authToken", "Auth token"),
    text("phoneNumberSid", "Phone number SID", { hint: "Either this or the messaging service SID" }), text("messagingServiceSid", "Messaging service SID")]),
  twitter: channel("X (Twitter)", [credential("consumerKey", "Consumer key"), credential("consumerSecret", "Consumer secret"),
    credential("accessTokenKey", "Access token key"), credential("accessTokenSecret", "Access token secret")]),
  viber: channel("Viber", [credential("token", "Token")]),
  whatsapp: channel("WhatsApp", [text("accountId", "Account ID"), text("hsmFallbackLanguage", "Fallback language of templates"),
    credential("accountManagementAccessToken", "Account management access token", false)]),
};

function channel(title: string, fields: KindField[]): Kind {
  return { title, about: "A stand-in for tests: it never connects to the channel, and its credentials are not stored.", fields };
}

/** Fields that the server changes after the creation. */
const CHANGEABLE = new Set([
  "canUserSeeConversationList", "canUserCreateMoreConversations", "autoUpdateBadge", "senderId", ...APPEARANCE.map((one) => one.name),
  "storyRepliesEnabled", "storyMentionsEnabled", "hideUnsubscribeLink", "fromAddress", "hsmFallbackLanguage", "accountId",
]);

export function kindOf(type: string): Kind {
  return { ...OWN, ...STAND_INS }[type as IntegrationType] ?? { title: type, about: "", fields: [] };
}

/** The types that can be created. Those of channels need stand-ins. */
export function creatable({ standIns }: { standIns: boolean }): [IntegrationType, string][] {
  const kinds = Object.entries(standIns ? { ...OWN, ...STAND_INS } : OWN) as [IntegrationType, Kind][];
  return kinds.map(([type, kind]) => [type, type in STAND_INS ? `${kind.title} (stand-in)` : kind.title]);
}

/** The fields of a form that changes an integration. Those that cannot be cleared are required once they are set. */
export function fieldsToChange(integration: { type: string }): KindField[] {
  const given = integration as unknown as Record<string, unknown>;
  const fields = kindOf(integration.type).fields.filter((one) => CHANGEABLE.has(one.name) && !one.credential);
  return fields.map((one) => ({ ...one, required: one.cleared === "never" && Boolean(given[one.name]) }));
}

export type FormValues = Record<string, string | boolean>;

/** The initial values of a form. */
export function valuesOf(fields: readonly KindField[], integration: object = {}): FormValues {
  const given = integration as Record<string, unknown>;
  return Object.fromEntries(fields.map(({ name, input }) => {
    const value = given[name];
    if (input === "check") return [name, value === true];
    return [name, Array.isArray(value) ? value.join("\n") : value === undefined || value === null ? "" : String(value)];
  }));
}

/** The body that creates an integration, without empty fields. */
export function bodyOf(fields: readonly KindField[], values: FormValues): Record<string, unknown> {
  const pairs = fields.map((field): [string, unknown] => [field.name, valueOf(field, values[field.name] ?? "")]);
  return Object.fromEntries(pairs.filter(([, value]) => value !== null && value !== false));
}

/** The body with the fields that changed. */
export function changesOf(fields: readonly KindField[], before: FormValues, after: FormValues): Record<string, unknown> {
  const changed = fields.filter(({ name }) => before[name] !== after[name]);
  return Object.fromEntries(changed.map((field) => [field.name, valueOf(field, after[field.name] ?? "") ?? (field.cleared === "empty" ? "" : null)]));
}

function valueOf({ input }: KindField, value: string | boolean): unknown {
  if (typeof value === "boolean") return value;
  const trimmed = value.trim();
  if (input === "lines") return trimmed ? trimmed.split(/\s*\n\s*/) : null;
  if (!trimmed) return null;
  return input === "number" ? Number(trimmed) : trimmed;
}
