// Converts seeds from the form of files to the form of the API.
import type { SeedBody, SeedCounts } from "../../shared/operations";

/** The body of SeedApp for the text of a seed: of a file, whose `app` has the name and settings, or of the API. */
export function seedOf(text: string): SeedBody {
  const found = JSON.parse(text) as SeedBody & { app?: unknown };
  const { app, ...rest } = found;
  if (Array.isArray(app)) throw new Error("The seed must be of one app; only heliograph dev --seed accepts several");
  return { ...(typeof app === "object" ? app : {}), ...rest };
}

/** `2 users, 1 conversation`. */
export function createdText({ users, conversations, integrations }: SeedCounts): string {
  const counts = [[users, "user"], [conversations, "conversation"], [integrations, "integration"]] as const;
  const parts = counts.filter(([count]) => count > 0).map(([count, noun]) => `${count} ${noun}${count === 1 ? "" : "s"}`);
  return parts.join(", ") || "nothing: everything in the seed exists already";
}
