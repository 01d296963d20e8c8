// Contents that are being edited with forms.
import type { Content } from "../../stores/composing";

export interface DraftItem {
  title: string;
  description: string;
  mediaUrl: string;
  /** The text of the button, and the URL that it opens; without a URL it sends a postback with its text. */
  button: string;
  uri: string;
}

export interface DraftField {
  type: "text" | "email" | "select";
  label: string;
  /** Separated by commas. */
  options: string;
}

export function emptyItem(): DraftItem {
  return { title: "", description: "", mediaUrl: "", button: "Choose", uri: "" };
}

export function itemsContent(type: "carousel" | "list", items: readonly DraftItem[]): Content {
  return {
    type,
    items: items.map(({ title, description, mediaUrl, button, uri }) => ({
      title,
      ...(description && { description }),
      ...(mediaUrl && { mediaUrl }),
      actions: [uri ? { type: "link" as const, text: button, uri } : { type: "postback" as const, text: button, payload: named(title) || title }],
    })),
  };
}

export function fieldsContent(fields: readonly DraftField[]): Content {
  return { type: "form", fields: fields.map(({ type, label, options }, index) => ({
    type,
    name: named(label) || `field${index + 1}`,
    label,
    ...(type === "select" && { options: parts(options).map((one) => ({ name: named(one), label: one })) }),
  })) };
}

function parts(text: string): string[] {
  return text.split(",").map((one) => one.trim()).filter(Boolean);
}

/** A name for programs: `Your name` is `your_name`. */
function named(label: string): string {
  return label.trim().toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "_").replace(/^_|_$/g, "");
}
