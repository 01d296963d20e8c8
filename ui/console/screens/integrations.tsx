// The integrations of the app: programs with webhooks, SDKs, and stand-ins of channels.
import { useEffect, useMemo } from "preact/hooks";
import { Button } from "../parts/button";
import { Empty, ErrorNote } from "../parts/errors";
import { Select } from "../parts/fields";
import { List } from "../parts/list";
import { shortened } from "../parts/values";
import { filter, go, linkTo, route, select } from "../routes";
import { isViewer } from "../session";
import { follow } from "../stores/activity";
import { creatable, type Integration, kindOf } from "../stores/integration-kinds";
import { integrationPages } from "../stores/integrations";
import { sandbox } from "../stores/sandbox";
import { CreateIntegration } from "./integration-create";
import { IntegrationDetail } from "./integration-detail";

/** Operations that change the list; no event reports them. */
const CHANGES = /^(?:Create|Update|Delete)Integration$/;

export function Integrations() {
  const { id, query } = route.value;
  const type = query.get("type") ?? "";
  const creating = query.has("new") && !isViewer.value;
  const pages = useMemo(() => integrationPages(type), [type]);
  useEffect(() => {
    void pages.load();
    return follow({
      onRequests: (requests) => requests.some((one) => CHANGES.test(one.operation ?? "") && one.status < 300) && void pages.load(),
      onReset: () => void pages.load(),
    });
  }, [pages]);
  const { items, loaded, error, loading } = pages;
  const isEmpty = loaded.value && !error.value && items.value.length === 0;
  const kinds = creatable({ standIns: sandbox.value.exists }).map(([value, title]): [string, string] => [value, title]);
  return (
    <>
      <div class="bar">
        <h1>Integrations</h1>
        <Select label="Type" hideLabel value={type} choices={[["", "All types"], ...kinds]} onChange={(value) => filter({ type: value })} />
        <span class="spread" />
        {!isViewer.value && <Button icon="plus" onPress={() => filter({ new: "1" })}>Create integration</Button>}
      </div>
      <div class={id ? "split" : "split no-detail"}>
        <div class="list-pane">
          {error.value && <ErrorNote error={error.value} onRetry={() => pages.load()} />}
          {isEmpty && <NoIntegrations type={type} />}
          {!isEmpty && <List label="Integrations" items={items.value} idOf={(one) => one.id} selected={id} onOpen={(one) => select(one.id)}
            onEnd={() => void pages.loadMore()} row={(one) => <IntegrationRow one={one} />} note={loading.value ? "Loading…" : null} />}
        </div>
        {id && <div class="detail-pane"><IntegrationDetail key={id} id={id} onChange={(one) => pages.update(one)} onGone={() => pages.remove(id)} /></div>}
      </div>
      {creating && <CreateIntegration onClose={() => filter({ new: null })} onDone={(one) => {
        void pages.load();
        go(linkTo("integrations", { id: one.id }));
      }} />}
    </>
  );
}

function IntegrationRow({ one }: { one: Integration }) {
  const webhooks = one.type === "custom" ? one.webhooks.length : 0;
  return (
    <>
      <span class="spread truncate" dir="auto">{one.displayName || kindOf(one.type).title}</span>
      {webhooks > 0 && <span class="faint small">{webhooks} {webhooks === 1 ? "webhook" : "webhooks"}</span>}
      <span class="badge">{kindOf(one.type).title}</span>
      <span class="mono muted user-external integration-id">{shortened(one.id)}</span>
    </>
  );
}

function NoIntegrations({ type }: { type: string }) {
  if (type) return <Empty title={`No integrations of type ${kindOf(type).title}`}><Button onPress={() => filter({ type: null })}>Show all types</Button></Empty>;
  return (
    <Empty title="No integrations yet">
      <p class="narrow">An integration connects a bot or a desk with webhooks, or an SDK with which users write.</p>
      {!isViewer.value && <Button kind="primary" onPress={() => filter({ new: "1" })}>Create integration</Button>}
    </Empty>
  );
}
