import { z } from 'zod';
import type { VendorSettings } from './file.js';
import { connectionShape, fileSchema } from './schema.js';

type Json = z.core.JSONSchema.BaseSchema;

/** The JSON Schema of `baton.yaml` for editors: each connection is one of the vendors, with that vendor's keys. */
export function configJsonSchema(vendors: readonly VendorSettings[]): Json {
  const file = toJson(fileSchema);
  const connections = vendors.map((vendor) => connectionJson(vendor));
  const inFile = file.properties?.['connections'];
  if (typeof inFile !== 'object') throw new Error('The schema of the file has no connections.');
  return {
    ...file,
    title: 'baton.yaml',
    properties: { ...file.properties, connections: { ...inFile, additionalProperties: { oneOf: connections } } },
  };
}

/** The text of `baton.schema.json`. */
export function configSchemaText(vendors: readonly VendorSettings[]): string {
  return `${JSON.stringify(configJsonSchema(vendors), null, 2)}\n`;
}

function connectionJson(vendor: VendorSettings): Json {
  const common = toJson(z.strictObject({ ...connectionShape, vendor: z.literal(vendor.name) }));
  const own = toJson(vendor.config);
  const settings = Object.entries(own.properties ?? {}).map(([key, value]) => [key, orVariable(value)]);
  return {
    title: vendor.name,
    type: 'object',
    properties: { ...common.properties, ...Object.fromEntries(settings) },
    required: [...(common.required ?? []), ...(own.required ?? [])],
    additionalProperties: false,
  };
}

/** A constrained string of a vendor may as well be a `${VARIABLE}`. */
function orVariable(schema: Json | boolean): Json | boolean {
  const free = typeof schema === 'boolean' || schema.type !== 'string';
  return free ? schema : { anyOf: [schema, { type: 'string', pattern: '\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}' }] };
}

function toJson(schema: z.ZodType): Json {
  const { $schema, ...json } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', target: 'draft-7' });
  return $schema === undefined ? json : { $schema, ...json };
}
