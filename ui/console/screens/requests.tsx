// Recorded requests: a live list, and one request with its response and events.
import { useEffect, useMemo } from "preact/hooks";
import { Button } from "../parts/button";
import { RequestLine } from "../parts/chain";
import { Empty, ErrorNote } from "../parts/errors";
import { List } from "../parts/list";
import { NewRows } from "../parts/new-rows";
import { appId, filter, go, linkTo, route, select } from "../routes";
import { useKey } from "../shortcuts";
import { recording } from "../stores/activity";
import { followChains } from "../stores/chains";
import { isId, pathPrefix, type RequestFilter, RequestList } from "../stores/requests";
import { RequestDetail } from "./request-detail";
import { RequestFilters } from "./request-filters";

export function Requests() {
  const { id, query } = route.value;
  const list = useMemo(() => new RequestList(filterOf(query)), [query.toString()]);
  useEffect(() => list.start(), [list]);
  useEffect(() => followChains(), []);
  useKey(".", () => list.tail.pause(!list.tail.paused.value), [list]);
  useEffect(() => list.pages.items.subscribe((items) => openOnly(query.get("requestId"), items)), [list]);
  return (
    <>
      <div class="bar requests-bar">
        <h1>Requests</h1>
        <RequestFilters list={list} />
      </div>
      <div class={id ? "split" : "split no-detail"}>
        <div class="list-pane">
          <Rows list={list} />
        </div>
        {id && <div class="detail-pane"><RequestDetail key={id} id={id} /></div>}
      </div>
    </>
  );
}

function filterOf(query: URLSearchParams): RequestFilter {
  const get = (name: string): string | undefined => query.get(name) || undefined;
  const path = pathPrefix(get("path") ?? "", appId.value);
  return { status: get("status"), operation: get("operation"), keyId: get("keyId"), path, requestId: get("requestId") };
}

/** A link to a request by its `X-Request-Id` opens it. */
function openOnly(requestId: string | null, items: readonly { id: string }[]): void {
  const [only] = items;
  if (requestId && only && items.length === 1 && route.value.id === null)
    go(linkTo("requests", { id: only.id, query: { requestId } }), { replace: true });
}

function Rows({ list }: { list: RequestList }) {
  const { items, loaded, error, loading, hasMore } = list.pages;
  const isEmpty = loaded.value && items.value.length === 0;
  return (
    <>
      {error.value && <ErrorNote error={error.value} onRetry={() => list.pages.load()} />}
      <NewRows tail={list.tail} onShow={() => document.querySelector("[data-list]")?.scrollTo({ top: 0 })} />
      {isEmpty && <NoRequests list={list} />}
      {!loaded.value && !error.value && <p class="list-note">Loading…</p>}
      {items.value.length > 0 && (
        <List label="Requests" items={items.value} idOf={(one) => one.id} selected={route.value.id} fresh={list.fresh.value}
          onOpen={(one) => select(one.id)} onEnd={() => void list.pages.loadMore()}
          onScroll={(atTop) => list.tail.scroll(!atTop)} row={(one) => <RequestLine request={one} />}
          note={loading.value && hasMore.value ? "Loading…" : null} />
      )}
    </>
  );
}

function NoRequests({ list }: { list: RequestList }) {
  if (recording.value === false)
    return <Empty title="Request recording is off"><p>Start the server with <code>--record-requests 10000</code>.</p></Empty>;
  const { query } = route.value;
  const names = [...query.keys()];
  if (!names.length) return <Empty title="No requests yet"><p>Requests to this app appear here.</p></Empty>;
  const clear = (): void => filter(Object.fromEntries(names.map((one) => [one, null])));
  return (
    <Empty title={list.pages.hasMore.value ? "No request among the newest ones matches" : "No request matches"}>
      {isId(query.get("requestId") ?? "") && <p>It may not have been recorded, or it was deleted since.</p>}
      <div class="row">
        {list.pages.hasMore.value && <Button onPress={() => list.pages.loadMore()}>Search older requests</Button>}
        <Button onPress={clear}>Clear filters</Button>
      </div>
    </Empty>
  );
}
