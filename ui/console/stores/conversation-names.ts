// The names of conversations, which are loaded when something shows them.
import { signal } from "@preact/signals";
import { call } from "../../shared/api";
import { shortened } from "../parts/values";
import { appId } from "../routes";

const DELAY_MS = 20;
/** Names by the ids of conversations; empty for those without a name. */
const names = signal<ReadonlyMap<string, string>>(new Map());
const wanted = new Set<string>();
let listedFor = "";
let isLoading = false;

/** The name of a conversation; its id in short until the name is loaded, or if it has none. */
export function conversationName(id: string): string {
  const known = names.value.get(id);
  if (known === undefined && !wanted.has(id)) want(id);
  return known || shortened(id);
}

function want(id: string): void {
  wanted.add(id);
  if (isLoading) return;
  isLoading = true;
  setTimeout(() => void load().finally(() => (isLoading = false)), DELAY_MS);
}

async function load(): Promise<void> {
  // Most conversations that are shown are among those with the latest activity.
  if (listedFor !== appId.value) await loadNewest().catch(() => undefined);
  for (const id of wanted) if (!names.value.has(id)) await loadOne(id);
  wanted.clear();
}

async function loadNewest(): Promise<void> {
  listedFor = appId.value;
  const query = { sort: "activity", page: { size: 100 } };
  const found = await call("ListAppConversations", { appId: appId.value }, { query });
  add(found.conversations.map((one) => [one.id, one.displayName ?? ""]));
}

async function loadOne(conversationId: string): Promise<void> {
  const found = await call("GetConversation", { appId: appId.value, conversationId }).catch(() => null);
  add([[conversationId, found?.conversation.displayName ?? ""]]);
}

function add(found: [string, string][]): void {
  names.value = new Map([...names.value, ...found]);
}
