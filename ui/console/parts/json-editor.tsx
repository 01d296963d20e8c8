// An editor of JSON, which shows errors at the values that caused them.
import { useId, useMemo, useRef } from "preact/hooks";
import type { ApiError, OperationName } from "../../shared/api";
import { lineAt, type Place, placeOfTitle, placesOf } from "../json-places";
import { linkTo } from "../routes";
import { Suggestions, useSuggestions } from "./json-suggestions";

interface JsonEditorProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  /** The error of the server about this text. */
  error?: ApiError | null;
  /** The operation whose body this is: then the editor suggests names and values. */
  operation?: OperationName;
  rows?: number;
}

interface Problem {
  title: string;
  place: Place | null;
}

export function JsonEditor({ label, value, onInput, error, operation, rows = 10 }: JsonEditorProps) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const suggesting = useSuggestions(area, operation);
  const problems = useMemo(() => problemsOf(value, error ?? null), [value, error]);
  const marked = new Set(problems.map((one) => (one.place ? lineAt(value, one.place.start) : 0)));
  const lines = value.split("\n").length;
  const show = ({ place }: Problem): void => {
    if (!place || !area.current) return;
    area.current.focus();
    area.current.setSelectionRange(place.start, place.end);
  };
  return (
    <div class="json-editor">
      <label class="visually-hidden" for={id}>{label}</label>
      <div class="json-lines">
        <div class="gutter" ref={gutter} aria-hidden="true">
          {Array.from({ length: lines }, (_, index) => <span key={index} class={marked.has(index + 1) ? "marked" : undefined}>{index + 1}</span>)}
        </div>
        <textarea id={id} ref={area} class="textarea mono" rows={rows} value={value} spellcheck={false} wrap="off"
          aria-invalid={problems.length ? true : undefined} aria-describedby={problems.length ? `${id}-problems` : undefined}
          aria-autocomplete={operation && "list"} aria-controls={suggesting.offered.value.length ? `${id}-list` : undefined}
          aria-activedescendant={suggesting.offered.value.length ? `${id}-list-${suggesting.active.value}` : undefined}
          onInput={(event) => {
            onInput(event.currentTarget.value);
            if (event.inputType !== "historyUndo") suggesting.open();
          }}
          onKeyDown={suggesting.onKey} onBlur={suggesting.close} onClick={suggesting.close}
          onScroll={(event) => gutter.current && (gutter.current.scrollTop = event.currentTarget.scrollTop)} />
        <Suggestions id={`${id}-list`} area={area} suggesting={suggesting} />
      </div>
      {problems.length > 0 && (
        <div class="json-problems" id={`${id}-problems`} role="alert">
          <ul>{problems.map((one) => <ProblemLine key={one.title} problem={one} text={value} onShow={() => show(one)} />)}</ul>
          {error?.requestId && <p class="small">Request <code>{error.requestId}</code> <a href={linkTo("requests", { query: { requestId: error.requestId } })}>View</a></p>}
        </div>
      )}
    </div>
  );
}

function ProblemLine({ problem, text, onShow }: { problem: Problem; text: string; onShow: () => void }) {
  if (!problem.place) return <li>{problem.title}</li>;
  return <li><button type="button" onClick={onShow}>Line {lineAt(text, problem.place.start)}</button> {problem.title}</li>;
}

function problemsOf(text: string, error: ApiError | null): Problem[] {
  const found = placesOf(text);
  if (found.brokenAt !== null)
    return [{ title: "This is not JSON from here on", place: { start: found.brokenAt, end: Math.min(text.length, found.brokenAt + 1) } }];
  return (error?.titles ?? []).map((title) => ({ title, place: error?.status === 400 ? placeOfTitle(title, found) : null }));
}
