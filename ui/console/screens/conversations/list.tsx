// The list of conversations, with search.
import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ApiError } from "../../../shared/api";
import type { ConversationSummary } from "../../../shared/operations";
import { asApiError } from "../../../shared/paged";
import { Button, Segments } from "../../parts/button";
import { attempt, Empty, ErrorNote } from "../../parts/errors";
import { SearchField } from "../../parts/fields";
import { Icon } from "../../parts/icons";
import { List } from "../../parts/list";
import { clockTime } from "../../parts/message";
import { filter, go, linkTo, route } from "../../routes";
import { isViewer } from "../../session";
import { type ConversationList, type ConversationOrder, findConversations } from "../../stores/conversations";
import { createDemoGroup } from "../../stores/demo";
import { count, counted, isUnread, previewOf, titleOf } from "../../titles";
import { NewConversation } from "./new-conversation";

const ORDERS = [{ value: "activity", text: "Active" }, { value: "newest", text: "All" }] as const;
const SEARCH_DELAY_MS = 250;
const ROW_PX = 60;

interface ListPaneProps {
  list: ConversationList;
  order: ConversationOrder;
  creating: Signal<boolean>;
}

export function ListPane({ list, order, creating }: ListPaneProps) {
  const wanted = route.value.query.get("q") ?? "";
  const found = useSearch(wanted);
  const { items, loading, error } = list.pages;
  const isSearch = wanted.trim() !== "";
  const shown = isSearch ? (found.value.items ?? []) : items.value;
  const failure = isSearch ? found.value.error : error.value;
  const note = isSearch ? (found.value.items === null ? "Searching…" : null) : loading.value ? "Loading…" : null;
  return (
    <section class="conversation-list" aria-label="List of conversations">
      <div class="bar">
        <Segments label="Order" choices={ORDERS} value={order} onChange={(value) => filter({ sort: value === "newest" ? value : null })} />
        <span class="spread" />
        {!isViewer.value && <Button icon="plus" onPress={() => (creating.value = true)}>New</Button>}
      </div>
      <div class="list-search">
        <SearchField label="Search by name, user or ID" value={wanted} onInput={(value) => filter({ q: value || null })} />
      </div>
      {failure && <ErrorNote error={failure} onRetry={() => (isSearch ? found.value.retry() : list.pages.load())} />}
      {!note && !failure && shown.length === 0 && <NoConversations isSearch={isSearch} order={order} creating={creating} />}
      <List label="Conversations" items={shown} idOf={(one) => one.id} selected={route.value.id} fresh={list.fresh.value} rowHeight={ROW_PX}
        onOpen={open} onEnd={() => !isSearch && void list.pages.loadMore()} row={(one) => <Row conversation={one} />} note={note} />
      {creating.value && <NewConversation onClose={() => (creating.value = false)} />}
    </section>
  );
}

/** Open a conversation with the tab that is open, but without playing a user of another. */
function open({ id }: ConversationSummary): void {
  go(linkTo("conversations", { id, query: { ...Object.fromEntries(route.value.query), play: null } }));
}

interface Search {
  /** Null while the search is under way. */
  items: ConversationSummary[] | null;
  error: ApiError | null;
  retry: () => void;
}

function useSearch(wanted: string): Signal<Search> {
  const found = useSignal<Search>({ items: null, error: null, retry: () => undefined });
  useEffect(() => {
    if (!wanted.trim()) return undefined;
    let isCurrent = true;
    const show = (changes: Partial<Search>): void => {
      if (isCurrent) found.value = { items: null, error: null, retry: search, ...changes };
    };
    const search = (): void => {
      findConversations(wanted.trim()).then((items) => show({ items }), (error: unknown) => show({ items: [], error: asApiError(error) }));
    };
    show({});
    const timer = setTimeout(search, SEARCH_DELAY_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [wanted]);
  return found;
}

async function demo(): Promise<void> {
  await attempt(async () => go(linkTo("conversations", { id: await createDemoGroup() })));
}

function NoConversations({ isSearch, order, creating }: { isSearch: boolean; order: ConversationOrder; creating: Signal<boolean> }) {
  if (isSearch) return <Empty title="No conversation found"><p>Names are found by their beginning, IDs and external IDs as a whole.</p></Empty>;
  if (order === "activity")
    return <Empty title="No recent activity"><p>Conversations with new messages appear here.</p><Button onPress={() => filter({ sort: "newest" })}>Show all</Button></Empty>;
  return (
    <Empty title="No conversations yet">
      {isViewer.value ? <p>Conversations of this app appear here.</p> : <><Button kind="primary" onPress={demo}>Create a demo group</Button><Button onPress={() => (creating.value = true)}>New conversation</Button></>}
    </Empty>
  );
}

function Row({ conversation }: { conversation: ConversationSummary }) {
  const { type, participantCount, lastMessage, lastUpdatedAt } = conversation;
  const unread = isUnread(conversation);
  const author = lastMessage?.author;
  const name = author && (author.displayName ?? (author.type === "business" ? "Business" : ""));
  return (
    <div class={`conversation-row ${unread ? "unread" : ""}`}>
      <span class="dot" title={unread ? "Newer than what the business has read" : undefined}>{unread && <span class="visually-hidden">Unread. </span>}</span>
      <bdi class="truncate title">{titleOf(conversation)}</bdi>
      <time class="time" dateTime={lastUpdatedAt}>{dayOrTime(lastMessage?.received ?? lastUpdatedAt)}</time>
      <span class="truncate preview" dir="auto">{lastMessage ? `${name ? `${name}: ` : ""}${previewOf(lastMessage)}` : "No messages"}</span>
      {type === "personal"
        ? <span class="count">personal</span>
        : <span class="count" title={counted(participantCount, "participant")}><Icon name="users" />{count(participantCount)}<span class="visually-hidden">{participantCount === 1 ? " participant" : " participants"}</span></span>}
    </div>
  );
}

const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

function dayOrTime(iso: string): string {
  const date = new Date(iso);
  return date.toDateString() === new Date().toDateString() ? clockTime(iso) : day.format(date);
}
