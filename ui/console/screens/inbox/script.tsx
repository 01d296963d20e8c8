// Edits how an inbox responds.
import { useSignal } from "@preact/signals";
import { Button } from "../../parts/button";
import { FormDialog } from "../../parts/dialog";
import { TextArea } from "../../parts/fields";
import { setScript } from "../../stores/inboxes";
import { parseScript, type Step } from "../../stores/scripts";

const EXAMPLES = [
  ["Always 200", "200"],
  ["503 ×3, then 200", "503 x3\n200"],
  ["Slow", "200 after 2s"],
  ["No response", "hang 25s"],
  ["Closed connection", "close"],
] as const;

export function ScriptDialog({ name, steps, onClose }: { name: string; steps: readonly Step[]; onClose: () => void }) {
  const text = useSignal(steps.map((one) => (typeof one === "string" ? one : JSON.stringify(one))).join("\n"));
  const submit = async (): Promise<void> => {
    const parsed = parseScript(text.value);
    if (!parsed.length) throw new Error("Write at least one step.");
    await setScript(name, parsed);
  };
  return (
    <FormDialog title={`Responses of the inbox ${name}`} action="Save" onClose={onClose} onSubmit={submit}>
      <div class="row wrap" role="group" aria-label="Examples">
        {EXAMPLES.map(([label, script]) => <Button key={label} small onPress={() => (text.value = script)}>{label}</Button>)}
      </div>
      <TextArea label="Steps" mono rows={5} value={text.value} onInput={(value) => (text.value = value)}
        hint="One step for each line. Each call gets the next one, and the last one repeats. Saving begins with the first." />
      <dl class="script-help small">
        <dt><code>503 x3</code></dt><dd>This status for three calls</dd>
        <dt><code>200 after 2s</code></dt><dd>A late response</dd>
        <dt><code>hang 25s</code></dt><dd>No response for 25 seconds, then the end of the connection</dd>
        <dt><code>close</code></dt><dd>The end of the connection</dd>
        <dt><code>{'{"status": 429}'}</code></dt><dd>A response as JSON, also with <code>"headers"</code> and <code>"body"</code></dd>
      </dl>
    </FormDialog>
  );
}
