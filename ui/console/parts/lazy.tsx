// Screens and parts of them that most visits do not need: their code is loaded when one of them is first shown.
import { signal, useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { type ApiError } from "../../shared/api";
import { asApiError } from "../../shared/paged";
import type * as More from "../screens/more";
import { ErrorNote } from "./errors";
import { focusLateHeading } from "./heading";

const loaded = signal<typeof More | null>(null);

type PropsOf<C> = C extends (props: infer P) => unknown ? P : never;

/** One of the components in `screens/more.ts`. */
export function lazy<N extends keyof typeof More>(name: N): ComponentType<PropsOf<(typeof More)[N]>> {
  return function Lazy(props) {
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
    const Screen = loaded.value?.[name] as ComponentType<typeof props> | undefined;
    useEffect(() => {
      if (Screen) focusLateHeading();
    }, [Screen]);
    if (Screen) return <Screen {...props} />;
    return error.value && <div class="page"><ErrorNote error={error.value} onRetry={load} /></div>;
  };
}
