// The clients of SDKs and channels and the devices through which a user can be reached.
import { call } from "../../shared/api";
import type { Client, Device } from "../../shared/operations";
import { inOrder, Paged } from "../../shared/paged";
import { appId } from "../routes";

export function clientsOf(userId: string): Paged<Client> {
  return new Paged(async (cursor) => {
    const query = { page: { size: 25, after: cursor ?? undefined } };
    const found = await call("ListClients", { appId: appId.value, userIdOrExternalId: userId }, { query });
    return inOrder(found.clients, found.meta);
  }, (one) => one.id);
}

export async function removeClient(userId: string, clientId: string): Promise<void> {
  await call("RemoveClient", { appId: appId.value, userIdOrExternalId: userId, clientId });
}

export async function devicesOf(userId: string): Promise<Device[]> {
  return (await call("ListDevices", { appId: appId.value, userIdOrExternalId: userId })).devices;
}
