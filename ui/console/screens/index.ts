// The screens by their names in URLs, in the order of the navigation.
import type { ComponentType } from "preact";
import type { IconName } from "../parts/icons";
import { Events } from "./events/events";
import { Home } from "./home";
import { Inboxes } from "./inbox/inbox";
import { Requests } from "./requests";
import { Webhooks } from "./webhooks/webhooks";

export interface Screen {
  name: string;
  title: string;
  icon: IconName;
  /** The heading of the navigation below which it stands. */
  group: "" | "Developers" | "App";
  /** The key that opens it after `g`. */
  key?: string;
  /** Whether only a sandbox has what it shows. */
  sandboxOnly?: boolean;
  view: ComponentType;
}

export const SCREENS: readonly Screen[] = [
  { name: "home", title: "Home", icon: "house", group: "", key: "h", view: Home },
  { name: "requests", title: "Requests", icon: "arrow-left-right", group: "Developers", key: "r", view: Requests },
  { name: "events", title: "Events", icon: "zap", group: "Developers", key: "e", view: Events },
  { name: "webhooks", title: "Webhooks", icon: "webhook", group: "Developers", key: "w", view: Webhooks },
  { name: "inbox", title: "Inbox", icon: "inbox", group: "Developers", key: "i", sandboxOnly: true, view: Inboxes },
];
