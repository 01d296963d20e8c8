// The filters of the list of requests, which are in the URL.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { OPERATIONS } from "../../shared/operations";
import { Button, Segments } from "../parts/button";
import { SearchField, Select } from "../parts/fields";
import { shortened } from "../parts/values";
import { filter, route } from "../routes";
import { keys, loadKeys } from "../stores/credentials";
import { isId, type RequestList } from "../stores/requests";

const STATUSES = [["", "All"], ["2xx", "2xx"], ["4xx", "4xx"], ["5xx", "5xx"]] as const;
const SEARCH_MS = 300;
const NAMES = Object.entries(OPERATIONS).filter(([, place]) => place.includes("{appId}")).map(([name]) => name).sort();

export function RequestFilters({ list }: { list: RequestList }) {
  useEffect(() => void loadKeys(), []);
  const { query } = route.value;
  const status = query.get("status") ?? "";
  const statuses = STATUSES.some(([value]) => value === status) ? STATUSES : [...STATUSES, [status, status] as const];
  const { paused } = list.tail;
  return (
    <>
      <Segments label="Status" value={status} choices={statuses.map(([value, text]) => ({ value: value as string, text }))}
        onChange={(value) => filter({ status: value })} />
      <Select label="Operation" hideLabel value={query.get("operation") ?? ""} choices={[["", "All operations"], ...NAMES.map((one) => [one, one] as const)]}
        onChange={(value) => filter({ operation: value })} />
      <Select label="Key" hideLabel value={query.get("keyId") ?? ""} choices={[["", "All keys"], ...keyChoices(list)]}
        onChange={(value) => filter({ keyId: value })} />
      <PathOrId />
      <span class="spread" />
      {list.dropped.value > 0 && (
        <span class="badge warn" title="The server received more requests than it can record">{list.dropped.value.toLocaleString()} not recorded</span>
      )}
      <Button icon={paused.value ? "play" : "pause"} pressed={paused.value} title="Key: ."
        onPress={() => list.tail.pause(!paused.value)}>{paused.value ? "Continue" : "Pause"}</Button>
    </>
  );
}

/** The choices of keys: the keys of the app by name, and other keys that occur in the rows. */
function keyChoices(list: RequestList): [string, string][] {
  const names = new Map(keys.value.map((one) => [one.id, `${one.displayName} (${shortened(one.id)})`]));
  const chosen = route.value.query.get("keyId");
  for (const id of [chosen, ...list.pages.items.value.map((one) => one.keyId)])
    if (id && !names.has(id)) names.set(id, shortened(id));
  return [...names];
}

function PathOrId() {
  const { query } = route.value;
  const applied = query.get("requestId") ?? query.get("path") ?? "";
  const text = useSignal(applied);
  const apply = (): void => {
    const entered = text.value.trim();
    if (entered !== (query.get("requestId") ?? query.get("path") ?? ""))
      filter(isId(entered) ? { requestId: entered, path: null } : { path: entered || null, requestId: null });
  };
  useEffect(() => {
    const timer = setTimeout(apply, SEARCH_MS);
    return () => clearTimeout(timer);
  }, [text.value]);
  // The URL was changed by a link, or by the button that clears the filters.
  useEffect(() => {
    text.value = applied;
  }, [applied]);
  return <SearchField label="Path or request ID" value={text.value} onInput={(value) => (text.value = value)} onEnter={apply} />;
}
