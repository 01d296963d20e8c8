// Conversations: the list, one of them, and its details.
import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { Empty } from "../../parts/errors";
import { route } from "../../routes";
import { ConversationList } from "../../stores/conversations";
import { ConversationPane } from "./conversation";
import { ListPane } from "./list";

export function Conversations() {
  const { id, query } = route.value;
  const order = query.get("sort") === "newest" ? "newest" : "activity";
  const wanted = (query.get("q") ?? "").trim();
  const list = useMemo(() => new ConversationList(order, wanted), [order, wanted]);
  const creating = useSignal(false);
  useEffect(() => list.start(), [list]);
  return (
    <div class={`conversations ${id ? "has-selection" : ""}`}>
      <h1 class="visually-hidden">Conversations</h1>
      <ListPane list={list} order={order} wanted={wanted} creating={creating} />
      {id ? <ConversationPane key={id} id={id} list={list} /> : <NothingSelected />}
    </div>
  );
}

function NothingSelected() {
  return <div class="conversation-none"><Empty title="Select a conversation"><p>Its messages and what happens in it appear here.</p></Empty></div>;
}
