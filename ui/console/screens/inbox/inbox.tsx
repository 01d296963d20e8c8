// The inboxes of a sandbox: the calls of webhooks with checks, and the responses of the inbox.
import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { InboxCall } from "../../../shared/operations";
import { Button } from "../../parts/button";
import { Confirm } from "../../parts/confirm";
import { Empty, ErrorNote } from "../../parts/errors";
import { Select } from "../../parts/fields";
import { List } from "../../parts/list";
import { NewRows } from "../../parts/new-rows";
import { CopyButton, Time } from "../../parts/values";
import { appId, go, linkTo, route, select } from "../../routes";
import { isViewer } from "../../session";
import { clearCalls, inbox, InboxCalls, inboxError, inboxNames, loadInbox } from "../../stores/inboxes";
import { scriptText } from "../../stores/scripts";
import { hooks, loadHooks } from "../../stores/webhooks";
import { WebhookForm } from "../webhooks/webhook-form";
import { CallDetail } from "./call";
import { attemptOf, isSound, typesOf } from "./calls";
import { ScriptDialog } from "./script";

const DEFAULT = "default";

export function Inboxes() {
  const { id, query } = route.value;
  const name = query.get("name") || DEFAULT;
  const list = useMemo(() => new InboxCalls(name), [name, appId.value]);
  useEffect(() => {
    inbox.value = null;
    void loadInbox(name);
    void loadHooks();
    return list.start(() => void loadInbox(name));
  }, [list]);
  const { items, loaded, error, loading } = list.pages;
  const selected = items.value.find((one) => one.id === id);
  return (
    <>
      <Bar name={name} list={list} />
      <Address name={name} />
      <div class={id ? "split" : "split no-detail"}>
        <div class="list-pane">
          {(error.value ?? inboxError.value) && <ErrorNote error={(error.value ?? inboxError.value)!} onRetry={() => list.pages.load()} />}
          {loaded.value && items.value.length === 0 && <NothingReceived />}
          <NewRows tail={list.tail} onShow={() => document.querySelector("[data-list]")?.scrollTo({ top: 0 })} />
          <List label="Calls" items={items.value} idOf={(one) => one.id} selected={id} fresh={list.fresh.value}
            onOpen={(one) => select(one.id)} onEnd={() => void list.pages.loadMore()}
            onScroll={(atTop) => list.tail.scroll(!atTop)}
            row={(one) => <CallLine call={one} />} note={loading.value ? "Loading…" : null} />
        </div>
        {id && <div class="detail-pane">{selected ? <CallDetail key={id} call={selected} /> : loaded.value && <CallIsGone />}</div>}
      </div>
    </>
  );
}

function Bar({ name, list }: { name: string; list: InboxCalls }) {
  const clearing = useSignal(false);
  const creating = useSignal(false);
  const names = [...new Set([DEFAULT, name, ...inboxNames.value])].sort();
  const clear = async (): Promise<void> => {
    await clearCalls(name);
    list.tail.forget();
    select(null);
    await list.pages.load();
  };
  return (
    <>
      <div class="bar">
        <h1>Inbox</h1>
        <Select label="Inbox" hideLabel value={name} choices={names.map((one) => [one, one] as const)}
          onChange={(next) => go(linkTo("inbox", { query: { name: next === DEFAULT ? null : next } }))} />
        <span class="spread" />
        {!isViewer.value && (
          <>
            <Button icon="plus" onPress={() => (creating.value = true)}>Create webhook</Button>
            <Button onPress={() => (clearing.value = true)} disabledBecause={list.pages.items.value.length === 0 && "The inbox is empty"}>Clear</Button>
          </>
        )}
      </div>
      {creating.value && <WebhookForm target={inbox.value?.url} onClose={() => (creating.value = false)}
        onDone={(webhook) => go(linkTo("webhooks", { id: webhook.id }))} />}
      {clearing.value && (
        <Confirm title={`Clear the inbox ${name}?`} action="Clear" onClose={() => (clearing.value = false)} onConfirm={clear}>
          <p>Its calls are deleted. Its responses continue where they are.</p>
        </Confirm>
      )}
    </>
  );
}

/** The URL of the inbox, the webhooks that call it, and its responses. */
function Address({ name }: { name: string }) {
  const editing = useSignal(false);
  if (!inbox.value) return null;
  const { url, steps, position } = inbox.value;
  const count = hooks.value.filter(({ webhook }) => webhook.target === url).length;
  return (
    <dl class="delivery-facts inbox-facts">
      <div class="inbox-url"><dt>URL</dt><dd class="row"><code class="truncate" title={url}>{url}</code><CopyButton text={url} /></dd></div>
      <div><dt>Webhooks</dt><dd>{count ? <a href={linkTo("webhooks")}>{count === 1 ? "1 webhook" : `${count} webhooks`}</a> : "none"}</dd></div>
      <div>
        <dt>Responses</dt>
        <dd class="row">
          <span class="mono truncate" title={`The next call gets step ${position + 1} of ${steps.length}`}>{scriptText(steps)}</span>
          {steps.length > 1 && <span class="faint small">next: step {position + 1}</span>}
          {!isViewer.value && <Button small icon="pencil" onPress={() => (editing.value = true)}>Edit</Button>}
        </dd>
      </div>
      {editing.value && <ScriptDialog name={name} steps={steps} onClose={() => (editing.value = false)} />}
    </dl>
  );
}

function CallLine({ call }: { call: InboxCall }) {
  const [type, ...others] = typesOf(call);
  const status = call.responseStatus;
  const number = attemptOf(call);
  return (
    <>
      <Time value={call.receivedAt} />
      <span class="method call-method">{call.method}</span>
      <span class="event-type truncate">{type ?? call.path}{others.length > 0 && ` and ${others.length} more`}</span>
      {!isSound(call) && <span class="badge error">Check failed</span>}
      <span class="spread" />
      {number && <span class="faint call-attempt">attempt {number}</span>}
      <span class={status === undefined || status >= 400 ? "error mono" : "ok mono"}>→ {status ?? "closed"}</span>
    </>
  );
}

function NothingReceived() {
  const isCalled = hooks.value.some(({ webhook }) => webhook.target === inbox.value?.url);
  return (
    <Empty title="Nothing received yet">
      <p>Requests to the URL above appear here.{!isCalled && inbox.value && " No webhook calls it."}</p>
    </Empty>
  );
}

function CallIsGone() {
  return (
    <Empty title="This call is not in the inbox any more">
      <p>An inbox keeps its newest 1,000 calls until the server stops.</p>
      <Button onPress={() => select(null)}>Close</Button>
    </Empty>
  );
}
