// Who is signed in. The token is in the storage of the tab, or of the browser if the user asked to stay signed in.
import { computed, signal } from "@preact/signals";
import { authorize, call, serverUrl, whenUnauthorized } from "../shared/api";
import type { ConsoleSession, SignInBody } from "../shared/operations";

const KEY = `heliograph:${serverUrl}`;

export const session = signal<ConsoleSession | null>(null);
/** Whether a session that was valid has ended. The page stays open and keeps the texts that were entered. */
export const expired = signal(false);
/** Whether the server hides the contents of messages from sessions, and refuses exports with such contents. */
export const hidesContents = document.body.dataset["contents"] === "hidden";
export const isViewer = computed(() => session.value?.role === "viewer");

/** Continue the session of this tab or browser, if there is one. */
export async function restore(): Promise<void> {
  whenUnauthorized(() => {
    forget();
    expired.value = session.value !== null;
  });
  const token = sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY);
  if (token === null) return;
  authorize(token);
  try {
    session.value = await call("GetOwnConsoleSession", {});
  } catch (error) {
    authorize(null);
    throw error;
  }
}

/** Rejects with an `ApiError`. */
export async function signIn(body: SignInBody, { stay }: { stay: boolean }): Promise<void> {
  const { token, ...found } = await call("CreateConsoleSession", {}, { body, anonymous: true });
  // Other tabs may use a session that is kept in the browser.
  const isOfThisTab = session.value !== null && !expired.value && sessionStorage.getItem(KEY) !== null;
  if (isOfThisTab) await call("DeleteOwnConsoleSession", {}).catch(() => undefined);
  forget();
  (stay ? localStorage : sessionStorage).setItem(KEY, token);
  authorize(token);
  session.value = found;
  expired.value = false;
}

export async function signOut(): Promise<void> {
  await call("DeleteOwnConsoleSession", {}).catch(() => undefined); // it may have ended already
  forget();
  authorize(null);
  session.value = null;
}

function forget(): void {
  sessionStorage.removeItem(KEY);
  localStorage.removeItem(KEY);
}

/** The ticket of a sign-in link that was not used yet. */
export const ticket = signal<string | null>(null);

/** Take tickets from the fragment of the URL, now and when a link is opened in this tab. History keeps URLs, so they
 * are removed from it. */
export function takeTickets(): void {
  const take = (url: string): void => {
    const found = new URLSearchParams(new URL(url).hash.slice(1)).get("ticket");
    if (found === null) return;
    history.replaceState(null, "", location.pathname + location.search);
    ticket.value = found;
  };
  take(location.href);
  // The page may have moved to another view since the link was opened, so its URL may have no fragment by now.
  addEventListener("hashchange", (event) => take(event.newURL));
}
