// Acts of an end user, as the SDK on a device reports them.
import { signal } from "@preact/signals";
import { call } from "../../shared/api";
import type { FormMessageField, FormResponseMessageFieldBody, InboundBody, Message, Reply, UserCreateBody } from "../../shared/operations";
import { appId } from "../routes";
import type { UserContent } from "./composing";

type Act = InboundBody["act"];

const GUID = "heliograph-console";

/** Plays a user in a conversation. The device is registered with the first act. */
export class Player {
  /** The end of the typing that was reported. */
  private typingTimer: ReturnType<typeof setTimeout> | null = null;
  private device: Promise<string> | null = null;
  readonly types = signal(false);

  constructor(readonly conversationId: string, readonly userId: string) {}

  /** Each of these rejects with an `ApiError`. */
  async write(content: UserContent, quotedMessageId?: string): Promise<Message[]> {
    this.stopTimer();
    this.types.value = false;
    return this.act({ type: "message", content, quotedMessageId });
  }

  async reply({ text, payload }: Pick<Reply, "text" | "payload">): Promise<Message[]> {
    return this.write({ type: "text", text, payload });
  }

  async press(messageId: string, payload: string): Promise<void> {
    await this.act({ type: "postback", messageId, payload });
  }

  async submit(form: Message, fields: FormResponseMessageFieldBody[]): Promise<Message[]> {
    return this.write({ type: "formResponse", fields }, form.id);
  }

  async read(): Promise<void> {
    await this.act({ type: "conversation:read" });
  }

  /** Report that the user types, and that typing ended some seconds after the last call. */
  async type(): Promise<void> {
    this.stopTimer();
    this.typingTimer = setTimeout(() => void this.stopTyping().catch(() => undefined), IDLE_MS);
    if (this.types.value) return;
    this.types.value = true;
    await this.act({ type: "typing:start" });
  }

  async stopTyping(): Promise<void> {
    this.stopTimer();
    if (!this.types.value) return;
    this.types.value = false;
    await this.act({ type: "typing:stop" });
  }

  private stopTimer(): void {
    if (this.typingTimer !== null) clearTimeout(this.typingTimer);
    this.typingTimer = null;
  }

  private async act(act: Act): Promise<Message[]> {
    this.device ??= deviceOf(this.userId);
    const deviceId = await this.device.catch((error: unknown) => {
      this.device = null;
      throw error;
    });
    const body = { userId: this.userId, deviceId, act };
    return (await call("PostInbound", { appId: appId.value, conversationId: this.conversationId }, { body })).messages;
  }
}

const IDLE_MS = 3000;

/** The device on which the console plays this user; it is in a web integration. */
async function deviceOf(userIdOrExternalId: string): Promise<string> {
  const integrationId = await webIntegration();
  const path = { appId: appId.value, userIdOrExternalId, guid: GUID };
  const { device } = await call("RegisterDevice", path, { body: { type: "web", integrationId, info: { appName: "Console" } } });
  return device.id;
}

/** The first web integration of the app; it is created if the app has none. */
async function webIntegration(): Promise<string> {
  const app = { appId: appId.value };
  const { integrations } = await call("ListIntegrations", app, { query: { filter: { types: "web" } } });
  if (integrations[0]) return integrations[0].id;
  return (await call("CreateIntegration", app, { body: { type: "web", displayName: "Console" } })).integration.id;
}

/** Create a user to play. Rejects with an `ApiError`. */
export async function createPlayedUser(body: UserCreateBody): Promise<string> {
  return (await call("CreateUser", { appId: appId.value }, { body })).user.id;
}

/** A field of a form with the value that was entered. */
export function answered({ type, name, label, options }: FormMessageField, value: string): FormResponseMessageFieldBody {
  if (type === "select") return { type, name, label, select: (options ?? []).filter((one) => one.name === value).map(({ name, label }) => ({ name, label })) };
  return type === "email" ? { type, name, label, email: value } : { type, name, label, text: value };
}
