// The differences of two texts in one column: removed and added lines.
import { diffLines, type DiffLine, diffParts } from "../../shared/diff";

const MARKS = { same: " ", added: "+", removed: "−" } as const;
const SPOKEN = { same: null, added: "added", removed: "removed" } as const;

/** The lines that differ, with some around them. */
export function Diff({ label, before, after }: { label: string; before: string; after: string }) {
  const lines = diffLines(before.split("\n"), after.split("\n"));
  return (
    <div class="diff" role="region" aria-label={label} tabIndex={0}>
      {diffParts(lines).map((part, index) => part.hidden
        ? <details key={index}>
          <summary>{part.lines.length} {part.lines.length === 1 ? "line" : "lines"} without changes</summary>
          <Lines lines={part.lines} />
        </details>
        : <Lines key={index} lines={part.lines} />)}
    </div>
  );
}

function Lines({ lines }: { lines: DiffLine[] }) {
  return (
    <>
      {lines.map((one, index) => (
        <div key={index} class={`diff-line ${one.kind}`}>
          <span class="mark" aria-hidden="true">{MARKS[one.kind]}</span>
          {SPOKEN[one.kind] && <span class="visually-hidden">{SPOKEN[one.kind]}: </span>}
          <span>{one.text}</span>
        </div>
      ))}
    </>
  );
}
