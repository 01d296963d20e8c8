// Times as the console shows them: in the time zone of the browser.
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

/** `14:02:11` today, `24 Nov 14:02` before. */
export function shortTime(iso: string): string {
  const date = new Date(iso);
  const time = clock.format(date);
  return date.toDateString() === new Date().toDateString() ? time : `${day.format(date)} ${time.slice(0, 5)}`;
}

/** `24 Nov 2026, 14:02:11`; a text that is no time as it is. */
export function exactTime(text: string): string {
  return Number.isNaN(Date.parse(text)) ? text : exact.format(new Date(text));
}

/** The time as a field for local times has it. */
export function localText(time: Date): string {
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function fullTime(iso: string): string {
  return full.format(new Date(iso));
}

/** `4 ms`, `1.2 s`, `3 min`, `2 h`, `3 days`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 999.5) return `${Math.max(1, Math.round(milliseconds))} ms`;
  const seconds = milliseconds / 1000;
  // A value that would be rounded up to the next unit is shown in that.
  if (seconds < 59.5) return `${seconds < 9.95 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  if (seconds < 3570) return `${Math.round(seconds / 60)} min`;
  const hours = Math.round(seconds / 3600);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}

const UNITS = [[86_400, "d"], [3600, "h"], [60, "min"], [1, "s"]] as const;

/** The two largest units of a time span, such as `1 h 10 min`. */
export function span(seconds: number): string {
  let left = Math.round(seconds);
  const parts: string[] = [];
  for (const [size, unit] of UNITS) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count || (unit === "s" && !parts.length)) parts.push(`${count} ${unit}`);
    else if (parts.length) break;
    if (parts.length === 2) break;
  }
  return parts.join(" ");
}
