// Events: a live list, one event with its payload and deliveries, and test events.
import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { EventRecord } from "../../../shared/operations";
import { Button } from "../../parts/button";
import { Empty, ErrorNote } from "../../parts/errors";
import { SearchField, Select } from "../../parts/fields";
import { List } from "../../parts/list";
import { NewRows } from "../../parts/new-rows";
import { Subject } from "../../parts/subject";
import { shortened, Time } from "../../parts/values";
import { filter, route, select } from "../../routes";
import { isViewer } from "../../session";
import { conversationName } from "../../stores/conversation-names";
import { EVENT_TYPES, EventList } from "../../stores/events";
import { nameOf } from "../../stores/names";
import { sandbox } from "../../stores/sandbox";
import { EventDetail } from "./event-detail";
import { subjectOf } from "./subject";
import { TriggerDialog } from "./trigger";

const TYPES = [["", "All types"], ...EVENT_TYPES.map((one) => [one, one] as const)] as const;
const IDS = [["conversation", "Conversation"], ["user", "User"], ["request", "Request"]] as const;

export function Events() {
  const triggering = useSignal(false);
  const { id, query } = route.value;
  const values = ["type", "conversation", "user", "request"].map((name) => query.get(name)?.trim() || undefined);
  const list = useMemo(() => {
    const [type, conversationId, userId, requestId] = values;
    return new EventList({ type, conversationId, userId, requestId });
  }, values);
  useEffect(() => list.start(), [list]);
  const { items, loaded, error, loading } = list.pages;
  return (
    <>
      <Bar onTrigger={() => (triggering.value = true)} />
      {triggering.value && <TriggerDialog onClose={() => (triggering.value = false)} />}
      <div class={id ? "split" : "split no-detail"}>
        <div class="list-pane">
          {error.value && <ErrorNote error={error.value} onRetry={() => list.pages.load()} />}
          {loaded.value && items.value.length === 0 && <NoEvents filtered={values.some(Boolean)} />}
          <NewRows tail={list.tail} onShow={() => document.querySelector("[data-list]")?.scrollTo({ top: 0 })} />
          <List label="Events" items={items.value} idOf={(one) => one.id} selected={id} fresh={list.fresh.value}
            onOpen={(one) => select(one.id)} onEnd={() => void list.pages.loadMore()}
            onScroll={(atTop) => list.tail.scroll(!atTop)}
            row={(one) => <EventLine event={one} />} note={loading.value ? "Loading…" : null} />
        </div>
        {id && <div class="detail-pane"><EventDetail key={id} id={id} known={items.value.find((one) => one.id === id) ?? null} /></div>}
      </div>
    </>
  );
}

function Bar({ onTrigger }: { onTrigger: () => void }) {
  const { query } = route.value;
  const kind = useSignal(IDS.find(([name]) => query.get(name))?.[0] ?? "conversation");
  const text = IDS.find(([name]) => name === kind.value)?.[1] ?? "";
  return (
    <div class="bar">
      <h1>Events</h1>
      <Select label="Type" hideLabel value={query.get("type") ?? ""} choices={TYPES} onChange={(type) => filter({ type })} />
      <div class="row joined">
        <Select label="Filter by" hideLabel value={kind.value} choices={IDS} onChange={(next) => {
          const value = query.get(kind.value);
          filter({ [kind.value]: null, [next]: value });
          kind.value = next as typeof kind.value;
        }} />
        <SearchField label={`${text} ID`} value={query.get(kind.value) ?? ""} onInput={(value) => filter({ [kind.value]: value })} />
      </div>
      <span class="spread" />
      {sandbox.value.exists && !isViewer.value &&
        <Button icon="zap" onPress={onTrigger}>Trigger event</Button>}
    </div>
  );
}

const NAMES = { user: nameOf, conversation: conversationName };

function EventLine({ event }: { event: EventRecord }) {
  const actor = event.sessionId ?? event.keyId;
  return (
    <>
      <Time value={event.createdAt} />
      <span class="event-type truncate">{event.type}</span>
      <span class="event-subject truncate"><Subject names={subjectOf(event, NAMES)} /></span>
      {event.synthetic && <span class="badge">Test</span>}
      <span class="event-actor mono faint truncate" title={actor}>{actor ? shortened(actor) : "server"}</span>
      <span class="event-request mono faint truncate" title={event.requestId}>{event.requestId && shortened(event.requestId)}</span>
    </>
  );
}

function NoEvents({ filtered }: { filtered: boolean }) {
  if (filtered) return <Empty title="No events match"><p>Change the filters to see others.</p></Empty>;
  return <Empty title="No events yet"><p>Joins, messages and other changes of this app appear here.</p></Empty>;
}
