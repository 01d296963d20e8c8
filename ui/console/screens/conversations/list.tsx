// The list of conversations, and the search in it.
import type { Signal } from "@preact/signals";
import type { ConversationSummary } from "../../../shared/operations";
import { Button, Segments } from "../../parts/button";
import { attempt, Empty, ErrorNote } from "../../parts/errors";
import { Icon } from "../../parts/icons";
import { List } from "../../parts/list";
import { clockTime } from "../../parts/message";
import { SearchList } from "../../parts/search-list";
import { filter, go, linkTo, route } from "../../routes";
import { isViewer } from "../../session";
import { type ConversationList, type ConversationOrder } from "../../stores/conversations";
import { createDemoGroup } from "../../stores/demo";
import { count, counted, isUnread, previewOf, titleOf } from "../../titles";
import { NOW } from "./participants";
import { NewConversation } from "./new-conversation";

const ORDERS = [{ value: "activity", text: "Active" }, { value: "newest", text: "All" }] as const;
const ROW_PX = 60;

interface ListPaneProps {
  list: ConversationList;
  order: ConversationOrder;
  /** The text of the search; empty without a search. */
  wanted: string;
  creating: Signal<boolean>;
}

export function ListPane({ list, order, wanted, creating }: ListPaneProps) {
  const { items, loaded, loading, error } = list.pages;
  const isEmpty = loaded.value && !loading.value && !error.value && items.value.length === 0;
  return (
    <section class="conversation-list" aria-label="List of conversations">
      <div class="bar">
        <Segments label="Order" choices={ORDERS} value={order} onChange={(value) => filter({ sort: value === "newest" ? value : null })} />
        <span class="spread" />
        {!isViewer.value && <Button icon="plus" onPress={() => (creating.value = true)}>New</Button>}
      </div>
      <div class="list-search"><SearchList label="Name, user, ID or key=value" wanted={wanted} /></div>
      {error.value && <ErrorNote error={error.value} onRetry={() => list.pages.load()} />}
      {isEmpty && <NoConversations wanted={wanted} order={order} creating={creating} />}
      <List label="Conversations" items={items.value} idOf={(one) => one.id} selected={route.value.id} fresh={list.fresh.value} rowHeight={ROW_PX}
        onOpen={open} onEnd={() => void list.pages.loadMore()} row={(one) => <Row conversation={one} />} note={loading.value ? (wanted ? "Searching…" : "Loading…") : null} />
      {creating.value && <NewConversation onClose={() => (creating.value = false)} />}
    </section>
  );
}

/** Open a conversation, keep the open tab, and stop playing users of another conversation. */
function open({ id }: ConversationSummary): void {
  go(linkTo("conversations", { id, query: { ...Object.fromEntries(route.value.query), ...NOW, play: null } }));
}

async function demo(): Promise<void> {
  await attempt(async () => go(linkTo("conversations", { id: await createDemoGroup() })));
}

function NoConversations({ wanted, order, creating }: { wanted: string; order: ConversationOrder; creating: Signal<boolean> }) {
  if (wanted) return <NotFound wanted={wanted} />;
  if (order === "activity")
    return <Empty title="No recent activity"><p>Conversations with new messages appear here.</p><Button onPress={() => filter({ sort: "newest" })}>Show all</Button></Empty>;
  return (
    <Empty title="No conversations yet">
      {isViewer.value ? <p>Conversations of this app appear here.</p> : <><Button kind="primary" onPress={demo}>Create a demo group</Button><Button onPress={() => (creating.value = true)}>New conversation</Button></>}
    </Empty>
  );
}

function NotFound({ wanted }: { wanted: string }) {
  return (
    <Empty title="No such conversation">
      <p>No conversation has <strong dir="auto">{wanted}</strong> as its ID, as a member, as a pair of its metadata such as plan=gold, or as the beginning of its name.</p>
      <Button onPress={() => filter({ q: null })}>Show all conversations</Button>
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
