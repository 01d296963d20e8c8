// The deliveries of a webhook: a live list with filters, and one delivery with its attempts.
import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { Delivery } from "../../../shared/operations";
import { Button, Segments } from "../../parts/button";
import { DeliveryMark } from "../../parts/chain";
import { Empty, ErrorNote } from "../../parts/errors";
import { SearchField, Select } from "../../parts/fields";
import { Icon } from "../../parts/icons";
import { List } from "../../parts/list";
import { NewRows } from "../../parts/new-rows";
import { DeliverySubject } from "../../parts/subject";
import { Time } from "../../parts/values";
import { filter, route, select } from "../../routes";
import { isViewer } from "../../session";
import { useKey } from "../../shortcuts";
import { DeliveryList } from "../../stores/deliveries";
import { EVENT_TYPES } from "../../stores/events";
import { waitsFor } from "../../stores/lanes";
import { DeliveryDetail } from "./delivery";
import { ResendDialog } from "./resend";

interface Props {
  webhookId: string;
  canResend: boolean;
  onChange: (changed: Delivery[]) => void;
}

const STATUSES = [
  { value: "", text: "All" }, { value: "pending", text: "Pending" }, { value: "failed", text: "Failed" }, { value: "delivered", text: "Delivered" },
] as const;
const TYPES = [["", "All types"], ...EVENT_TYPES.map((one) => [one, one] as const)] as const;

export function Deliveries({ webhookId, canResend, onChange }: Props) {
  const resending = useSignal(false);
  const { query } = route.value;
  const selected = query.get("delivery");
  const values = ["status", "type", "conversation"].map((name) => query.get(name)?.trim() || undefined);
  const list = useMemo(() => {
    const [status, eventType, conversationId] = values;
    return new DeliveryList({ webhookId, status, eventType, conversationId }, onChange);
  }, [webhookId, ...values]);
  useEffect(() => list.start(), [list]);
  useKey("Escape", () => (selected ? filter({ delivery: null }) : select(null)), [selected]);
  const { items, loaded, error, loading } = list.pages;
  return (
    <>
      <Filters onResend={canResend && !isViewer.value ? () => (resending.value = true) : null} />
      {resending.value && <ResendDialog webhookId={webhookId} onClose={() => (resending.value = false)} onResent={(one) => list.put([one])} />}
      <div class={selected ? "split" : "split no-detail"}>
        <div class="list-pane">
          {error.value && <ErrorNote error={error.value} onRetry={() => list.pages.load()} />}
          {loaded.value && items.value.length === 0 && <NoDeliveries filtered={values.some(Boolean)} />}
          <NewRows tail={list.tail} onShow={() => document.querySelector("[data-list]")?.scrollTo({ top: 0 })} />
          <List label="Deliveries" items={items.value} idOf={(one) => one.id} selected={selected} fresh={list.fresh.value}
            onOpen={(one) => filter({ delivery: one.id })} onEnd={() => void list.pages.loadMore()}
            onScroll={(atTop) => list.tail.scroll(!atTop)}
            row={(one) => <DeliveryLine delivery={one} list={list} />} note={loading.value ? "Loading…" : null} />
        </div>
        {selected && <div class="detail-pane"><DeliveryDetail key={selected} id={selected} canResend={canResend} among={items.value} onChange={(one) => list.put([one])} /></div>}
      </div>
    </>
  );
}

function Filters({ onResend }: { onResend: (() => void) | null }) {
  const { query } = route.value;
  return (
    <div class="bar">
      <Segments label="Status" choices={STATUSES} value={(query.get("status") ?? "") as ""} onChange={(status) => filter({ status })} />
      <Select label="Event type" hideLabel value={query.get("type") ?? ""} choices={TYPES} onChange={(type) => filter({ type })} />
      <SearchField label="Conversation ID" value={query.get("conversation") ?? ""} onInput={(conversation) => filter({ conversation })} />
      <span class="spread" />
      {onResend && <Button icon="rotate-ccw" onPress={onResend}>Resend failed…</Button>}
    </div>
  );
}

const ICONS = { delivered: "check", failed: "x", pending: "history" } as const;
const TONES = { delivered: "ok", failed: "error", pending: "warn" } as const;

function DeliveryLine({ delivery, list }: { delivery: Delivery; list: DeliveryList }) {
  const { status, eventType, conversationId, userId } = delivery;
  const before = waitsFor(delivery, list.pages.items.value);
  return (
    <>
      <span class={`row ${TONES[status]}`}><Icon name={ICONS[status]} /></span>
      <Time value={delivery.createdAt} />
      <span class="event-type truncate">{eventType}</span>
      <span class="event-subject truncate"><DeliverySubject conversationId={conversationId} userId={userId} /></span>
      {delivery.synthetic && <span class="badge">Test</span>}
      {before
        ? <span class="faint" title={`Waits for the delivery ${before.id}`}>waits<span class="only-wide"> (same {conversationId ? "conversation" : "user"})</span></span>
        : <DeliveryMark delivery={delivery} />}
    </>
  );
}

function NoDeliveries({ filtered }: { filtered: boolean }) {
  if (filtered) return <Empty title="No deliveries match"><p>Change the filters to see others.</p></Empty>;
  return <Empty title="No deliveries yet"><p>An event that this webhook subscribes to appears here with the responses of your server.</p></Empty>;
}
