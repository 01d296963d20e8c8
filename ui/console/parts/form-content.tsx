// Forms of messages, which an end user fills in, and their responses.
import { useSignal } from "@preact/signals";
import type { ApiError } from "../../shared/api";
import type { FormMessageField, FormResponseMessageField, Message } from "../../shared/operations";
import { asApiError } from "../../shared/paged";
import { answered, type Player } from "../stores/playing";
import { Button } from "./button";
import { ErrorNote } from "./errors";
import { Select, TextField } from "./fields";

type FormMessage = Extract<Message["content"], { type: "form" }>;
type Response = Extract<Message["content"], { type: "formResponse" }>;

export function FormContent({ message, content, player }: { message: Message; content: FormMessage; player: Player | null }) {
  if (player && !content.submitted) return <FillIn message={message} content={content} player={player} />;
  return (
    <div class="form-content">
      <p class="faint small">{content.submitted ? "Form, submitted" : "Form"}</p>
      <dl>{content.fields.map((one) => <div key={one.name}><dt dir="auto">{one.label}</dt><dd class="muted">{kindOf(one)}</dd></div>)}</dl>
    </div>
  );
}

function kindOf({ type, options, placeholder }: FormMessageField): string {
  if (type === "select") return (options ?? []).map((one) => one.label).join(" · ");
  return placeholder || (type === "email" ? "Email address" : "Text");
}

function FillIn({ message, content, player }: { message: Message; content: FormMessage; player: Player }) {
  const values = useSignal<Record<string, string>>({});
  const error = useSignal<ApiError | null>(null);
  const submit = async (): Promise<void> => {
    try {
      await player.submit(message, content.fields.map((one) => answered(one, values.value[one.name] ?? first(one))));
    } catch (failure) {
      error.value = asApiError(failure);
    }
  };
  const set = (name: string) => (value: string): void => void (values.value = { ...values.value, [name]: value });
  return (
    <form class="form-content stack" onSubmit={(event) => {
      event.preventDefault();
      void submit();
    }}>
      {content.fields.map((one) => (one.type === "select"
        ? <Select key={one.name} label={one.label} value={values.value[one.name] ?? first(one)} onChange={set(one.name)}
          choices={(one.options ?? []).map((option) => [option.name ?? "", option.label ?? ""] as const)} />
        : <TextField key={one.name} label={one.label} value={values.value[one.name] ?? ""} onInput={set(one.name)}
          placeholder={one.placeholder} maxLength={one.maxSize} />))}
      {error.value && <ErrorNote error={error.value} />}
      <div class="row"><Button submits small kind="primary" onPress={submit}>Submit</Button></div>
    </form>
  );
}

function first({ type, options }: FormMessageField): string {
  return type === "select" ? (options?.[0]?.name ?? "") : "";
}

export function FormResponse({ content }: { content: Response }) {
  return (
    <div class="form-content">
      <p class="faint small">Form submitted</p>
      <dl>{content.fields.map((one) => <div key={one.name}><dt dir="auto">{one.label}</dt><dd dir="auto">{answerOf(one)}</dd></div>)}</dl>
    </div>
  );
}

function answerOf({ text, email, select }: FormResponseMessageField): string {
  return text ?? email ?? (select ?? []).map((one) => String(one["label"] ?? one["name"] ?? "")).join(", ");
}
