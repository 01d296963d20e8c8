// Moves the focus to the heading of a new view, so that screen readers begin there.

/** Move the focus to the heading of the screen, or to the screen while it has none. */
export function focusHeading(): void {
  const target = document.querySelector<HTMLElement>("main h1") ?? document.querySelector<HTMLElement>("main");
  target?.setAttribute("tabindex", "-1");
  target?.focus();
}

/** Move the focus to a heading that appeared after the focus was moved to its screen. */
export function focusLateHeading(): void {
  if (document.activeElement === document.querySelector("main")) focusHeading();
}
