// Screens that most visits do not need: their code is loaded when one of them is first shown.
import { signal, useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { type ApiError } from "../../shared/api";
import { asApiError } from "../../shared/paged";
import type * as More from "../screens/more";
import { ErrorNote } from "./errors";
import { focusLateHeading } from "./heading";

const loaded = signal<typeof More | null>(null);

/** One of the screens in `screens/more.ts`. */
export function lazy(name: keyof typeof More): ComponentType {
  return function Lazy() {
    const error = useSignal<ApiError | null>(null);
    const load = async (): Promise<void> => {
      try {
        loaded.value ??= await import("../screens/more");
        error.value = null;
      } catch (failure) {
        error.value = asApiError(failure);
      }
    };
    useEffect(() => void load(), []);
    const Screen = loaded.value?.[name];
    useEffect(() => {
      if (Screen) focusLateHeading();
    }, [Screen]);
    if (Screen) return <Screen />;
    return error.value && <div class="page"><ErrorNote error={error.value} onRetry={load} /></div>;
  };
}
