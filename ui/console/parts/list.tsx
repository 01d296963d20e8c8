// A list of any length with rows of one height: only those in view are in the document.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

export interface ListProps<T> {
  label: string;
  items: readonly T[];
  idOf: (item: T) => string;
  row: (item: T) => ComponentChildren;
  selected?: string | null;
  onOpen: (item: T) => void;
  /** Called when the end comes into view. */
  onEnd?: () => void;
  /** Shows the other end of a list of which only a part is loaded; the keys Home and End call it. */
  onJump?: (to: "start" | "end") => void;
  /** The number of all entries, if more exist than are loaded. */
  total?: number;
  rowHeight?: number;
  /** The ids of rows that have just appeared. */
  fresh?: ReadonlySet<string>;
  note?: ComponentChildren;
}

const MARGIN_ROWS = 10;
const MOST_ROWS = 60;

/** A listbox. `j`, `k` and the arrows move in it, and Enter opens. */
export function List<T>(props: ListProps<T>) {
  const { items, idOf, onEnd } = props;
  const box = useRef<HTMLDivElement>(null);
  const view = useSignal({ top: 0, height: 600 });
  const active = useSignal<string | null>(null);
  const rowHeight = props.rowHeight ?? rowHeightOfTheme();
  const measure = (): void => {
    if (box.current) view.value = { top: box.current.scrollTop, height: box.current.clientHeight };
  };
  useLayoutEffect(() => {
    const observer = new ResizeObserver(measure);
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const first = Math.max(0, Math.floor(view.value.top / rowHeight) - MARGIN_ROWS);
  const last = Math.min(items.length, first + MOST_ROWS, Math.ceil((view.value.top + view.value.height) / rowHeight) + MARGIN_ROWS);
  useEffect(() => {
    if (last >= items.length - MARGIN_ROWS) onEnd?.();
  }, [last, items.length]);

  const move = (step: number): void => {
    const now = items.findIndex((one) => idOf(one) === (active.value ?? props.selected));
    const next = Math.min(items.length - 1, Math.max(0, now + step));
    const item = items[next];
    if (item === undefined || !box.current) return;
    active.value = idOf(item);
    const top = next * rowHeight;
    if (top < box.current.scrollTop) box.current.scrollTop = top;
    if (top + rowHeight > box.current.scrollTop + box.current.clientHeight)
      box.current.scrollTop = top + rowHeight - box.current.clientHeight;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Record<string, number> = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -1e9, End: 1e9 };
    const step = steps[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (props.onJump && items.length < (props.total ?? 0) && (event.key === "Home" || event.key === "End"))
      props.onJump(event.key === "Home" ? "start" : "end");
    else if (step !== undefined) move(step);
    else if (event.key === "Enter") {
      const item = items.find((one) => idOf(one) === active.value);
      if (item !== undefined) props.onOpen(item);
    } else return;
    event.preventDefault();
  };
  const shown = items.slice(first, last);
  const activeShown = shown.some((one) => idOf(one) === active.value);
  return (
    <div class="list" ref={box} role="listbox" aria-label={props.label} tabIndex={0} data-list
      aria-activedescendant={activeShown ? `row-${active.value}` : undefined} onScroll={measure} onKeyDown={onKeyDown}>
      <div class="list-space" role="presentation" style={{ height: `${items.length * rowHeight}px` }}>
        {shown.map((item, index) => {
          const id = idOf(item);
          const classes = ["list-row", id === active.value && "active", props.fresh?.has(id) && "fresh"];
          return (
            <div key={id} id={`row-${id}`} class={classes.filter(Boolean).join(" ")} role="option"
              aria-selected={id === props.selected} aria-posinset={first + index + 1}
              aria-setsize={props.total ?? items.length}
              style={{ top: `${(first + index) * rowHeight}px`, height: `${rowHeight}px` }}
              onClick={() => {
                active.value = id;
                props.onOpen(item);
              }}>
              {props.row(item)}
            </div>
          );
        })}
      </div>
      {props.note && <div class="list-note">{props.note}</div>}
    </div>
  );
}

function rowHeightOfTheme(): number {
  return matchMedia("(pointer: coarse)").matches ? 48 : 40;
}
