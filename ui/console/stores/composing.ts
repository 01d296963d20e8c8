// The drafts of each conversation with their authors, and sending them.
import { signal } from "@preact/signals";
import { call } from "../../shared/api";
import type { AuthorBody, Message, MessageAct, MessagePost } from "../../shared/operations";
import { appId } from "../routes";

export type Content = MessagePost["content"];
export type UserContent = MessageAct["content"];

export interface BusinessAuthor {
  displayName: string;
  avatarUrl: string;
}

export interface Draft {
  text: string;
  /** The user to write as; null for the business. */
  userId: string | null;
  /** The body in the JSON editor; null while it is closed. */
  json: string | null;
}

const EMPTY: Draft = { text: "", userId: null, json: null };
const drafts = signal<ReadonlyMap<string, Draft>>(new Map());

/** The draft of a conversation, which is kept until the page is closed. */
export function draftOf(conversationId: string): Draft {
  return drafts.value.get(conversationId) ?? EMPTY;
}

export function changeDraft(conversationId: string, changes: Partial<Draft>): void {
  drafts.value = new Map(drafts.value).set(conversationId, { ...draftOf(conversationId), ...changes });
}

const names = signal<ReadonlyMap<string, BusinessAuthor>>(new Map());

function storageKey(): string {
  return `heliograph:business:${appId.value}`;
}

/** The name and picture with which the business writes in this browser. */
export function businessAuthor(): BusinessAuthor {
  const known = names.value.get(appId.value);
  if (known) return known;
  const stored = JSON.parse(localStorage.getItem(storageKey()) ?? "null") as Partial<BusinessAuthor> | null;
  return { displayName: stored?.displayName ?? "", avatarUrl: stored?.avatarUrl ?? "" };
}

export function setBusinessAuthor(author: BusinessAuthor): void {
  localStorage.setItem(storageKey(), JSON.stringify(author));
  names.value = new Map(names.value).set(appId.value, author);
}

/** The author of a message by this user, or by the business. */
export function authorBody(userId: string | null): AuthorBody {
  if (userId !== null) return { type: "user", userId };
  const { displayName, avatarUrl } = businessAuthor();
  return { type: "business", ...(displayName && { displayName }), ...(avatarUrl && { avatarUrl }) };
}

/** Rejects with an `ApiError`. */
export async function post(conversationId: string, body: MessagePost): Promise<Message[]> {
  return (await call("PostMessage", { appId: appId.value, conversationId }, { body })).messages;
}

/** Report that a user or the business reads, or that the business types. Rejects with an `ApiError`. */
export async function postActivity(
  conversationId: string,
  type: "conversation:read" | "typing:start" | "typing:stop",
  userId: string | null,
): Promise<void> {
  const author: AuthorBody = userId === null ? authorBody(null) : { type: "user", userId };
  await call("PostActivity", { appId: appId.value, conversationId }, { body: { author, type } });
}

/** Upload a file; returns the content of a message that shows it. Rejects with an `ApiError`. */
export async function fileContent(conversationId: string, file: File, text = ""): Promise<UserContent> {
  const form = new FormData();
  form.append("source", file);
  const query = { access: "public", for: "message", conversationId };
  const { attachment } = await call("UploadAttachment", { appId: appId.value }, { query, body: form });
  const type = /^image\/(?:png|jpeg|gif|webp|avif)$/.test(attachment.mediaType) ? "image" : "file";
  return { type, mediaUrl: attachment.mediaUrl, altText: file.name, ...(text && { text }) };
}
