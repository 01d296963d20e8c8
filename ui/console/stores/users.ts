// The users of an app, newest first, and the records of one user.
import { ApiError, call } from "../../shared/api";
import type { Conversation, User, UserCreateBody, UserUpdateBody } from "../../shared/operations";
import { inOrder, type Page, Paged } from "../../shared/paged";
import { appId } from "../routes";
import { follow } from "./activity";
import { metadataFilter } from "./metadata";

const PAGE = 100;
/** Changes of users within this time load the first page once. */
const RELOAD_MS = 1000;

/** All users, or the results of a search. */
export class UserList {
  readonly pages: Paged<User>;

  constructor(private readonly wanted: string) {
    this.pages = new Paged((cursor) => (wanted ? findUsers(wanted, cursor) : pageOfUsers(cursor)), (one) => one.id);
  }

  /** Load the list and keep it up to date until the returned function is called. */
  start(): () => void {
    void this.pages.load();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const refresh = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void this.refresh();
      }, RELOAD_MS);
    };
    const unfollow = follow({
      onRequests: (requests) => requests.some((one) => one.operation === "CreateUser" && one.status < 300) && refresh(),
      onEvents: (events) => events.some((one) => one.type.startsWith("user:")) && refresh(),
      onReset: refresh,
    });
    return () => {
      clearTimeout(timer);
      unfollow();
    };
  }

  /** Reload the first page, and take over its changes. The pages after it remain. */
  private async refresh(): Promise<void> {
    if (this.wanted) return this.pages.load();
    const shown = this.pages.items.value;
    const { items } = await pageOfUsers(null).catch(() => ({ items: [] }));
    const last = items.at(-1)?.id;
    const present = new Set(items.map((one) => one.id));
    if (last !== undefined) for (const one of shown) if (one.id >= last && !present.has(one.id)) this.pages.remove(one.id);
    this.pages.prepend(items);
  }
}

async function pageOfUsers(cursor: string | null): Promise<Page<User>> {
  const query = { page: { size: PAGE, after: cursor ?? undefined } };
  const found = await call("ListAppUsers", { appId: appId.value }, { query });
  return inOrder(found.users, found.meta);
}

/** The users with the text as id, external id or email address, then users with a name that begins with it; or, for a
 * pair such as `plan=gold`, the users with this metadata. */
async function findUsers(wanted: string, cursor: string | null): Promise<Page<User>> {
  const metadata = metadataFilter(wanted);
  if (metadata) return usersWith(metadata, cursor);
  if (cursor !== null) return usersWith({ name: wanted }, cursor);
  const identified = await usersIdentified(wanted);
  const known = new Set(identified.map((one) => one.id));
  try {
    const { items, next } = await usersWith({ name: wanted }, null);
    return { items: [...identified, ...items.filter((one) => !known.has(one.id))], next };
  } catch (error) {
    // Too many names begin with the text. If it also identifies a user, that user is the result.
    if (identified.length && error instanceof ApiError && error.status === 400) return { items: identified, next: null };
    throw error;
  }
}

async function usersIdentified(wanted: string): Promise<User[]> {
  const { results } = await call("Find", { appId: appId.value }, { query: { q: wanted } });
  const ids = results.filter((one) => one.kind === "user").map((one) => one.id);
  if (!ids.length) return [];
  return (await call("ListAppUsers", { appId: appId.value }, { query: { filter: { ids: ids.join(",") } } })).users;
}

async function usersWith(filter: Record<string, string>, cursor: string | null): Promise<Page<User>> {
  const query = { filter, page: { size: PAGE, after: cursor ?? undefined } };
  const found = await call("ListAppUsers", { appId: appId.value }, { query });
  return inOrder(found.users, found.meta);
}

export async function loadUser(id: string): Promise<User> {
  return (await call("GetUser", { appId: appId.value, userIdOrExternalId: id })).user;
}

export async function createUser(body: UserCreateBody): Promise<User> {
  return (await call("CreateUser", { appId: appId.value }, { body })).user;
}

export async function updateUser(id: string, body: UserUpdateBody): Promise<User> {
  return (await call("UpdateUser", { appId: appId.value, userIdOrExternalId: id }, { body })).user;
}

export async function deleteUser(id: string): Promise<void> {
  await call("DeleteUser", { appId: appId.value, userIdOrExternalId: id });
}

export async function deletePersonalInformation(id: string): Promise<User> {
  return (await call("DeleteUserPersonalInformation", { appId: appId.value, userIdOrExternalId: id })).user;
}

/** The conversations of a user, oldest first. */
export function conversationsOf(userId: string): Paged<Conversation> {
  return new Paged((cursor) => pageOfConversations(userId, cursor, 25), (one) => one.id);
}

async function pageOfConversations(userId: string, cursor: string | null, size: number): Promise<Page<Conversation>> {
  const query = { filter: { userId }, page: { size, after: cursor ?? undefined } };
  const found = await call("ListConversations", { appId: appId.value }, { query });
  return inOrder(found.conversations, found.meta);
}

/** The id of a personal conversation of a user. Creates the first one. */
export async function personalConversation(userId: string): Promise<string> {
  let cursor: string | null = null;
  do {
    const page: Page<Conversation> = await pageOfConversations(userId, cursor, PAGE);
    const personal = page.items.find((one) => one.type === "personal");
    if (personal) return personal.id;
    cursor = page.next;
  } while (cursor !== null);
  const body = { type: "personal" as const, participants: [{ userId }] };
  return (await call("CreateConversation", { appId: appId.value }, { body })).conversation.id;
}

/** The display name of a user: their name, their external id, or their id. */
export function nameOf({ profile, externalId, id }: User): string {
  const name = [profile.givenName, profile.surname].filter(Boolean).join(" ");
  return name || externalId || id;
}
