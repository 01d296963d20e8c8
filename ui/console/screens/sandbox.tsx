// The tools of a sandbox: chaos, clock, snapshots and seed, each with the equivalent commands.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type ApiError, call } from "../../shared/api";
import type { SandboxState } from "../../shared/operations";
import { asApiError } from "../../shared/paged";
import { Empty, ErrorNote } from "../parts/errors";
import { Tool } from "../parts/tool";
import { shortened, Time } from "../parts/values";
import { appId, linkTo } from "../routes";
import { isViewer } from "../session";
import { loadSandbox, sandbox } from "../stores/sandbox";
import { ChaosTool } from "./sandbox-chaos";
import { ClockTool } from "./sandbox-clock";
import { ResetTool, SeedTool } from "./sandbox-seed";
import { SnapshotsTool } from "./sandbox-snapshots";

const POLL_MS = 3000;

export function Sandbox() {
  const state = useSignal<SandboxState | null>(null);
  const error = useSignal<ApiError | null>(null);
  const loadState = async (): Promise<void> => {
    try {
      state.value = (await call("GetSandbox", { appId: appId.value })).sandbox;
      error.value = null;
    } catch (failure) {
      error.value = asApiError(failure);
    }
  };
  /** Whether the server has no sandbox tools. */
  const isElsewhere = (): boolean => error.value?.status === 404;
  const load = async (): Promise<void> => {
    await Promise.all([loadState(), loadSandbox()]);
  };
  const { chaosRules, clockShift } = sandbox.value;
  useEffect(() => void loadState(), [chaosRules, clockShift]);
  useEffect(() => {
    void loadSandbox();
    const timer = setInterval(() => document.hidden || isElsewhere() || void load(), POLL_MS);
    return () => clearInterval(timer);
  }, []);
  if (isElsewhere()) return <NoSandbox />;
  return (
    <>
      <div class="bar">
        <h1>Sandbox</h1>
        {isViewer.value && <span class="muted">You have read-only access.</span>}
      </div>
      <div class="page sandbox">
        {error.value && <ErrorNote error={error.value} onRetry={load} />}
        {state.value && <State state={state.value} />}
        {state.value && (
          <>
            <ChaosTool />
            <ClockTool database={state.value.database} onChange={load} />
            <SnapshotsTool onChange={load} />
            <SeedTool onChange={load} />
            <ResetTool onChange={load} />
          </>
        )}
      </div>
    </>
  );
}

function NoSandbox() {
  return (
    <>
      <div class="bar"><h1>Sandbox</h1></div>
      <Empty title="This server is not a sandbox">
        <p>Its tools exist in <code>heliograph dev</code>, and on a server with <code>--sandbox-tools yes</code>.</p>
      </Empty>
    </>
  );
}

function State({ state }: { state: SandboxState }) {
  return (
    <Tool title="State" about="The server and this app in it." commands={["heliograph status", "heliograph doctor"]}>
      <dl class="properties">
        <dt>Version</dt><dd>{state.version}</dd>
        <dt>Database</dt><dd>{state.database}</dd>
        <dt>Started</dt><dd><Time value={state.startedAt} /></dd>
        <dt>Newest event</dt><dd>{state.newestEventId ? <a class="mono" href={linkTo("events", { id: state.newestEventId })}>{shortened(state.newestEventId)}</a> : <span class="faint">None yet</span>}</dd>
        <dt>Active tools</dt>
        <dd>{state.active.length ? state.active.map((one) => <p key={one} class="warn">{one}</p>) : <span class="faint">None</span>}</dd>
        <dt>Problems</dt>
        <dd>
          {state.problems.map((one) => <p key={one} class="error">{one} <a href={linkTo("webhooks")}>Webhooks</a></p>)}
          {state.problems.length === 0 && <span class="ok">None</span>}
        </dd>
      </dl>
    </Tool>
  );
}
