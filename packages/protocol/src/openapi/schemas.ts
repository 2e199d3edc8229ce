/** Turns the zod schemas into JSON Schemas; each named schema becomes a component once. */
import { z } from 'zod';

export type JsonObject = Readonly<Record<string, unknown>>;

/** `input`: what a client sends. `output`: what it gets. */
type Direction = 'input' | 'output';

const int32Max = 2 ** 31 - 1;

/**
 * Adapts an integer: drops bounds of zod that limit nothing, and sets `int64`, because generators take integers
 * without a format for 32 bits.
 */
function adaptInteger(schema: Record<string, unknown>): void {
  const { minimum, maximum } = schema;
  if (minimum === Number.MIN_SAFE_INTEGER) delete schema['minimum'];
  if (typeof maximum === 'number' && maximum > int32Max) schema['format'] = 'int64';
}

function adapt(schema: Record<string, unknown>, direction: Direction): void {
  // A field that a later version adds does not break a client that was generated before it.
  if (direction === 'output' && schema['additionalProperties'] === false)
    delete schema['additionalProperties'];
  if (schema['format'] === 'date-time') delete schema['pattern'];
  if (schema['type'] === 'integer') adaptInteger(schema);
}

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null;

function withComponentRefs(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withComponentRefs);
  if (!isObject(node)) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [
      key,
      key === '$ref' && typeof value === 'string'
        ? value.replace('#/$defs/', '#/components/schemas/')
        : withComponentRefs(value),
    ]),
  );
}

/** Collects the named schemas that it meets; one name means one schema. */
export class SchemaCollector {
  readonly #named = new Map<string, JsonObject>();

  /** The schemas by name, in the order of their names. */
  get components(): Readonly<Record<string, JsonObject>> {
    return Object.fromEntries([...this.#named].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Throws when the name already means another schema: a mistake in the tables. */
  add(name: string, schema: JsonObject): void {
    const known = this.#named.get(name);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema)) {
      throw new Error(`two schemas have the name ${name}`);
    }
    this.#named.set(name, schema);
  }

  /** The description of the component that a reference names. */
  descriptionOf({ $ref }: JsonObject): unknown {
    return this.#named.get(String($ref).replace('#/components/schemas/', ''))?.['description'];
  }

  /** A JSON Schema whose named parts are references to components. */
  schemaOf(schema: z.core.$ZodType, direction: Direction): JsonObject {
    const {
      $schema: _,
      $defs,
      ...own
    } = z.toJSONSchema(schema, {
      io: direction,
      unrepresentable: 'any',
      override: ({ jsonSchema }) => adapt(jsonSchema, direction),
    });
    for (const [name, definition] of Object.entries($defs ?? {})) {
      this.add(name, this.#withRefs(definition));
    }
    return this.#withRefs(own);
  }

  #withRefs(schema: object): JsonObject {
    const replaced = withComponentRefs(schema);
    return isObject(replaced) ? replaced : {};
  }
}
