// Suggestions at the caret of a JSON editor, from the OpenAPI document.
import { type Signal, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { OperationName } from "../../shared/api";
import { bodySchema } from "../../shared/schema";
import { type Suggestion, suggestionsAt } from "../json-completion";

const LINE_PX = 18;
const CHARACTER_PX = 7.25;

export interface Suggesting {
  /** The suggestions, or an empty list. */
  offered: Signal<Suggestion[]>;
  active: Signal<number>;
  /** Look for suggestions at the caret. */
  open: () => void;
  close: () => void;
  accept: (one: Suggestion) => void;
  /** Handles the keys of the list; returns whether the key was one. */
  onKey: (event: KeyboardEvent) => boolean;
}

/** The suggestions for the body of an operation, in a text area. */
export function useSuggestions(area: RefObject<HTMLTextAreaElement | null>, operation: OperationName | undefined): Suggesting {
  const offered = useSignal<Suggestion[]>([]);
  const active = useSignal(0);
  const schema = useRef<Awaited<ReturnType<typeof bodySchema>>>(null);
  useEffect(() => {
    // Without the document, the editor works without suggestions.
    if (operation) void bodySchema(operation).then((found) => (schema.current = found), () => undefined);
  }, [operation]);
  const close = (): void => {
    offered.value = [];
  };
  const open = (): void => {
    const box = area.current;
    active.value = 0;
    offered.value = box && schema.current && box.selectionStart === box.selectionEnd
      ? suggestionsAt(box.value, box.selectionStart, schema.current.body, schema.current.schemas)
      : [];
  };
  const accept = ({ start, end, text }: Suggestion): void => {
    area.current?.focus();
    area.current?.setSelectionRange(start, end);
    // Unlike setRangeText, it can be undone.
    document.execCommand("insertText", false, text);
    close();
  };
  return { offered, active, open, close, accept, onKey: (event) => onKey(event, { offered, active, open, close, accept }) };
}

function onKey(event: KeyboardEvent, { offered, active, open, close, accept }: Omit<Suggesting, "onKey">): boolean {
  const count = offered.value.length;
  if (event.key === " " && event.ctrlKey) open();
  else if (count === 0) return false;
  else if (event.key === "ArrowDown") active.value = (active.value + 1) % count;
  else if (event.key === "ArrowUp") active.value = (active.value + count - 1) % count;
  else if (event.key === "Enter" || event.key === "Tab") accept(offered.value[active.value] as Suggestion);
  else if (event.key === "Escape") close();
  else return false;
  event.preventDefault();
  event.stopPropagation();
  return true;
}

/** The list of suggestions, below the line of the caret. */
export function Suggestions({ id, area, suggesting }: { id: string; area: RefObject<HTMLTextAreaElement | null>; suggesting: Suggesting }) {
  const list = useRef<HTMLDivElement>(null);
  const { offered, active, accept } = suggesting;
  useLayoutEffect(() => {
    if (area.current && list.current && offered.value.length) place(list.current, area.current);
  }, [offered.value]);
  useLayoutEffect(() => list.current?.children[active.value]?.scrollIntoView({ block: "nearest" }), [active.value]);
  if (offered.value.length === 0) return null;
  return (
    <div id={id} ref={list} class="json-suggestions" role="listbox" aria-label="Suggestions">
      {offered.value.map((one, index) => (
        <div key={one.label} id={`${id}-${index}`} role="option" aria-selected={index === active.value} class="json-suggestion"
          onMouseDown={(event) => event.preventDefault()} onClick={() => accept(one)}>
          <span class="mono">{one.label}</span><span class="small muted">{one.detail}</span>
        </div>
      ))}
    </div>
  );
}

function place(list: HTMLElement, area: HTMLTextAreaElement): void {
  const before = area.value.slice(0, area.selectionStart).split("\n");
  const line = before.length * LINE_PX - area.scrollTop + 8;
  const column = (before.at(-1)?.length ?? 0) * CHARACTER_PX + area.offsetLeft - area.scrollLeft;
  list.style.top = `${Math.min(line, area.clientHeight)}px`;
  list.style.setProperty("--column", `${column}px`);
}
