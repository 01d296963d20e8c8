// A tool of a sandbox on its screen.
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { Commands } from "./command";

interface ToolProps {
  title: string;
  about: ComponentChildren;
  commands: readonly string[];
  children: ComponentChildren;
}

/** One tool: its name, a description, the commands that do the same, and its controls next to them. */
export function Tool({ title, about, commands, children }: ToolProps) {
  const id = useId();
  return (
    <section class="tool" aria-labelledby={id}>
      <div class="tool-about">
        <h2 id={id}>{title}</h2>
        <p class="muted">{about}</p>
      </div>
      <div class="tool-body">{children}</div>
      <Commands label={`Commands: ${title}`} lines={commands} />
    </section>
  );
}
