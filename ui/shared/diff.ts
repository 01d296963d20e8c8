// The differences between two texts, line by line.

export interface DiffLine {
  kind: "same" | "added" | "removed";
  text: string;
}

/** Beyond this number of comparisons, all different lines are shown as one replacement. */
const MOST_COMPARISONS = 4_000_000;

/** The lines of both texts in order, by their longest common subsequence. */
export function diffLines(before: readonly string[], after: readonly string[]): DiffLine[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < before.length - start && end < after.length - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const same = (lines: readonly string[]): DiffLine[] => lines.map((text) => ({ kind: "same", text }));
  return [
    ...same(before.slice(0, start)),
    ...changed(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...same(before.slice(before.length - end)),
  ];
}

function changed(before: readonly string[], after: readonly string[]): DiffLine[] {
  const found: DiffLine[] = [];
  const add = (kind: DiffLine["kind"], text: string | undefined): number => found.push({ kind, text: text ?? "" });
  const lengths = before.length * after.length <= MOST_COMPARISONS ? commonLengths(before, after) : null;
  const width = after.length + 1;
  let left = 0;
  let right = 0;
  while (lengths && left < before.length && right < after.length) {
    if (before[left] === after[right]) {
      add("same", before[left]);
      left += 1;
      right += 1;
    } else if (lengths[(left + 1) * width + right]! >= lengths[left * width + right + 1]!) add("removed", before[left++]);
    else add("added", after[right++]);
  }
  while (left < before.length) add("removed", before[left++]);
  while (right < after.length) add("added", after[right++]);
  return found;
}

/** For each pair of positions, the number of lines that the remaining parts of both texts have in common. */
function commonLengths(before: readonly string[], after: readonly string[]): Uint32Array {
  const width = after.length + 1;
  const lengths = new Uint32Array((before.length + 1) * width);
  for (let left = before.length - 1; left >= 0; left -= 1) {
    for (let right = after.length - 1; right >= 0; right -= 1) {
      lengths[left * width + right] = before[left] === after[right]
        ? lengths[(left + 1) * width + right + 1]! + 1
        : Math.max(lengths[(left + 1) * width + right]!, lengths[left * width + right + 1]!);
    }
  }
  return lengths;
}

export interface DiffPart {
  lines: DiffLine[];
  /** Whether these lines are the same and far from any difference. */
  hidden: boolean;
}

/** The lines in parts. Parts that are far from any difference can be hidden. */
export function diffParts(lines: readonly DiffLine[], context = 3): DiffPart[] {
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - context), index + context + 1).some((one) => one.kind !== "same"));
  const parts: DiffPart[] = [];
  for (const [index, line] of lines.entries()) {
    const last = parts.at(-1);
    if (last?.hidden === !near[index]) last.lines.push(line);
    else parts.push({ lines: [line], hidden: !near[index] });
  }
  return parts;
}
