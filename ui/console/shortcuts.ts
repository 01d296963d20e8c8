// Keys that work everywhere, unless the user turned them off or types in a field.
import { signal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";
import { go, linkTo, route, select } from "./routes";

const KEY = "heliograph:shortcuts";
const SEQUENCE_MS = 1500;

/** Whether single keys without a modifier are shortcuts (WCAG 2.1.4). */
export const singleKeys = signal(localStorage.getItem(KEY) !== "off");
export const searching = signal(false);
export const explaining = signal(false);

export function setSingleKeys(on: boolean): void {
  singleKeys.value = on;
  localStorage.setItem(KEY, on ? "on" : "off");
}

/** The actions of single keys on the present screen. */
const actions = new Map<string, () => void>();

/** Let a key do something while the component is shown. `inputs` are the values that the action depends on. */
export function useKey(key: string, action: () => void, inputs: readonly unknown[]): void {
  // A layout effect: an effect runs after the paint, and a key pressed in between would do nothing.
  useLayoutEffect(() => {
    actions.set(key, action);
    return () => actions.get(key) === action && actions.delete(key);
  }, inputs);
}

/** Handle keys until the returned function is called. `screens` has the names of screens by the keys after `g`. */
export function handleKeys(screens: ReadonlyMap<string, string>): () => void {
  const ended = new AbortController();
  let prefixAt = -Infinity;
  const handle = (event: KeyboardEvent): void => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (!isModal()) searching.value = true;
      return;
    }
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typesIn(event.target) || isModal()) return;
    if (event.key === "Escape" && route.value.id !== null) return (actions.get("Escape") ?? closeDetail)();
    if (!singleKeys.value) return;
    const afterPrefix = event.timeStamp - prefixAt < SEQUENCE_MS;
    prefixAt = -Infinity;
    if (afterPrefix) goTo(screens.get(event.key));
    else if (event.key === "g") prefixAt = event.timeStamp;
    else act(event);
  };
  document.addEventListener("keydown", handle, { signal: ended.signal });
  return () => ended.abort();
}

/** Close the selected record, and return to its row. */
function closeDetail(): void {
  select(null);
  document.querySelector<HTMLElement>("[data-list]")?.focus();
}

function goTo(screen: string | undefined): void {
  if (screen !== undefined) go(linkTo(screen));
}

function act(event: KeyboardEvent): void {
  const action = actions.get(event.key);
  if (event.key === "/") focusSearch();
  else if (event.key === "?") explaining.value = true;
  else if (action) action();
  else if (["j", "k", "ArrowDown", "ArrowUp"].includes(event.key)) focusList(event);
  else return;
  event.preventDefault();
}

function focusSearch(): void {
  const field = document.querySelector<HTMLElement>("[data-list-search]");
  if (field) field.focus();
  else searching.value = true;
}

function focusList(event: KeyboardEvent): void {
  const list = document.querySelector<HTMLElement>("[data-list]");
  if (!list || list.contains(document.activeElement)) return;
  list.focus();
  list.dispatchEvent(new KeyboardEvent("keydown", { key: event.key }));
}

function typesIn(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

function isModal(): boolean {
  return document.querySelector("dialog[open], [popover=auto]:popover-open") !== null;
}
