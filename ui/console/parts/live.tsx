// Shows whether the page is up to date.
import { shortTime } from "../../shared/time";
import { lastUpdate, streamState } from "../stores/activity";

export function LiveMark() {
  const isLive = streamState.value === "live";
  const text = isLive ? "Live" : streamState.value === "connecting" ? "Connecting…" : "Reconnecting…";
  const since = !isLive && lastUpdate.value ? ` Last update ${shortTime(lastUpdate.value)}.` : "";
  return <span class={isLive ? "live" : "live waiting"} title={text + since}><span>{text}</span><span class="only-wide">{since}</span></span>;
}
