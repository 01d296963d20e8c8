// Recorded requests: a list that is live, and one request with its response and events.
import { useEffect, useMemo } from "preact/hooks";
import { RequestLine } from "../parts/chain";
import { Empty, ErrorNote } from "../parts/errors";
import { Segments } from "../parts/button";
import { List } from "../parts/list";
import { filter, route, select } from "../routes";
import { followChains } from "../stores/chains";
import { recording } from "../stores/activity";
import { RequestList } from "../stores/requests";
import { RequestDetail } from "./request-detail";

const STATUSES = [{ value: "", text: "All" }, { value: "2xx", text: "2xx" }, { value: "4xx", text: "4xx" }, { value: "5xx", text: "5xx" }] as const;

export function Requests() {
  const status = route.value.query.get("status") ?? "";
  const list = useMemo(() => new RequestList({ status: status || undefined }), [status]);
  useEffect(() => list.start(), [list]);
  useEffect(() => followChains(), []);
  const { id } = route.value;
  const { items, loaded, error, loading } = list.pages;
  return (
    <>
      <div class="bar">
        <h1>Requests</h1>
        <Segments label="Status" choices={STATUSES} value={status as ""} onChange={(value) => filter({ status: value })} />
        {list.dropped.value > 0 && <span class="badge warn">{list.dropped.value} not recorded</span>}
      </div>
      <div class={id ? "split" : "split no-detail"}>
        <div class="list-pane">
          {error.value && <ErrorNote error={error.value} onRetry={() => list.pages.load()} />}
          {loaded.value && items.value.length === 0 && <NoRequests />}
          <List label="Requests" items={items.value} idOf={(one) => one.id} selected={id} fresh={list.fresh.value}
            onOpen={(one) => select(one.id)} onEnd={() => void list.pages.loadMore()}
            row={(one) => <RequestLine request={one} />} note={loading.value ? "Loading…" : null} />
        </div>
        {id && <div class="detail-pane"><RequestDetail key={id} id={id} /></div>}
      </div>
    </>
  );
}

function NoRequests() {
  if (recording.value === false)
    return <Empty title="Request recording is off"><p>Start the server with <code>--record-requests 10000</code>.</p></Empty>;
  return <Empty title="No requests yet"><p>Requests to this app appear here.</p></Empty>;
}
