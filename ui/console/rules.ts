// Links from a refused request to the rules of behaviour that explain it.
import { serverUrl } from "../shared/api";

/** The topics of the rules by the tags of operations. */
const TOPICS: Record<string, string> = {
  Activities: "messages",
  "App Keys": "apps",
  "App contents": "lists-of-an-app",
  Apps: "apps",
  Attachments: "attachments",
  Clients: "clients",
  Conversations: "conversations",
  "Custom Integration API Keys": "integrations",
  Deliveries: "deliveries-and-the-event-stream",
  Devices: "devices",
  "End users": "end-users",
  Integrations: "integrations",
  "Membership history": "memberships",
  Imports: "imports",
  Keys: "apps",
  Memberships: "memberships",
  Messages: "messages",
  OAuth: "oauth",
  "OAuth Clients": "oauth",
  Participants: "participants",
  People: "people",
  "Recorded requests": "recorded-requests",
  "Switchboard Actions": "control",
  "Switchboard Integrations": "switchboards",
  Switchboards: "switchboards",
  Users: "users",
  Webhooks: "webhooks",
};
const BY_STATUS: Record<number, string> = { 401: "credentials", 403: "credentials" };
const BY_CODE: Record<string, string> = {
  method_not_allowed: "requests",
  payload_too_large: "requests",
  request_timeout: "requests",
  unsupported_media_type: "requests",
};

/** The link to the rules for an error, with the name of their topic; null if there are none. */
export function rulesOf(status: number, code: string | undefined, tag: string | undefined): { topic: string; url: string } | null {
  const anchor = BY_STATUS[status] ?? BY_CODE[code ?? ""] ?? (tag === undefined ? "requests" : TOPICS[tag]);
  return anchor === undefined ? null : { topic: anchor.replaceAll("-", " "), url: `${serverUrl}/docs/behaviour#${anchor}` };
}
