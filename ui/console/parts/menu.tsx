// Menus, on the popovers of the browser: a click elsewhere or Esc closes them, and the focus returns.
import type { ComponentChildren } from "preact";
import { useId, useRef } from "preact/hooks";
import { Icon, type IconName } from "./icons";

export interface MenuItem {
  text: string;
  icon?: IconName;
  /** Whether it is the selected one of several choices. */
  checked?: boolean;
  onPress: () => unknown;
}

interface Props {
  label: string;
  text?: ComponentChildren;
  icon?: IconName;
  items: MenuItem[];
  small?: boolean;
  /** Actions below a line, which stay in view while the others scroll. */
  actions?: MenuItem[];
  /** The contents above the actions, such as facts or a field that filters the actions. */
  head?: ComponentChildren;
  onClose?: () => void;
}

/** A button that opens a list of actions. */
export function Menu({ label, text, icon, items, actions = [], small, head, onClose }: Props) {
  const menu = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const onToggle = (event: { newState: string }): void => {
    if (event.newState !== "open") return onClose?.();
    if (!menu.current || !button.current) return;
    place(menu.current, button.current);
    // A field has the focus already, by its autofocus: this event comes later, when keys may have been typed.
    if (!menu.current.querySelector("input")) itemsOf(menu.current)[0]?.focus();
  };
  const press = (item: MenuItem): void => {
    menu.current?.hidePopover();
    item.onPress();
  };
  const shown = (item: MenuItem) => <Item key={item.text} item={item} onPress={() => press(item)} />;
  return (
    <>
      <button type="button" ref={button} class={`button ${text ? "" : "icon"} ${small ? "small" : ""}`}
        popovertarget={id} aria-haspopup="menu" aria-label={text ? undefined : label} title={label}>
        {icon && <Icon name={icon} />}
        {text && <span class="label truncate" dir="auto">{text}</span>}
        {text && <Icon name="chevron-down" />}
      </button>
      <div id={id} ref={menu} class="menu" popover="auto" onToggle={onToggle} onKeyDown={(event) => menu.current && moveInMenu(event, menu.current)}>
        {head}
        <div role="menu" aria-label={label}>
          <div class="menu-items" role="presentation">{items.map(shown)}</div>
          {actions.length > 0 && <div class="menu-actions" role="presentation">{actions.map(shown)}</div>}
        </div>
      </div>
    </>
  );
}

function Item({ item, onPress }: { item: MenuItem; onPress: () => void }) {
  const isChoice = item.checked !== undefined;
  return (
    <button type="button" role={isChoice ? "menuitemradio" : "menuitem"} aria-checked={item.checked} tabIndex={-1} onClick={onPress}>
      {item.icon && <Icon name={item.icon} />}
      <span class="truncate spread" dir="auto">{item.text}</span>
      {item.checked && <Icon name="check" />}
    </button>
  );
}

function place(menu: HTMLElement, button: HTMLElement): void {
  const box = button.getBoundingClientRect();
  const { offsetWidth, offsetHeight } = menu;
  const isBelow = box.bottom + 4 + offsetHeight <= innerHeight;
  menu.style.left = `${Math.max(8, Math.min(box.left, innerWidth - offsetWidth - 8))}px`;
  menu.style.top = `${isBelow ? box.bottom + 4 : Math.max(8, box.top - offsetHeight - 4)}px`;
}

function itemsOf(menu: HTMLElement): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>("[role^=menuitem]")];
}

/** The arrows, Home, End and first letters move; Tab leaves. */
function moveInMenu(event: KeyboardEvent, menu: HTMLElement): void {
  const items = itemsOf(menu);
  const now = items.indexOf(document.activeElement as HTMLElement);
  const isTyping = document.activeElement instanceof HTMLInputElement;
  if (event.key === "Tab" && !isTyping) return menu.hidePopover();
  if (isTyping && event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const target = targetOf(event, items, now);
  if (!target) return;
  event.preventDefault();
  target.focus();
}

function targetOf(event: KeyboardEvent, items: HTMLElement[], now: number): HTMLElement | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  if (event.key === "ArrowDown") return items[(now + 1) % items.length];
  if (event.key === "ArrowUp") return items.at(now <= 0 ? -1 : now - 1);
  if (event.key === "Home") return items[0];
  if (event.key === "End") return items.at(-1);
  if (event.key.length !== 1 || event.key === " ") return undefined;
  const letter = event.key.toLocaleLowerCase();
  return [...items.slice(now + 1), ...items].find((one) => one.textContent?.trim().toLocaleLowerCase().startsWith(letter));
}
