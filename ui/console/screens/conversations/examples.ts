// An example of each type of content.
import { serverUrl } from "../../../shared/api";
import type { Content } from "../../stores/composing";

export const EXAMPLES: readonly { text: string; content: Content }[] = [
  { text: "Text", content: { type: "text", text: "Hello" } },
  { text: "Markdown", content: { type: "text", markdownText: "**Hello**, see [our page](https://example.org)." } },
  {
    text: "Quick replies",
    content: {
      type: "text",
      text: "Morning or afternoon?",
      actions: [{ type: "reply", text: "Morning", payload: "morning" }, { type: "reply", text: "Afternoon", payload: "afternoon" }],
    },
  },
  {
    text: "Buttons",
    content: {
      type: "text",
      text: "What next?",
      actions: [{ type: "link", text: "Open", uri: serverUrl }, { type: "postback", text: "Cancel", payload: "cancel" }],
    },
  },
  { text: "Image", content: { type: "image", mediaUrl: `${serverUrl}/picture.png`, altText: "A picture" } },
  {
    text: "Carousel",
    content: { type: "carousel", items: [{ title: "Boots", description: "Brown", actions: [{ type: "postback", text: "Choose", payload: "boots" }] }] },
  },
  {
    text: "List",
    content: { type: "list", items: [{ title: "Express", description: "Tomorrow", actions: [{ type: "postback", text: "Choose", payload: "express" }] }] },
  },
  {
    text: "Form",
    content: {
      type: "form",
      fields: [
        { type: "text", name: "name", label: "Your name" },
        { type: "email", name: "email", label: "Email" },
        { type: "select", name: "size", label: "Size", options: [{ name: "s", label: "Small" }, { name: "l", label: "Large" }] },
      ],
    },
  },
  { text: "Location", content: { type: "location", coordinates: { lat: 52.520008, long: 13.404954 }, location: { name: "Shop", address: "Alexanderplatz 1, Berlin" } } },
];
