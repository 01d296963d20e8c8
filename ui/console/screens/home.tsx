// The first screen: help for the first request, recent problems, and the live activity.
import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { Operations, RecordedRequest } from "../../shared/operations";
import { TAGS } from "../../shared/tags";
import { RequestLine } from "../parts/chain";
import { ErrorNote } from "../parts/errors";
import { List } from "../parts/list";
import { NewRows } from "../parts/new-rows";
import { appId, go, linkTo } from "../routes";
import { recording } from "../stores/activity";
import { followChains } from "../stores/chains";
import { RequestList } from "../stores/requests";
import { Connection, Starts } from "./first-request";
import { DelayedWebhooks, Errors } from "./troubles";

export function Home() {
  const list = useMemo(() => new RequestList({}), []);
  useEffect(() => list.start(), [list]);
  useEffect(() => followChains(), []);
  const { items, loaded, error } = list.pages;
  // The help of an app without requests remains until the user leaves the screen.
  const startedEmpty = useSignal<boolean | null>(null);
  const isNew = items.value.every(setsUp);
  const isOff = recording.value === false;
  if (startedEmpty.value === null && loaded.value) startedEmpty.value = isNew && !isOff;
  return (
    <div class="home">
      {error.value && <ErrorNote error={error.value} onRetry={() => list.pages.load()} />}
      {startedEmpty.value
        ? <section class="first-request">
          <h1>{isNew ? "Waiting for your first request" : "Get started"}</h1>
          <Connection />
          <Starts />
        </section>
        : <Overview />}
      {isOff && <p class="notice">Request recording is off. Start the server with <code>--record-requests 10000</code>.</p>}
      {startedEmpty.value !== null && !isOff && <Activity list={list} />}
    </div>
  );
}

/** Whether a request only sets up an app or its keys. */
function setsUp({ operation }: RecordedRequest): boolean {
  return operation !== undefined && ["Apps", "App Keys"].includes(TAGS[operation as keyof Operations]);
}

function Overview() {
  return (
    <>
      <div class="bar"><h1>Home</h1></div>
      <div class="overview">
        <Errors />
        <DelayedWebhooks />
        <details class="connect" key={appId.value}>
          <summary>Connect a program</summary>
          <Connection />
          <Starts />
        </details>
      </div>
    </>
  );
}

function Activity({ list }: { list: RequestList }) {
  const { items } = list.pages;
  const hasRows = items.value.length > 0;
  return (
    <section class="activity" aria-label="Activity">
      <div class="section-head">
        <h2>Activity</h2>
        {hasRows && <a href={linkTo("requests")}>All requests</a>}
      </div>
      <NewRows tail={list.tail} onShow={() => document.querySelector("[data-list]")?.scrollTo({ top: 0 })} />
      {!hasRows && <p class="list-note">Requests to this app appear here as they happen.</p>}
      {hasRows && (
        <List label="Requests and what they caused" items={items.value} idOf={(one) => one.id} fresh={list.fresh.value}
          onScroll={(atTop) => list.tail.scroll(!atTop)} onOpen={(one) => go(linkTo("requests", { id: one.id }))}
          row={(one) => <RequestLine request={one} />} />
      )}
    </section>
  );
}
