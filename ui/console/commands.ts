// The screens and commands that the search offers in addition to records.
import { signal } from "@preact/signals";
import { call } from "../shared/api";
import { attempt } from "./parts/errors";
import type { IconName } from "./parts/icons";
import { appId, go, linkTo } from "./routes";
import { SCREENS } from "./screens/index";
import { isViewer, session, signOut } from "./session";
import { explaining } from "./shortcuts";
import { apps } from "./stores/apps";
import { loadSandbox, sandbox, stopChaos } from "./stores/sandbox";
import { theme } from "./theme";

export interface Command {
  title: string;
  group: "Go to" | "Commands" | "Apps";
  icon: IconName;
  run: () => unknown;
}

/** The dialog that is open over any screen. */
export const asking = signal<"group" | "app" | "settings" | null>(null);

const HOUR_S = 3600;

/** All commands that this session may run in the present view. */
export function commands(): Command[] {
  const found = [...screens(), ...(isViewer.value ? [] : changes()), ...views()];
  return isAccount() ? [...found, ...otherApps()] : found;
}

/** The commands in whose titles every word of the text occurs. */
export function matching(all: readonly Command[], text: string): Command[] {
  const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return all.filter((one) => words.every((word) => one.title.toLocaleLowerCase().includes(word)));
}

function isAccount(): boolean {
  return session.value?.appId === undefined;
}

function screens(): Command[] {
  const offered = SCREENS.filter((one) => !one.sandboxOnly || sandbox.value.exists);
  return offered.map(({ title, icon, name }) => ({ title, group: "Go to", icon, run: () => go(linkTo(name)) }));
}

function changes(): Command[] {
  const found: Command[] = [
    command("Create a group", "plus", () => (asking.value = "group")),
    command("Create a user", "plus", () => go(linkTo("users", { query: { new: "1" } }))),
    command("Create an integration", "plus", () => go(linkTo("integrations", { query: { new: "1" } }))),
    command("Share access", "share-2", () => go(linkTo("keys", { query: { share: "1" } }))),
    command("App settings", "pencil", () => (asking.value = "settings")),
  ];
  if (isAccount()) found.push(command("Create an app", "plus", () => (asking.value = "app")));
  if (sandbox.value.exists) found.push(command("Advance clock by 1 hour", "history", () => attempt(advanceClock, "The clock was advanced by 1 hour")));
  if (sandbox.value.chaosRules) found.push(command("Turn chaos off", "x", () => attempt(stopChaos, "Chaos is off")));
  return found;
}

function views(): Command[] {
  return [
    command("Light theme", "sun", () => (theme.value = "light")),
    command("Dark theme", "moon", () => (theme.value = "dark")),
    command("Theme of the system", "monitor", () => (theme.value = "system")),
    command("Keyboard shortcuts", "menu", () => (explaining.value = true)),
    command("Sign out", "log-out", signOut),
  ];
}

function otherApps(): Command[] {
  const others = apps.value.filter((one) => one.id !== appId.value);
  return others.map((one) => ({ title: one.displayName || one.id, group: "Apps", icon: "chevron-right", run: () => go(linkTo("home", { appId: one.id })) }));
}

function command(title: string, icon: IconName, run: () => unknown): Command {
  return { title, group: "Commands", icon, run };
}

async function advanceClock(): Promise<void> {
  await call("SetClock", { appId: appId.value }, { body: { advance: HOUR_S } });
  await loadSandbox();
}
