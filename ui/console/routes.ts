// The URL is the state of the view: /console/{appId}/{screen}/{id}?filters
import { computed, signal } from "@preact/signals";

export interface Route {
  appId: string | null;
  screen: string;
  /** The id of the record that is selected on the screen. */
  id: string | null;
  query: URLSearchParams;
}

const basePath = new URL(document.baseURI).pathname;
const APP_ID = /^[0-9a-f]{24}$/;

export const route = signal<Route>(parse(location));

/** The app of the URL. */
export const appId = computed(() => route.value.appId ?? "");

function parse({ pathname, search }: { pathname: string; search: string }): Route {
  const parts = pathname.slice(basePath.length).split("/").filter(Boolean).map(decoded);
  const first = parts[0];
  const app = first !== undefined && APP_ID.test(first) ? first : null;
  const [screen, id] = app === null ? parts : parts.slice(1);
  return { appId: app, screen: screen ?? "home", id: id ?? null, query: new URLSearchParams(search) };
}

/** The decoded text of a part of the path; unchanged if its escapes are not valid. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export interface Target {
  appId?: string;
  id?: string | null;
  query?: Record<string, string | null | undefined>;
}

/** The URL of a screen. */
export function linkTo(screen: string, { appId: app, id, query = {} }: Target = {}): string {
  const parts = [app ?? appId.value, screen === "home" && !id ? "" : screen, id ?? ""].filter(Boolean);
  const given = Object.entries(query).filter((one): one is [string, string] => Boolean(one[1]));
  const search = new URLSearchParams(given).toString();
  return basePath + parts.map(encodeURIComponent).join("/") + (search ? `?${search}` : "");
}

/** Show the view of a URL of this page. */
export function go(url: string, { replace = false }: { replace?: boolean } = {}): void {
  history[replace ? "replaceState" : "pushState"](null, "", url);
  route.value = parse(location);
}

/** Change the selection of the present screen, and keep its filters. */
export function select(id: string | null): void {
  const { screen, query } = route.value;
  go(linkTo(screen, { id, query: Object.fromEntries(query) }));
}

/** Change the filters of the present screen. */
export function filter(changes: Record<string, string | null>): void {
  const { screen, id, query } = route.value;
  go(linkTo(screen, { id, query: { ...Object.fromEntries(query), ...changes } }), { replace: true });
}

/** Links within the page change the view without loading it again. */
export function handleLinks(): void {
  addEventListener("popstate", () => (route.value = parse(location)));
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!link || !plain || event.defaultPrevented || link.target || link.hasAttribute("download")) return;
    const url = new URL(link.href, location.href);
    if (url.origin !== location.origin || !url.pathname.startsWith(basePath)) return;
    event.preventDefault();
    go(url.pathname + url.search);
  });
}
