// Scripts of inboxes as texts.
import type { Inbox } from "../../shared/operations";

export type Step = Inbox["steps"][number];

/** A script as people write it: `503 ×3, then 200`. */
export function scriptText(steps: readonly Step[]): string {
  return steps.map((one) => (typeof one === "string" ? one.replace(/ x *(?=\d)/, " ×") : JSON.stringify(one))).join(", then ");
}

/** The steps of a script of one line each. Throws an error that names the line. */
export function parseScript(text: string): Step[] {
  const lines = text.split("\n").map((one) => one.trim()).filter(Boolean);
  return lines.map((line, index) => {
    if (!line.startsWith("{")) return line.replace(/\s*[×x]\s*(?=\d)/, " x");
    try {
      return JSON.parse(line) as Step;
    } catch {
      throw new Error(`Line ${index + 1} is not valid JSON.`);
    }
  });
}
