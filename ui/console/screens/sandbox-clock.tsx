// The clock of the app, which moves forward through everything that becomes due, or stands still.
import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ClockBody } from "../../shared/operations";
import { Button } from "../parts/button";
import { attempt } from "../parts/errors";
import { TextField } from "../parts/fields";
import { Tool } from "../parts/tool";
import { isViewer } from "../session";
import { freezeClock, type Move, moveClock, secondsOf } from "../stores/clock";
import { clock, type ClockReading, shiftOf, timeOf } from "../stores/sandbox";
import { Moved } from "./sandbox-moved";

const STEPS = [["1m", "+1 min"], ["10m", "+10 min"], ["1h", "+1 h"], ["1d", "+1 day"]] as const;
const ABOUT = "Retries, retention and the expiry of tokens follow the clock of the app. It moves forward only; a reset returns it to the clock of the machine.";

export function ClockTool({ database, onChange }: { database: string; onChange: () => Promise<void> }) {
  const by = useSignal("10m");
  const to = useSignal("");
  const moved = useSignal<Move | null>(null);
  const isShared = database.startsWith("PostgreSQL");
  const frozen = clock.value?.frozen ?? false;
  const commands = [`heliograph clock advance ${by.value || "10m"}`, `heliograph clock ${frozen ? "unfreeze" : "freeze"}`, `heliograph clock set ${targetOf(to.value)}`];
  const move = async (body: ClockBody): Promise<void> => {
    moved.value = null;
    if (await attempt(() => moveClock(body, (part) => (moved.value = part)))) await onChange();
  };
  return (
    <Tool title="Clock" about={ABOUT} commands={commands}>
      {clock.value && <ClockFace reading={clock.value} />}
      {isShared && <p class="notice">Moving the clock needs a SQLite database: other processes that deliver from this database would need the same clock.</p>}
      {!isViewer.value && !isShared && <Controls by={by} to={to} frozen={frozen} move={move} />}
      {moved.value && <Moved move={moved.value} />}
    </Tool>
  );
}

/** The time of a command: what was entered, or the next midnight of the clock. */
function targetOf(entered: string): string {
  if (entered) return `${new Date(entered).toISOString().slice(0, 19)}Z`;
  const tomorrow = Date.parse(clock.value?.now ?? new Date().toISOString()) + 86_400_000;
  return `${new Date(tomorrow).toISOString().slice(0, 10)}T00:00:00Z`;
}

/** The time of the app. The page continues it, so that it need not be loaded every second. */
function ClockFace({ reading }: { reading: ClockReading }) {
  const tick = useSignal(0);
  useEffect(() => {
    const timer = setInterval(() => (tick.value += 1), 1000);
    return () => clearInterval(timer);
  }, []);
  void tick.value;
  const now = new Date(timeOf(reading));
  const shift = shiftOf(reading);
  return (
    <p class="clock-face">
      <time dateTime={now.toISOString()}>{format.format(now)}</time>
      {shift ? <span class="badge warn">{shift}</span> : <span class="muted">The clock of the machine</span>}
    </p>
  );
}

const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium", hour12: false });

interface ControlsProps {
  by: Signal<string>;
  to: Signal<string>;
  frozen: boolean;
  move: (body: ClockBody) => Promise<void>;
}

function Controls({ by, to, frozen, move }: ControlsProps) {
  const seconds = secondsOf(by.value);
  const advance = (text: string): Promise<void> => {
    by.value = text;
    return move({ advance: secondsOf(text) ?? 0 });
  };
  const until = !to.value ? "Enter a time first" : frozen && "The clock is frozen: advance it, or unfreeze it first";
  return (
    <>
      <div class="row wrap">
        {STEPS.map(([text, label]) => <Button key={text} onPress={() => advance(text)}>{label}</Button>)}
        <Button onPress={() => attempt(() => freezeClock(!frozen), frozen ? "The clock runs" : "The clock is frozen")}>
          {frozen ? "Unfreeze" : "Freeze"}
        </Button>
      </div>
      <div class="clock-fields">
        <div class="row field-row">
          <TextField label="Advance by" value={by.value} mono placeholder="90s, 15m, 2h, 1d" onInput={(value) => (by.value = value)} />
          <Button onPress={() => advance(by.value)} disabledBecause={seconds === null && "Enter a duration such as 90s, 15m, 2h or 1d"}>Advance</Button>
        </div>
        <div class="row field-row">
          <TextField label="Move to" type="datetime-local" value={to.value} onInput={(value) => (to.value = value)} />
          <Button onPress={() => move({ to: new Date(to.value).toISOString() })} disabledBecause={until}>Move</Button>
        </div>
      </div>
    </>
  );
}
