// The schemas of request bodies, from the OpenAPI document of the server.
import { type OperationName, serverUrl } from "./api";

export interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  discriminator?: { propertyName: string; mapping?: Record<string, string> };
}

export type Schemas = Record<string, Schema>;

interface Body {
  content?: Record<string, { schema?: Schema }>;
}

interface Document {
  paths: Record<string, Record<string, { operationId?: string; requestBody?: Body }>>;
  components: { schemas: Schemas };
}

let loading: Promise<Document> | null = null;

/** The schema of the body of an operation, and those that it refers to. The document is loaded once, on demand. */
export async function bodySchema(operation: OperationName): Promise<{ body: Schema; schemas: Schemas } | null> {
  loading ??= fetch(`${serverUrl}/openapi.json`).then((response) => response.json() as Promise<Document>);
  loading.catch(() => (loading = null));
  const { paths, components } = await loading;
  const found = Object.values(paths).flatMap(Object.values).find((one) => one.operationId === operation);
  const body = found?.requestBody?.content?.["application/json"]?.schema;
  return body ? { body, schemas: components.schemas } : null;
}

/** The schemas that a value at a path may have. `strings` are the strings of the text by their paths: a union with a
 * discriminator has the variant that they name. */
export function schemasAt(body: Schema, schemas: Schemas, path: string[], strings: Map<string, string>): Schema[] {
  let found = variantsOf(body, schemas, (name) => strings.get(name));
  path.forEach((name, index) => {
    const here = path.slice(0, index + 1).join(".");
    // At the discriminator itself, the variant is still being chosen.
    const isLast = index === path.length - 1;
    const members = found.flatMap(({ properties, items }) => properties?.[name] ?? (items && /^\d+$/.test(name) ? items : []));
    found = members.flatMap((one) => variantsOf(one, schemas, (key) => (isLastOf(path, index, key, isLast) ? undefined : strings.get(`${here}.${key}`))));
  });
  return found;
}

function isLastOf(path: string[], index: number, key: string, isLast: boolean): boolean {
  return !isLast && index === path.length - 2 && path.at(-1) === key;
}

function variantsOf(schema: Schema, schemas: Schemas, valueOf: (name: string) => string | undefined): Schema[] {
  if (schema.$ref) return variantsOf(named(schema.$ref, schemas), schemas, valueOf);
  const variants = schema.anyOf ?? schema.oneOf;
  if (!variants) return [schema];
  const value = schema.discriminator && valueOf(schema.discriminator.propertyName);
  const chosen = value === undefined ? undefined : schema.discriminator?.mapping?.[value];
  if (chosen) return variantsOf({ $ref: chosen }, schemas, valueOf);
  return variants.flatMap((one) => variantsOf(one, schemas, valueOf));
}

function named(reference: string, schemas: Schemas): Schema {
  return schemas[reference.slice(reference.lastIndexOf("/") + 1)] ?? {};
}
