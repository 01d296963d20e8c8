// Creates the sample data of the first screen, with calls of the public API.
import { ApiError, call } from "../../shared/api";
import type { CustomIntegrationBody, MessagePost } from "../../shared/operations";
import { appId } from "../routes";

const PEOPLE = [["ada", "Ada", "Lovelace"], ["bob", "Bob", "Ross"], ["grace", "Grace", "Hopper"]] as const;

/** Create a group of three users who talk with the business; returns the id of the conversation. */
export async function createDemoGroup(): Promise<string> {
  const app = { appId: appId.value };
  for (const [externalId, givenName, surname] of PEOPLE)
    if (!(await exists(externalId))) await call("CreateUser", app, { body: { externalId, profile: { givenName, surname } } });
  const { conversation } = await call("CreateConversation", app, { body: { type: "sdkGroup", displayName: "Crew" } });
  const place = { ...app, conversationId: conversation.id };
  for (const [userExternalId] of PEOPLE)
    await call("JoinConversation", place, { body: { userExternalId, subscribeSDKClient: true } });
  const post = (message: MessagePost): Promise<unknown> => call("PostMessage", place, { body: message });
  await post({ author: { type: "user", userExternalId: "ada" }, content: { type: "text", text: "Could we move the delivery to Thursday?" } });
  await post({
    author: { type: "business", displayName: "Bot" },
    content: { type: "text", text: "Of course. Morning or afternoon?", actions: ["Morning", "Afternoon"].map(reply) },
  });
  await post({ author: { type: "user", userExternalId: "bob" }, content: { type: "text", text: "Yes, Thursday works for me too" } });
  return conversation.id;
}

function reply(text: string): { type: "reply"; text: string; payload: string } {
  return { type: "reply", text, payload: text.toLowerCase() };
}

/** Create an integration with a webhook that calls the inbox, unless there is one; returns whether it was created. */
export async function sendWebhooksToInbox(): Promise<boolean> {
  const app = { appId: appId.value };
  const { inbox } = await call("GetInbox", { ...app, name: "default" });
  const query = { filter: { types: "custom" }, page: { size: 100 } };
  const { integrations } = await call("ListIntegrations", app, { query });
  const targets = integrations.flatMap((one) => (one.type === "custom" ? one.webhooks.map((webhook) => webhook.target) : []));
  if (targets.includes(inbox.url)) return false;
  const webhooks: CustomIntegrationBody["webhooks"] = [{ target: inbox.url, triggers: ["*"] }];
  await call("CreateIntegration", app, { body: { type: "custom", displayName: "Inbox", webhooks } });
  return true;
}

/** Create a user with a personal conversation; returns the id of the conversation. */
export async function createGuest(): Promise<string> {
  const app = { appId: appId.value };
  const { user } = await call("CreateUser", app, { body: { externalId: `guest-${Date.now().toString(36)}`, profile: { givenName: "Guest" } } });
  const participants = [{ userId: user.id, subscribeSDKClient: false }];
  return (await call("CreateConversation", app, { body: { type: "personal", participants } })).conversation.id;
}

async function exists(externalId: string): Promise<boolean> {
  try {
    await call("GetUser", { appId: appId.value, userIdOrExternalId: externalId });
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return false;
    throw error;
  }
}
