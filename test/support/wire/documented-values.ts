/** Values on both sides of what a schema of the document allows. */
import { type Field, isJson, type Json } from './documented-service.ts';

const texts = ['', 'a', '.', '..', '...', 'a/b', 'é', ' ', '$service', 'constructor'];
const numbers = [-1, 0, 1, 1.5, 2 ** 53];
const others = [true, null, [], {}, { a: 1 }];

const numberAt = (schema: Json, name: string) => {
  const bound = schema[name];
  return typeof bound === 'number' ? [bound] : [];
};

/** Bounds of a union are those of its branches. */
const branchesOf = (schema: Json): readonly Json[] => [
  schema,
  ...(Array.isArray(schema['anyOf']) ? schema['anyOf'].filter(isJson) : []),
];

function boundsOf(schema: Json): readonly unknown[] {
  const lengths = [...numberAt(schema, 'minLength'), ...numberAt(schema, 'maxLength')];
  const ends = [...numberAt(schema, 'minimum'), ...numberAt(schema, 'maximum')];
  const words = Array.isArray(schema['enum']) ? schema['enum'] : [];
  return [
    ...lengths.flatMap((length) => ['x'.repeat(length), 'x'.repeat(length + 1)]),
    ...ends.flatMap((end) => [end, end + 1, end - 1]),
    ...words,
  ];
}

/** In a path and a query every value is text; what a URL cannot carry there is left out. */
function isPossible({ place, schema }: Field, value: unknown): boolean {
  if (place === 'body') return true;
  if (place === 'header') return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value);
  if (place === 'path') return typeof value === 'string' && !/^\.{0,2}$|\//.test(value);
  return schema['type'] === 'integer' || schema['type'] === 'boolean'
    ? typeof value === schema['type'] || typeof value === 'number'
    : typeof value === 'string';
}

export function valuesAround(field: Field): readonly unknown[] {
  const all = [...texts, ...numbers, ...others, ...branchesOf(field.schema).flatMap(boundsOf)];
  const known = new Map(all.map((value) => [JSON.stringify(value), value]));
  return [...known.values()].filter((value) => isPossible(field, value));
}
