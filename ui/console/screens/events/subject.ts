// The subject of an event, in words.
import type { EventRecord } from "../../../shared/operations";

type Told = Pick<EventRecord, "payload" | "conversationId" | "userId">;

export interface Names {
  user: (id: string) => string;
  conversation: (id: string) => string;
}

/** The names of the user and the conversation of an event, if it has them. */
export function subjectOf({ payload, conversationId, userId }: Told, names: Names): string[] {
  const author = fieldOf(fieldOf(payload, "message") ?? fieldOf(payload, "activity"), "author");
  const person = nameIn(fieldOf(payload, "user")) ?? nameIn(author) ?? (userId && names.user(userId));
  return [person, conversationId && names.conversation(conversationId)].filter((one): one is string => Boolean(one));
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function nameIn(value: unknown): string | undefined {
  const profile = fieldOf(value, "profile");
  const full = [fieldOf(profile, "givenName"), fieldOf(profile, "surname")].filter(isText).join(" ");
  return [full, ...["displayName", "externalId", "userExternalId"].map((one) => fieldOf(value, one))].find(isText);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
