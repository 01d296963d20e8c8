// Limits how often an action runs.

/** A function that runs `action` at once, and then at most once in this many milliseconds; a call in between runs it at the end. */
export function throttled(action: () => void, milliseconds: number): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let wanted = false;
  const run = (): void => {
    wanted = false;
    action();
    timer = setTimeout(() => {
      timer = null;
      if (wanted) run();
    }, milliseconds);
  };
  return () => {
    wanted = true;
    if (timer === null) run();
  };
}
