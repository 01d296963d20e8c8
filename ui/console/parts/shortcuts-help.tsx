// The list of shortcuts, and the switch for those of a single key.
import { SCREENS } from "../screens/index";
import { explaining, setSingleKeys, singleKeys } from "../shortcuts";
import { Dialog } from "./dialog";
import { Check } from "./fields";

type Shortcut = readonly [keys: string, meaning: string];

const EVERYWHERE: readonly Shortcut[] = [["Ctrl K", "Search"], ["Esc", "Close what is open"]];
const LISTS: readonly Shortcut[] = [
  ["/", "Search this list, or everything"], ["j or ↓", "Next row"], ["k or ↑", "Previous row"], ["Enter", "Open the row"],
  ["Home, End", "First or last row"],
];
const REQUESTS: readonly Shortcut[] = [["r", "Replay"], ["y", "Copy as curl"], [".", "Pause or continue"]];

export function ShortcutsHelp() {
  const screens = SCREENS.flatMap((one): Shortcut[] => (one.key ? [[`g ${one.key}`, one.title]] : []));
  return (
    <Dialog title="Keyboard shortcuts" onClose={() => (explaining.value = false)}>
      <div class="shortcuts">
        <Group title="Everywhere" shortcuts={EVERYWHERE} />
        <Group title="Lists" shortcuts={LISTS} />
        <Group title="Screens" shortcuts={screens} />
        <Group title="Requests" shortcuts={REQUESTS} />
      </div>
      <Check label="Single-key shortcuts" checked={singleKeys.value} onChange={setSingleKeys} />
      <p class="muted small">Turn them off if you speak to your computer or press keys by accident. Ctrl K and Esc always work.</p>
    </Dialog>
  );
}

function Group({ title, shortcuts }: { title: string; shortcuts: readonly Shortcut[] }) {
  return (
    <section>
      <h3>{title}</h3>
      <dl>
        {shortcuts.map(([keys, meaning]) => <div key={keys} class="shortcut"><dt><kbd>{keys}</kbd></dt><dd>{meaning}</dd></div>)}
      </dl>
    </section>
  );
}
