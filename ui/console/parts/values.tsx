// Small values: ids, times, statuses, JSON.
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { fullTime, shortTime } from "../../shared/time";
import { Button } from "./button";
import { say } from "./errors";

/** An id in short, which a click copies in full. */
export function Id({ value, full }: { value: string; full?: boolean }) {
  return (
    <button type="button" class={full ? "id full" : "id"} title={`${value} – click to copy`} aria-label={`Copy ${value}`} onClick={(event) => {
      event.stopPropagation();
      void copy(value);
    }}>
      {full ? value : shortened(value)}
    </button>
  );
}

/** `6b06dd61e4a8…d9`. Ids of one process have the same end, so they differ in their beginning. */
export function shortened(id: string): string {
  const prefix = /^[a-z]{2,4}_/.exec(id)?.[0] ?? "";
  const rest = id.slice(prefix.length);
  return rest.length > 16 ? `${prefix}${rest.slice(0, 12)}…${rest.slice(-2)}` : id;
}

export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say("Copied");
  } catch {
    say("The browser does not allow copying here", { isError: true });
  }
}

export function CopyButton({ text, children }: { text: string; children?: string }) {
  return <Button small icon="copy" label={children ? undefined : "Copy"} onPress={() => copy(text)}>{children}</Button>;
}

export function Time({ value }: { value: string }) {
  return <time class="time" dateTime={value} title={fullTime(value)}>{shortTime(value)}</time>;
}

export function StatusCode({ status }: { status: number }) {
  const kind = status >= 500 ? "error" : status >= 400 ? "warn" : "ok";
  return <span class={`status-code ${kind}`}>{status}</span>;
}

/** A secret, hidden until the user asks for it. */
export function Secret({ value }: { value: string }) {
  const shown = useSignal(false);
  const masked = /^•+$/.test(value);
  return (
    <span class="row">
      <code class={shown.value ? "secret" : "truncate"}>{shown.value ? value : "•••••"}</code>
      {masked
        ? <span class="faint small">Not shown to viewers</span>
        : <>
          <Button small onPress={() => (shown.value = !shown.value)}>{shown.value ? "Hide" : "Show"}</Button>
          <CopyButton text={value} />
        </>}
    </span>
  );
}

/** JSON with colours. A string that is not JSON is shown as it is. */
export function Json({ value }: { value: unknown }) {
  if (value === undefined) return null;
  if (typeof value === "string") return <pre class="json" tabIndex={0}>{value}</pre>;
  return <pre class="json" tabIndex={0}>{coloured(JSON.stringify(value, null, 2))}</pre>;
}

const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false)\b|\b(null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

function coloured(text: string): JSX.Element[] {
  const parts: JSX.Element[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    parts.push(<>{text.slice(end, match.index)}</>);
    const [token, quoted, colon, boolean, none] = match;
    const kind = quoted ? (colon ? "key" : "string") : boolean ? "boolean" : none ? "null" : "number";
    parts.push(<span class={kind}>{token}</span>);
    end = match.index + token.length;
  }
  parts.push(<>{text.slice(end)}</>);
  return parts;
}
