// Starts the console.
import { render } from "preact";
import { handleLinks } from "./routes";
import { restore, takeTickets } from "./session";
import { Console } from "./shell";
import "./theme";

async function start(): Promise<void> {
  takeTickets();
  handleLinks();
  // Without a session, or with one that has ended, the page asks for a key.
  await restore().catch(() => undefined);
  // Removes the placeholder of the page.
  document.body.replaceChildren();
  render(<Console />, document.body);
}

void start();
