// The screens, and parts of others, that are loaded when one of them is first shown.
export { MembershipHistory } from "./conversations/membership-history";
export { AskTime, PastMembers } from "./conversations/past-members";
export { Play } from "./conversations/play";
export { Integrations } from "./integrations";
export { Keys } from "./keys";
export { Sandbox } from "./sandbox";
export { SwitchboardScreen as Switchboard } from "./switchboard";
export { Users } from "./users";
