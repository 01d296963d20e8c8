// The export and the erasure of the data about a person.
import { ApiError, call, download } from "../../shared/api";
import type { Erasure } from "../../shared/operations";
import { appId } from "../routes";

/** The longest last line, in bytes. */
const LAST_LINE = 4096;

/** All data about a user, as NDJSON. Rejects with an `ApiError`, also if the export is not complete. */
export async function exportOf(userId: string): Promise<Blob> {
  const found = await download("ExportUser", { appId: appId.value, userIdOrExternalId: userId });
  const last = (await found.slice(-LAST_LINE).text()).trimEnd().split("\n").at(-1) ?? "";
  if (!/^{.*"type": ?"end"/.test(last)) throw new ApiError(0, "interrupted", ["The export was cut off"], null);
  return found;
}

/** Erase a user, and call `onProgress` while the erasure runs. Rejects with an `ApiError`. */
export async function eraseUser(userId: string, onProgress: (erasure: Erasure) => void): Promise<Erasure> {
  for (;;) {
    const { erasure } = await call("EraseUser", { appId: appId.value, userIdOrExternalId: userId });
    if (erasure.status === "finished") return erasure;
    onProgress(erasure);
  }
}
