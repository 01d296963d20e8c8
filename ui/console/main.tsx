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
  // What the page shows until now.
  document.body.replaceChildren();
  render(<Console />, document.body);
}

void start();
