// A list of any length with rows of one height: only those in view are in the document.
import { type Signal, useSignal } from "@preact/signals";
import type { ComponentChildren, RefObject } from "preact";
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
  /** Called when the beginning comes into view, or is scrolled out of it. */
  onScroll?: (atTop: boolean) => void;
  /** The number of all entries, if more exist than are loaded. */
  total?: number;
  rowHeight?: number;
  /** The ids of rows that have just appeared. */
  fresh?: ReadonlySet<string>;
  note?: ComponentChildren;
}

interface View {
  top: number;
  height: number;
}

const MARGIN_ROWS = 10;
const MOST_ROWS = 60;
const STEPS: Record<string, number> = {
  j: 1, ArrowDown: 1, k: -1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity,
};

/** A listbox. `j`, `k` and the arrows move in it, and Enter opens. */
export function List<T>(props: ListProps<T>) {
  const { items, idOf } = props;
  const box = useRef<HTMLDivElement>(null);
  const view = useView(box);
  const active = useSignal<string | null>(null);
  const rowHeight = props.rowHeight ?? rowHeightOfTheme();
  const [first, last] = rangeInView(view.value, rowHeight, items.length);
  useEffect(() => {
    if (last >= items.length - MARGIN_ROWS) props.onEnd?.();
  }, [last, items.length]);
  const isAtTop = view.value.top < rowHeight / 2;
  useLayoutEffect(() => props.onScroll?.(isAtTop), [isAtTop]);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEPS[event.key];
    const now = items.findIndex((one) => idOf(one) === (active.value ?? props.selected));
    const item = items[step === undefined ? now : Math.min(items.length - 1, Math.max(0, now + step))];
    if (item === undefined || (step === undefined && event.key !== "Enter")) return;
    event.preventDefault();
    active.value = idOf(item);
    if (step === undefined) props.onOpen(item);
    else reveal(box.current, items.indexOf(item) * rowHeight, rowHeight);
  };
  const shown = items.slice(first, last);
  const isActiveShown = shown.some((one) => idOf(one) === active.value);
  return (
    <div class="list" ref={box} role="listbox" aria-label={props.label} tabIndex={0} data-list
      aria-busy={items.length === 0 && props.note ? true : undefined}
      aria-activedescendant={isActiveShown ? `row-${active.value}` : undefined} onKeyDown={onKeyDown}>
      <div class="list-space" role="presentation" style={{ height: `${items.length * rowHeight}px` }}>
        {shown.map((item, index) => (
          <Row key={idOf(item)} list={props} item={item} index={first + index} height={rowHeight} active={active} />
        ))}
      </div>
      {props.note && <div class="list-note">{props.note}</div>}
    </div>
  );
}

interface RowProps<T> {
  list: ListProps<T>;
  item: T;
  index: number;
  height: number;
  active: Signal<string | null>;
}

function Row<T>({ list, item, index, height, active }: RowProps<T>) {
  const id = list.idOf(item);
  const classes = ["list-row", id === active.value && "active", list.fresh?.has(id) && "fresh"];
  const open = (): void => {
    active.value = id;
    list.onOpen(item);
  };
  return (
    <div id={`row-${id}`} class={classes.filter(Boolean).join(" ")} role="option" aria-selected={id === list.selected}
      aria-posinset={index + 1} aria-setsize={list.total ?? list.items.length} onClick={open}
      style={{ top: `${index * height}px`, height: `${height}px` }}>
      {list.row(item)}
    </div>
  );
}

/** Which part of the list is in view, kept up to date. */
function useView(box: RefObject<HTMLDivElement | null>): Signal<View> {
  const view = useSignal<View>({ top: 0, height: 600 });
  useLayoutEffect(() => {
    const list = box.current!;
    const measure = (): void => {
      view.value = { top: list.scrollTop, height: list.clientHeight };
    };
    const observer = new ResizeObserver(measure);
    observer.observe(list);
    list.addEventListener("scroll", measure, { passive: true });
    return () => observer.disconnect();
  }, []);
  return view;
}

function rangeInView({ top, height }: View, rowHeight: number, count: number): [first: number, last: number] {
  const first = Math.max(0, Math.floor(top / rowHeight) - MARGIN_ROWS);
  return [first, Math.min(count, first + MOST_ROWS, Math.ceil((top + height) / rowHeight) + MARGIN_ROWS)];
}

function reveal(box: HTMLElement | null, top: number, height: number): void {
  if (!box) return;
  if (top < box.scrollTop) box.scrollTop = top;
  if (top + height > box.scrollTop + box.clientHeight) box.scrollTop = top + height - box.clientHeight;
}

function rowHeightOfTheme(): number {
  return matchMedia("(pointer: coarse)").matches ? 48 : 40;
}
