// New rows that are held back while the user reads a list.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Tail } from "../../shared/tail";

const ANNOUNCED_MS = 5000;

/** A button with the number of rows that wait, which shows them. */
export function NewRows<T>({ tail, onShow }: { tail: Tail<T>; onShow?: () => void }) {
  const announced = useSignal("");
  useEffect(() => {
    const timer = setInterval(() => (announced.value = tail.waiting.value ? `${tail.waiting.value} new` : ""), ANNOUNCED_MS);
    return () => clearInterval(timer);
  }, [tail]);
  const show = (): void => {
    tail.release();
    onShow?.();
  };
  return (
    <>
      {tail.waiting.value > 0 && (
        <button type="button" class="button small new-rows" onClick={show}>{tail.waiting.value.toLocaleString()} new</button>
      )}
      <span class="visually-hidden" role="status">{announced.value}</span>
    </>
  );
}
