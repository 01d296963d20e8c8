// A form for each type of content, which creates the same JSON as writing it by hand.
import { useSignal } from "@preact/signals";
import { Button } from "../../parts/button";
import { FormDialog } from "../../parts/dialog";
import { TextArea, TextField } from "../../parts/fields";
import { type Content, fileContent } from "../../stores/composing";
import { emptyItem, fieldsContent, itemsContent, type DraftField, type DraftItem } from "./drafts";
import { FieldRows, ItemRows, ReplyRows } from "./draft-rows";

export type ContentKind = "replies" | "carousel" | "form" | "list" | "location" | "file";

export const CONTENT_KINDS: readonly { kind: ContentKind; text: string }[] = [
  { kind: "replies", text: "Quick replies" }, { kind: "carousel", text: "Carousel" }, { kind: "form", text: "Form" },
  { kind: "list", text: "List" }, { kind: "location", text: "Location" }, { kind: "file", text: "File" },
];

interface ContentDialogProps {
  kind: ContentKind;
  conversationId: string;
  /** The text that was entered so far. */
  text: string;
  onClose: () => void;
  onSend: (content: Content) => Promise<void>;
  onJson: (content: Content) => void;
}

interface FormProps extends ContentDialogProps {
  title: string;
  content: () => Content;
  children: preact.ComponentChildren;
}

export function ContentDialog(props: ContentDialogProps) {
  if (props.kind === "replies") return <Replies {...props} />;
  if (props.kind === "form") return <FormFields {...props} />;
  if (props.kind === "location") return <LocationForm {...props} />;
  return props.kind === "file" ? <FileForm {...props} /> : <Items {...props} />;
}

function ContentForm({ title, content, children, onClose, onSend, onJson }: FormProps) {
  return (
    <FormDialog title={title} action="Send" wide onClose={onClose} onSubmit={() => onSend(content())}>
      {children}
      <div><Button small kind="quiet" onPress={() => {
        onJson(content());
        onClose();
      }}>{"Edit as { } JSON"}</Button></div>
    </FormDialog>
  );
}

function Replies(props: ContentDialogProps) {
  const text = useSignal(props.text);
  const replies = useSignal([{ text: "" }, { text: "" }]);
  const content = (): Content => {
    const actions = replies.value.map(({ text }) => ({ type: "reply" as const, text, payload: text }));
    return { type: "text", text: text.value, actions };
  };
  return (
    <ContentForm {...props} title="Quick replies" content={content}>
      <TextArea label="Text" value={text.value} rows={2} onInput={(value) => (text.value = value)} />
      <ReplyRows replies={replies} />
    </ContentForm>
  );
}

function Items(props: ContentDialogProps) {
  const items = useSignal<DraftItem[]>([emptyItem()]);
  const kind = props.kind === "list" ? "list" : "carousel";
  return (
    <ContentForm {...props} title={kind === "list" ? "List" : "Carousel"} content={() => itemsContent(kind, items.value)}>
      <ItemRows items={items} />
    </ContentForm>
  );
}

function FormFields(props: ContentDialogProps) {
  const fields = useSignal<DraftField[]>([{ type: "text", label: "", options: "" }]);
  return <ContentForm {...props} title="Form" content={() => fieldsContent(fields.value)}><FieldRows fields={fields} /></ContentForm>;
}

function LocationForm(props: ContentDialogProps) {
  const place = useSignal({ lat: "52.520008", long: "13.404954", name: "", address: "" });
  const set = (name: string) => (value: string): void => void (place.value = { ...place.value, [name]: value });
  const content = (): Content => {
    const { lat, long, name, address } = place.value;
    const location = { ...(name && { name }), ...(address && { address }) };
    return { type: "location", coordinates: { lat: Number(lat), long: Number(long) }, ...(name || address ? { location } : {}) };
  };
  return (
    <ContentForm {...props} title="Location" content={content}>
      <div class="pair">
        <TextField label="Latitude" value={place.value.lat} required onInput={set("lat")} />
        <TextField label="Longitude" value={place.value.long} required onInput={set("long")} />
      </div>
      <TextField label="Name" value={place.value.name} onInput={set("name")} />
      <TextField label="Address" value={place.value.address} onInput={set("address")} />
    </ContentForm>
  );
}

function FileForm({ conversationId, text, onClose, onSend }: ContentDialogProps) {
  const caption = useSignal(text);
  const file = useSignal<File | null>(null);
  const submit = async (): Promise<void> => {
    if (file.value) await onSend(await fileContent(conversationId, file.value, caption.value));
  };
  return (
    <FormDialog title="File" action="Upload and send" onClose={onClose} onSubmit={submit}>
      <label class="field"><span class="label">File</span>
        <input type="file" class="file-input" required onChange={(event) => (file.value = event.currentTarget.files?.[0] ?? null)} />
        <span class="hint">PNG, JPEG, GIF, WebP and AVIF become images. Anyone with the URL can read the file.</span>
      </label>
      <TextField label="Text" value={caption.value} onInput={(value) => (caption.value = value)} />
    </FormDialog>
  );
}
