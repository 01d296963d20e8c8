// A request as code, in the language that the user chose.
import { useSignal } from "@preact/signals";
import { type Language, LANGUAGES, type Sample, snippet } from "../../shared/snippets";
import { Segments } from "./button";
import { CopyButton } from "./values";

const KEY = "heliograph:language";

/** The language that the user chose last. */
function storedLanguage(): Language {
  const stored = localStorage.getItem(KEY);
  return LANGUAGES.find((one) => one.value === stored)?.value ?? "curl";
}

export function Code({ sample }: { sample: Sample }) {
  const language = useSignal<Language>(storedLanguage());
  const code = snippet(language.value, sample);
  return (
    <div class="code">
      <div class="row">
        <Segments label="Language" choices={LANGUAGES} value={language.value} onChange={(value) => {
          language.value = value;
          localStorage.setItem(KEY, value);
        }} />
        <span class="spread" />
        <CopyButton text={code}>Copy</CopyButton>
      </div>
      <pre class="json" tabIndex={0}>{code}</pre>
    </div>
  );
}
