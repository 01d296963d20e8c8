// The search of a list, which is part of the URL.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { filter } from "../routes";
import { SearchField } from "./fields";

const PAUSE_MS = 250;

/** Searches when the user stops typing, because each search is a request. `wanted` is the text in the URL. */
export function SearchList({ label, wanted }: { label: string; wanted: string }) {
  const text = useSignal(wanted);
  const applied = useRef(wanted);
  const apply = (): void => {
    applied.current = text.value.trim();
    filter({ q: applied.current });
  };
  useEffect(() => {
    // The URL was changed by something else, such as a link.
    if (wanted !== applied.current) text.value = applied.current = wanted;
  }, [wanted]);
  useEffect(() => {
    if (text.value.trim() === applied.current) return undefined;
    const timer = setTimeout(apply, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text.value]);
  return <SearchField label={label} value={text.value} onInput={(value) => (text.value = value)} onEnter={apply} />;
}
