// The first screen: how to make the first request, and what happens now.
import { useEffect, useMemo } from "preact/hooks";
import { serverUrl } from "../../shared/api";
import { Button } from "../parts/button";
import { RequestLine } from "../parts/chain";
import { ErrorNote } from "../parts/errors";
import { List } from "../parts/list";
import { go, linkTo } from "../routes";
import { recording } from "../stores/activity";
import { followChains } from "../stores/chains";
import { RequestList } from "../stores/requests";
import { FirstRequest } from "./first-request";

export function Home() {
  const list = useMemo(() => new RequestList({}), []);
  useEffect(() => list.start(), [list]);
  useEffect(() => followChains(), []);
  const { items, loaded, error } = list.pages;
  const isEmpty = loaded.value && items.value.length === 0;
  return (
    <div class="home">
      {error.value && <ErrorNote error={error.value} onRetry={() => list.pages.load()} />}
      {isEmpty ? <FirstRequest url={serverUrl} /> : <div class="bar"><h1>Activity</h1><span class="spread" /><Button small onPress={() => go(linkTo("requests"))}>All requests</Button></div>}
      {recording.value === false && <p class="notice">Request recording is off. Start the server with <code>--record-requests 10000</code>.</p>}
      <List label="Requests and what they caused" items={items.value} idOf={(one) => one.id} fresh={list.fresh.value}
        onOpen={(one) => go(linkTo("requests", { id: one.id }))} row={(one) => <RequestLine request={one} />} />
    </div>
  );
}
