// The screens by their names in URLs, in the order of the navigation.
import type { ComponentType } from "preact";
import type { IconName } from "../parts/icons";
import { Home } from "./home";
import { Conversations } from "./conversations/screen";
import { Requests } from "./requests";

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
  { name: "conversations", title: "Conversations", icon: "messages-square", group: "", key: "c", view: Conversations },
  { name: "requests", title: "Requests", icon: "arrow-left-right", group: "Developers", key: "r", view: Requests },
];
