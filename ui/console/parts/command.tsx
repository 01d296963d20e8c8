// The commands of a terminal that do what a screen does.
import { Button } from "./button";
import { copy } from "./values";

/** Command lines, each with a button that copies it. */
export function Commands({ label, lines }: { label: string; lines: readonly string[] }) {
  return (
    <ul class="commands" aria-label={label}>
      {lines.map((line) => (
        <li key={line}>
          <CommandLine text={line} />
          <Button small kind="quiet" icon="copy" label={`Copy ${line}`} onPress={() => copy(line)} />
        </li>
      ))}
    </ul>
  );
}

/** A command that is broken between its words only, as far as these fit. */
export function CommandLine({ text }: { text: string }) {
  return <code class="command">{text.split(" ").map((word, at) => <>{at > 0 && " "}<span>{word}</span></>)}</code>;
}
