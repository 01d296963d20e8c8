// The screens that are loaded when one of them is first shown.
export { Integrations } from "./integrations";
export { Keys } from "./keys";
export { Sandbox } from "./sandbox";
export { SwitchboardScreen as Switchboard } from "./switchboard";
export { Users } from "./users";
