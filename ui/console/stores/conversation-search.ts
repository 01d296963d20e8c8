// Finds conversations by their id, a member, their metadata or their name.
import { ApiError, call } from "../../shared/api";
import type { ConversationSummary } from "../../shared/operations";
import { inOrder, inTurn, type Page } from "../../shared/paged";
import { appId } from "../routes";
import { metadataFilter } from "./metadata";

const PAGE = 100;
const NONE: Page<ConversationSummary> = { items: [], next: null };

type Fetched = Promise<Page<ConversationSummary>>;

/** The pages of the search results for a text: the conversation with this id, conversations of the user whom it
 * identifies, conversations whose metadata has it as `key=value`, and conversations with a name that begins with it. */
export function searchConversations(wanted: string): (cursor: string | null) => Fetched {
  const metadata = metadataFilter(wanted);
  let userId: string | undefined;
  const ofUser = async (cursor: string | null): Fetched => {
    if (cursor === null) userId = await userIdentified(wanted);
    return userId === undefined ? NONE : filtered({ userId }, cursor);
  };
  return inTurn([
    () => withId(wanted),
    ofUser,
    async (cursor) => (metadata ? filtered(metadata, cursor) : NONE),
    (cursor) => filtered({ name: wanted }, cursor),
  ]);
}

async function withId(wanted: string): Fetched {
  if (!/^[0-9a-f]{24}$/.test(wanted)) return NONE;
  try {
    const { conversation } = await call("GetAppConversation", { appId: appId.value, conversationId: wanted });
    return { items: [conversation], next: null };
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return NONE;
    throw error;
  }
}

async function userIdentified(wanted: string): Promise<string | undefined> {
  const { results } = await call("Find", { appId: appId.value }, { query: { q: wanted } });
  return results.find((one) => one.kind === "user")?.id;
}

async function filtered(filter: Record<string, string>, cursor: string | null): Fetched {
  const query = { filter, page: { size: PAGE, after: cursor ?? undefined } };
  const found = await call("ListAppConversations", { appId: appId.value }, { query });
  return inOrder(found.conversations, found.meta);
}
