// The integrations of an app, and their keys.
import { call, type CallOptions } from "../../shared/api";
import type { IntegrationApiKey, IntegrationUpdateBody } from "../../shared/operations";
import { inOrder, Paged } from "../../shared/paged";
import { appId } from "../routes";
import type { Integration } from "./integration-kinds";
import { type UsedKey, withUses } from "./key-uses";

export type IntegrationBody = NonNullable<CallOptions<"CreateIntegration">["body"]>;

/** The integrations of a type, or all, oldest first. */
export function integrationPages(type: string): Paged<Integration> {
  return new Paged(async (cursor) => {
    const query = { page: { size: 100, after: cursor ?? undefined }, filter: { types: type || undefined } };
    const found = await call("ListIntegrations", { appId: appId.value }, { query });
    return inOrder<Integration>(found.integrations, found.meta);
  }, (one) => one.id);
}

export async function loadIntegration(integrationId: string): Promise<Integration> {
  return (await call("GetIntegration", { appId: appId.value, integrationId })).integration;
}

export async function createIntegration(body: IntegrationBody): Promise<Integration> {
  return (await call("CreateIntegration", { appId: appId.value }, { body })).integration;
}

export async function updateIntegration(integrationId: string, body: IntegrationUpdateBody): Promise<Integration> {
  return (await call("UpdateIntegration", { appId: appId.value, integrationId }, { body })).integration;
}

export async function deleteIntegration(integrationId: string): Promise<void> {
  await call("DeleteIntegration", { appId: appId.value, integrationId });
}

export async function loadIntegrationKeys(integrationId: string): Promise<UsedKey<IntegrationApiKey>[]> {
  return withUses((await call("ListCustomIntegrationKeys", { appId: appId.value, integrationId })).keys, integrationId);
}

export async function createIntegrationKey(integrationId: string, displayName: string): Promise<IntegrationApiKey> {
  return (await call("CreateCustomIntegrationKey", { appId: appId.value, integrationId }, { body: { displayName } })).key;
}

export async function revokeIntegrationKey(integrationId: string, keyId: string): Promise<void> {
  await call("DeleteCustomIntegrationKey", { appId: appId.value, integrationId, keyId });
}
