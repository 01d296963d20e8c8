// The programs that follow the event stream, such as heliograph listen.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Listener } from "../../../shared/operations";
import { shortTime } from "../../../shared/time";
import { appId } from "../../routes";
import { loadListeners } from "../../stores/webhooks";

const POLL_MS = 5000;

export function Listeners() {
  const found = useSignal<Listener[]>([]);
  useEffect(() => {
    const load = (): void => {
      if (!document.hidden) void loadListeners().then((all) => (found.value = all), () => undefined);
    };
    load();
    const timer = setInterval(load, POLL_MS);
    return () => clearInterval(timer);
  }, [appId.value]);
  if (!found.value.length) return null;
  return (
    <section class="listeners" aria-labelledby="listeners">
      <h2 id="listeners">Listeners</h2>
      <ul>
        {found.value.map((one) => (
          <li key={one.id}>
            <bdi>{one.name}</bdi>{one.forwardTo && <span> → {one.forwardTo}</span>}
            <span class="faint"> · {one.lastEventAt ? `last event ${shortTime(one.lastEventAt)}` : "no event yet"}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
