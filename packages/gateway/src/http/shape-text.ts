/** Writes a schema in short notation: `{ group_id: string, limit?: 1…200 }`. */
import { z } from 'zod';

type Schema = Readonly<Record<string, unknown>>;
const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null;
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export function shapeOf(schema: z.ZodType, io: 'input' | 'output'): string {
  const { $defs = {}, ...own } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return text(withoutRefs(own, $defs));
}

/** Replaces references by the schemas that they name; no schema of the protocol contains itself. */
function withoutRefs(node: unknown, named: Schema): unknown {
  if (Array.isArray(node)) return node.map((child) => withoutRefs(child, named));
  if (!isSchema(node)) return node;
  const { $ref } = node;
  if (typeof $ref === 'string') return withoutRefs(named[$ref.replace('#/$defs/', '')], named);
  return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, withoutRefs(child, named)]));
}

function text(schema: unknown): string {
  if (!isSchema(schema)) return 'any';
  if ('const' in schema) return JSON.stringify(schema['const']);
  const words = listOf(schema['enum']);
  if (words.length > 0) return words.map((word) => JSON.stringify(word)).join(' | ');
  const options = [...listOf(schema['anyOf']), ...listOf(schema['oneOf'])];
  if (options.length > 0) return options.map(text).join(' | ');
  if (schema['type'] === 'object') return object(schema);
  if (schema['type'] === 'array') return `[${text(schema['items'])}]`;
  if (schema['type'] === 'integer' || schema['type'] === 'number') return range(schema);
  return typeof schema['type'] === 'string' ? schema['type'] : 'any';
}

function object(schema: Schema): string {
  const required = listOf(schema['required']);
  const properties = isSchema(schema['properties']) ? Object.entries(schema['properties']) : [];
  if (properties.length === 0)
    return isSchema(schema['additionalProperties'])
      ? `{ [id]: ${text(schema['additionalProperties'])} }`
      : '{}';
  const fields = properties.map(
    ([name, value]) => `${name}${required.includes(name) ? '' : '?'}: ${text(value)}`,
  );
  return `{ ${fields.join(', ')} }`;
}

/** Leaves out bounds that no value reaches. */
function range({ minimum, maximum }: Schema): string {
  if (typeof minimum !== 'number' || typeof maximum !== 'number' || maximum >= Number.MAX_SAFE_INTEGER)
    return 'integer';
  return `${minimum}…${maximum}`;
}
