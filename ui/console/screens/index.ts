// The screens by their names in URLs, in the order of the navigation.
import type { ComponentType } from "preact";
import type { IconName } from "../parts/icons";
import { lazy } from "../parts/lazy";
import { Conversations } from "./conversations/screen";
import { Events } from "./events/events";
import { Home } from "./home";
import { Inboxes } from "./inbox/inbox";
import { Requests } from "./requests";
import { Webhooks } from "./webhooks/webhooks";

export interface Screen {
  name: string;
  title: string;
  icon: IconName;
  /** The heading in the navigation below which the screen is listed. */
  group: "" | "Developers" | "App";
  /** The key that opens it after `g`. */
  key?: string;
  /** Whether only a sandbox has this screen. */
  sandboxOnly?: boolean;
  view: ComponentType;
}

export const SCREENS: readonly Screen[] = [
  { name: "home", title: "Home", icon: "house", group: "", key: "h", view: Home },
  { name: "conversations", title: "Conversations", icon: "messages-square", group: "", key: "c", view: Conversations },
  { name: "users", title: "Users", icon: "users", group: "", key: "u", view: lazy("Users") },
  { name: "requests", title: "Requests", icon: "arrow-left-right", group: "Developers", key: "r", view: Requests },
  { name: "events", title: "Events", icon: "zap", group: "Developers", key: "e", view: Events },
  { name: "webhooks", title: "Webhooks", icon: "webhook", group: "Developers", key: "w", view: Webhooks },
  { name: "inbox", title: "Inbox", icon: "inbox", group: "Developers", key: "i", sandboxOnly: true, view: Inboxes },
  { name: "sandbox", title: "Sandbox", icon: "flask-conical", group: "Developers", sandboxOnly: true, view: lazy("Sandbox") },
  { name: "keys", title: "API keys", icon: "key-round", group: "App", view: lazy("Keys") },
  { name: "integrations", title: "Integrations", icon: "plug", group: "App", view: lazy("Integrations") },
  { name: "switchboard", title: "Switchboard", icon: "git-branch", group: "App", view: lazy("Switchboard") },
];
