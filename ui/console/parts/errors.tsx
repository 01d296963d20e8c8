// Errors, empty lists, and messages that go away by themselves.
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { ApiError } from "../../shared/api";
import { asApiError } from "../../shared/paged";
import { linkTo } from "../routes";
import { Button } from "./button";
import { Icon } from "./icons";

/** The titles of an error, and the request that caused it. */
export function ErrorNote({ error, onRetry }: { error: ApiError; onRetry?: () => unknown }) {
  return (
    <div class="notice error" role="alert">
      <Icon name="triangle-alert" />
      <div class="spread">
        {error.titles.map((title) => <p key={title}>{title}</p>)}
        {error.requestId && (
          <p class="small">
            Request <code>{error.requestId}</code>{" "}
            <a href={linkTo("requests", { query: { requestId: error.requestId } })}>View</a>
          </p>
        )}
      </div>
      {onRetry && <Button small onPress={onRetry}>Try again</Button>}
    </div>
  );
}

/** Shown for an empty list: what will appear in it, and an action. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

interface Toast {
  id: number;
  text: string;
  isError: boolean;
}

const SHOWN_MS = 6000;
const toasts = signal<Toast[]>([]);
let count = 0;

/** Show a message for some seconds. */
export function say(text: string, { isError = false } = {}): void {
  const toast = { id: (count += 1), text, isError };
  toasts.value = [...toasts.value, toast];
  setTimeout(() => dismiss(toast.id), SHOWN_MS);
}

/** Run an action, and show its error if it fails. */
export async function attempt(action: () => Promise<unknown>, done?: string): Promise<boolean> {
  try {
    await action();
    if (done) say(done);
    return true;
  } catch (error) {
    const { titles, requestId } = asApiError(error);
    say(titles.join("; ") + (requestId ? ` · Request ${requestId}` : ""), { isError: true });
    return false;
  }
}

function dismiss(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id);
}

export function Toasts() {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // The popover that is shown last is on top, so messages cover an open dialog.
    box.current?.hidePopover();
    box.current?.showPopover();
  }, [toasts.value]);
  return (
    <div ref={box} class="toasts" role="status" aria-live="polite" popover="manual">
      {toasts.value.map((one) => (
        <div key={one.id} class={one.isError ? "toast error" : "toast"}>
          <span class="spread">{one.text}</span>
          <button type="button" onClick={() => dismiss(one.id)}>Dismiss</button>
        </div>
      ))}
    </div>
  );
}
