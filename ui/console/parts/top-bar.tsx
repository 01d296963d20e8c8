// The bar at the top: the app, the search, the state of the stream, the theme, and who is signed in.
import { useSignal } from "@preact/signals";
import type { App } from "../../shared/operations";
import { asking } from "../commands";
import { appId, go, linkTo } from "../routes";
import { isViewer, session, signOut } from "../session";
import { explaining, searching } from "../shortcuts";
import { app, apps, hasMoreApps, loadMoreApps } from "../stores/apps";
import { nextTheme, type Theme, theme } from "../theme";
import { Button } from "./button";
import { attempt } from "./errors";
import { Icon, type IconName } from "./icons";
import { LiveMark } from "./live";
import { Menu, type MenuItem } from "./menu";
import { Id, Time } from "./values";

export function TopBar() {
  return (
    <header class="top">
      <a class="brand" href={linkTo("home")} aria-label="Heliograph, home"><Icon name="sun" /><span class="only-wide">Heliograph</span></a>
      <AppMenu />
      <button type="button" class="button search-button" onClick={() => (searching.value = true)} aria-label="Search" aria-haspopup="dialog" aria-keyshortcuts="Control+K">
        <span class="row"><Icon name="search" /><span class="only-wide truncate">Search IDs, names, requests</span></span>
        <kbd class="only-wide">Ctrl K</kbd>
      </button>
      {isViewer.value && <span class="badge only-wide" title="You have read-only access.">Read-only</span>}
      <LiveMark />
      <ThemeButton />
      <NameMenu />
    </header>
  );
}

const THEMES: Record<Theme, [text: string, icon: IconName]> = { system: ["as the system", "monitor"], light: ["light", "sun"], dark: ["dark", "moon"] };

function ThemeButton() {
  const [text, icon] = THEMES[theme.value];
  return <span class="only-wide"><Button kind="quiet" icon={icon} label={`Theme: ${text}`} onPress={nextTheme} /></span>;
}

/** With more apps than this, the menu has a field that filters them. */
const FILTERED_FROM = 11;
const APP_ID = /^[0-9a-f]{24}$/;

function AppMenu() {
  const text = useSignal("");
  const isAccount = session.value !== null && session.value.appId === undefined;
  const isLong = apps.value.length >= FILTERED_FROM || hasMoreApps.value;
  const wanted = text.value.trim().toLocaleLowerCase();
  const shown = apps.value.filter((one) => (one.displayName || one.id).toLocaleLowerCase().includes(wanted) || one.id === wanted);
  const items: MenuItem[] = shown.map(itemOfApp);
  if (APP_ID.test(wanted) && shown.length === 0) items.push({ text: `Open ${wanted}`, onPress: () => go(linkTo("home", { appId: wanted })) });
  const actions: MenuItem[] = [];
  if (!isViewer.value) actions.push({ text: "App settings…", icon: "pencil", onPress: () => (asking.value = "settings") });
  if (!isViewer.value && isAccount) actions.push({ text: "Create an app…", icon: "plus", onPress: () => (asking.value = "app") });
  const head = isLong && (
    <div class="menu-head">
      <input class="input" type="search" autofocus aria-label="Name of an app, or an app ID" placeholder="Name or app ID" value={text.value} autocomplete="off"
        onInput={(event) => (text.value = event.currentTarget.value)} />
      {hasMoreApps.value && <Button small onPress={() => attempt(loadMoreApps)}>Load more apps</Button>}
    </div>
  );
  return <Menu label="App" text={app.value?.displayName || "App"} items={items} actions={actions} head={head} onClose={() => (text.value = "")} />;
}

function itemOfApp(one: App): MenuItem {
  return { text: one.displayName || one.id, checked: one.id === appId.value, onPress: () => go(linkTo("home", { appId: one.id })) };
}

function NameMenu() {
  const one = session.value;
  if (!one) return null;
  const head = (
    <div class="menu-head">
      {isViewer.value && <p>You have read-only access.</p>}
      <dl class="properties">
        <dt>Role</dt><dd>{one.role}</dd>
        <dt>Key</dt><dd><Id value={one.keyId} /></dd>
        <dt>Access</dt><dd>{one.appId === undefined ? "all apps" : "this app"}</dd>
        <dt>Ends</dt><dd><Time value={one.expiresAt} />, or after 12 hours without use</dd>
      </dl>
    </div>
  );
  const items: MenuItem[] = [
    { text: `Theme: ${THEMES[theme.value][0]}`, icon: THEMES[theme.value][1], onPress: nextTheme },
    { text: "Sessions", icon: "users", onPress: () => go(linkTo("keys")) },
    { text: "Keyboard shortcuts", icon: "menu", onPress: () => (explaining.value = true) },
    { text: "Sign out", icon: "log-out", onPress: signOut },
  ];
  return <Menu label={one.name} text={one.name} items={items} head={head} />;
}
