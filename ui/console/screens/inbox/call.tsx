// One call that an inbox received.
import { useSignal } from "@preact/signals";
import type { InboxCall } from "../../../shared/operations";
import { duration } from "../../../shared/time";
import { Button } from "../../parts/button";
import { Icon } from "../../parts/icons";
import { CopyButton, Id, Json, shortened, Time } from "../../parts/values";
import { linkTo, select } from "../../routes";
import { checksOf, rawOf, typesOf } from "./calls";

export function CallDetail({ call }: { call: InboxCall }) {
  const isRaw = useSignal(false);
  return (
    <article class="detail">
      <div class="detail-head">
        <h2 class="spread">{typesOf(call)[0] ?? `${call.method} ${call.path}`}</h2>
        <Button small pressed={isRaw.value} onPress={() => (isRaw.value = !isRaw.value)}>Raw</Button>
        <Button kind="quiet" small icon="x" label="Close" onPress={() => select(null)} />
      </div>
      <Checks call={call} />
      <Facts call={call} />
      {isRaw.value ? <Raw call={call} /> : <Parsed call={call} />}
    </article>
  );
}

function Checks({ call: { checks } }: { call: InboxCall }) {
  const classes = (passed: boolean | null): string => (passed === null ? "muted" : passed ? "ok" : "error");
  return (
    <>
      <ul class="row wrap checks" aria-label="Checks">
        {checksOf(checks).map((one) => (
          <li key={one.text} class={`row ${classes(one.passed)}`}>
            {one.passed !== null && <Icon name={one.passed ? "check" : "x"} />}{one.text}
          </li>
        ))}
      </ul>
      {checks.violations && <ul class="notice error violations">{checks.violations.map((one) => <li key={one}>{one}</li>)}</ul>}
      {checks.afterEventId && <p class="error">Event <Id value={checks.afterEventId} /> of the same conversation or user is newer and arrived before.</p>}
    </>
  );
}

function Facts({ call }: { call: InboxCall }) {
  const delivery = call.headers["x-heliograph-delivery"];
  return (
    <dl class="properties">
      <dt>Received</dt><dd><Time value={call.receivedAt} /></dd>
      <dt>Response</dt>
      <dd>{call.responseStatus ?? "The connection was closed without a response"}{call.delayMs > 0 && ` after ${duration(call.delayMs)}`}</dd>
      {delivery && <><dt>Delivery</dt><dd><a href={linkTo("webhooks", { query: { delivery } })}>{shortened(delivery)}</a></dd></>}
      {call.truncated && <><dt>Body</dt><dd class="warn">Too long for the inbox, which kept only its beginning</dd></>}
    </dl>
  );
}

function Parsed({ call }: { call: InboxCall }) {
  const headers = Object.entries(call.headers);
  return (
    <>
      <section class="stack">
        <h3>Headers</h3>
        <dl class="properties mono">{headers.map(([name, value]) => <><dt>{name}</dt><dd>{value}</dd></>)}</dl>
      </section>
      <section class="stack">
        <h3>Body</h3>
        {call.json === undefined && !call.text ? <p class="faint">No body</p> : <Json value={call.json ?? call.text} />}
      </section>
    </>
  );
}

function Raw({ call }: { call: InboxCall }) {
  const text = rawOf(call);
  return (
    <section class="stack">
      <div class="row"><h3 class="spread">Raw</h3><CopyButton text={text}>Copy</CopyButton></div>
      <pre class="json" tabIndex={0}>{text}</pre>
    </section>
  );
}
