// The request or the response of a record: its body, its headers, and both as they were sent.
import { useSignal } from "@preact/signals";
import type { RecordedMessage } from "../../shared/operations";
import { size } from "../../shared/statuses";
import { Segments } from "../parts/button";
import { CopyButton, Json } from "../parts/values";

type View = "body" | "headers" | "raw";

/** `first` is the line before the headers. */
export function Message({ title, message, first }: { title: string; message: RecordedMessage; first: string }) {
  const view = useSignal<View>("body");
  const headers = Object.entries(message.headers);
  const raw = [first, ...headers.map(([name, value]) => `${name}: ${value}`), "", textOf(message.body)].join("\n").trimEnd();
  const choices = [{ value: "body", text: "Body" }, { value: "headers", text: `Headers ${headers.length}` }, { value: "raw", text: "Raw" }] as const;
  return (
    <section class="stack tight" aria-label={title}>
      <div class="row wrap">
        <h3 class="spread">{title} <span class="faint small">{message.size > 0 && size(message.size)}</span></h3>
        <Segments label={`${title} as`} choices={choices} value={view.value} onChange={(value) => (view.value = value)} />
        <CopyButton text={view.value === "raw" ? raw : view.value === "headers" ? headers.map((one) => one.join(": ")).join("\n") : textOf(message.body, 2)} />
      </div>
      {view.value === "body" && <Body message={message} />}
      {view.value === "headers" && (
        <dl class="properties headers mono">{headers.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
      )}
      {view.value === "raw" && <pre class="json" tabIndex={0}>{raw}</pre>}
    </section>
  );
}

function Body({ message: { body, size: length } }: { message: RecordedMessage }) {
  if (body !== undefined) return <Json value={body} />;
  if (!length) return <p class="faint">No body</p>;
  return <p class="faint">Not recorded: a file, more than 100 kB, or text that may contain a secret.</p>;
}

function textOf(body: unknown, indent?: number): string {
  if (body === undefined) return "";
  return typeof body === "string" ? body : JSON.stringify(body, null, indent);
}
