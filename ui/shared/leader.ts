// One stream for all tabs of a browser: HTTP/1.1 allows six connections to a host, and the seventh tab would hang.
import { type Frame, readStream, type StreamHandlers, type StreamState } from "./stream";

type Shared = { frames: Frame[] } | { state: StreamState; cursor: string | null } | { question: "state" };

/** Read the stream at `path` in the tab that holds the lock `name`, and share its frames with the others. */
export function shareStream(name: string, path: string, handlers: StreamHandlers): () => void {
  if (!("locks" in navigator)) return readWhileVisible(path, handlers);
  const stopped = new AbortController();
  const channel = new BroadcastChannel(name);
  /** Share with the other tabs. A stream may still report its state after it was stopped, when the channel is closed. */
  const share = (shared: Shared): void => {
    if (!stopped.signal.aborted) channel.postMessage(shared);
  };
  const leader = { leads: false, state: "connecting" as StreamState };
  /** The cursor at which the next reading tab continues the stream. */
  let cursor: string | null = null;
  const take = (frames: Frame[]): void => {
    cursor = frames.findLast((one) => one.id !== null)?.id ?? cursor;
    handlers.onFrames(frames);
  };
  channel.onmessage = ({ data }: MessageEvent<Shared>) => {
    if ("question" in data) {
      if (leader.leads) share({ state: leader.state, cursor });
    } else if (leader.leads) return;
    else if ("frames" in data) take(data.frames);
    else {
      cursor = data.cursor ?? cursor;
      handlers.onState(data.state);
    }
  };
  share({ question: "state" });
  const lead = (): Promise<void> => {
    leader.leads = true;
    const stop = readStream(path, {
      onFrames(frames) {
        // One message for all of them: each has a cost, whatever its size.
        share({ frames });
        take(frames);
      },
      onState(state) {
        leader.state = state;
        share({ state, cursor });
        handlers.onState(state);
      },
    }, cursor);
    return new Promise((resolve) => stopped.signal.addEventListener("abort", () => (stop(), resolve())));
  };
  navigator.locks.request(name, { signal: stopped.signal }, lead).catch(() => undefined); // stopped before it led
  return () => {
    stopped.abort();
    channel.close();
  };
}

/** Insecure contexts have no locks, so each tab has a stream while it is visible. */
function readWhileVisible(path: string, handlers: StreamHandlers): () => void {
  let stop: (() => void) | null = null;
  const follow = (): void => {
    if (document.hidden) {
      stop?.();
      stop = null;
    } else stop ??= readStream(path, handlers);
  };
  follow();
  document.addEventListener("visibilitychange", follow);
  return () => {
    document.removeEventListener("visibilitychange", follow);
    stop?.();
  };
}
