// The search over everything: records by ids and names, screens and commands.
import { type Signal, useComputed, useSignal } from "@preact/signals";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
import type { ApiError } from "../../shared/api";
import type { Found } from "../../shared/operations";
import { asApiError } from "../../shared/paged";
import { type Command, commands, matching } from "../commands";
import { go } from "../routes";
import { searching } from "../shortcuts";
import { find, linkToFound } from "../stores/finding";
import { Icon, type IconName } from "./icons";
import { shortened } from "./values";

interface Choice {
  key: string;
  group: string;
  icon: IconName;
  title: string;
  note?: string;
  run: () => unknown;
}

const ICONS: Record<Found["kind"], IconName> = {
  app: "house", conversation: "messages-square", delivery: "webhook", event: "zap", integration: "plug", key: "key-round",
  message: "messages-square", participant: "users", request: "arrow-left-right", user: "users", webhook: "webhook",
};
/** The pause in typing after which a search begins, because each search is a request. */
const PAUSE_MS = 150;

export function Search() {
  const text = useSignal("");
  const found = useSignal<Found[]>([]);
  const error = useSignal<ApiError | null>(null);
  const busy = useSignal(false);
  useEffect(() => searchFor(text.value.trim(), found, error, busy), [text.value]);
  // Records come last, so that choices do not move when records arrive while the user is about to press Enter.
  const choices = useComputed(() => [...matching(commands(), text.value).map(choiceOfCommand), ...found.value.map(choiceOfFound)]);
  const close = (): void => void (searching.value = false);
  return (
    <PaletteDialog onClose={close}>
      <Palette text={text} choices={choices.value} onClose={close} />
      <p class="palette-state" role="status">{stateOf(text.value.trim(), found.value.length, choices.value.length, busy.value, error.value)}</p>
      <p class="palette-hint">Finds exact IDs, external IDs, email addresses and request IDs, and conversations by the beginning of their names. Texts of messages are not searched.</p>
    </PaletteDialog>
  );
}

function searchFor(wanted: string, found: Signal<Found[]>, error: Signal<ApiError | null>, busy: Signal<boolean>): (() => void) | undefined {
  error.value = null;
  if (!wanted) {
    found.value = [];
    return undefined;
  }
  const stopped = new AbortController();
  busy.value = true;
  const timer = setTimeout(() => {
    find(wanted, stopped.signal).then((results) => (found.value = results), (failure: unknown) => {
      if (!stopped.signal.aborted) error.value = asApiError(failure);
    }).finally(() => stopped.signal.aborted || (busy.value = false));
  }, PAUSE_MS);
  return () => {
    clearTimeout(timer);
    stopped.abort();
    busy.value = false;
  };
}

function stateOf(wanted: string, records: number, all: number, busy: boolean, error: ApiError | null): string {
  if (error) return error.message;
  if (!wanted) return "";
  if (busy) return "Searching…";
  if (records) return `${records} ${records === 1 ? "record" : "records"} found`;
  return all ? "No record with this ID or name" : "Nothing found";
}

function choiceOfFound(one: Found): Choice {
  const title = one.title || one.id;
  return { key: `${one.kind}-${one.id}`, group: "Records", icon: ICONS[one.kind], title, note: `${one.kind} ${shortened(one.id)}`, run: () => go(linkToFound(one)) };
}

function choiceOfCommand(one: Command): Choice {
  return { key: `${one.group}-${one.title}`, ...one };
}

function PaletteDialog({ onClose, children }: { onClose: () => void; children: preact.ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  // Before the browser paints, so that no key press is lost.
  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => before instanceof HTMLElement && before.focus();
  }, []);
  return (
    <dialog ref={dialog} class="palette" aria-label="Search" onClick={(event) => event.target === dialog.current && onClose()} onCancel={(event) => {
      event.preventDefault();
      onClose();
    }}>
      {children}
    </dialog>
  );
}

/** A combobox: the focus stays in the field, and the arrows move in the list. */
function Palette({ text, choices, onClose }: { text: Signal<string>; choices: readonly Choice[]; onClose: () => void }) {
  const id = useId();
  const index = useSignal(0);
  const list = useRef<HTMLDivElement>(null);
  const current = Math.min(index.value, choices.length - 1);
  const run = (one: Choice | undefined): void => {
    if (!one) return;
    onClose();
    one.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    const step = steps[event.key];
    if (event.isComposing) return;
    if (step !== undefined) index.value = Math.max(0, Math.min(choices.length - 1, current + step));
    else if (event.key === "Enter") run(choices[current]);
    else return;
    event.preventDefault();
  };
  useEffect(() => list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }), [current, choices]);
  return (
    <>
      <div class="palette-field">
        <Icon name="search" />
        <input type="text" role="combobox" aria-label="Search IDs, names, requests and commands" aria-expanded={choices.length > 0} aria-controls={id}
          aria-activedescendant={choices.length ? `${id}-${current}` : undefined} aria-autocomplete="list" autocomplete="off" spellcheck={false}
          placeholder="ID, external ID, email, conversation name or command" autofocus value={text.value} onKeyDown={onKeyDown} onInput={(event) => {
            text.value = event.currentTarget.value;
            index.value = 0;
          }} />
        <kbd class="only-wide">Esc</kbd>
      </div>
      <div id={id} ref={list} class="palette-list" role="listbox" aria-label="Results" hidden={choices.length === 0}>
        {groupsOf(choices).map(([group, members]) => (
          <div key={group} role="group" aria-label={group}>
            <p class="palette-group" aria-hidden="true">{group}</p>
            {members.map(([position, one]) => (
              <PaletteOption key={one.key} id={`${id}-${position}`} one={one} isCurrent={position === current} onPress={() => run(one)} />
            ))}
          </div>
        ))}
      </div>
    </>
  );
}

function PaletteOption({ id, one, isCurrent, onPress }: { id: string; one: Choice; isCurrent: boolean; onPress: () => void }) {
  return (
    <div id={id} class="palette-option" role="option" aria-selected={isCurrent} onClick={onPress}>
      <Icon name={one.icon} />
      <span class="spread truncate" dir="auto">{one.title}</span>
      {one.note && <span class="faint small">{one.note}</span>}
    </div>
  );
}

function groupsOf(choices: readonly Choice[]): [string, [number, Choice][]][] {
  const groups = Object.groupBy(choices.map((one, position): [number, Choice] => [position, one]), ([, one]) => one.group);
  return Object.entries(groups).map(([group, members]) => [group, members ?? []]);
}
