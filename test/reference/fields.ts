/** Tables of fields from the JSON Schemas of the OpenAPI document. */
export type Schema = Readonly<Record<string, unknown>>;

export const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null;
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const nameOf = (ref: unknown): string => String(ref).replace('#/components/schemas/', '');

/** A text in a cell of a table. */
export const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
/** Within a table `|` would end the cell, also in code. */
const code = (text: string): string => `\`${cell(text)}\``;

/** Words of many fields: a field names them, and their section says what they are. */
const scalars = [
  'GroupId',
  'UserId',
  'MessageId',
  'RequestId',
  'Seq',
  'Epoch',
  'Timestamp',
  'ErrorCode',
  'GroupType',
];

export class Fields {
  readonly #components: Readonly<Record<string, unknown>>;
  /** Named objects that were mentioned, and so need a section of their own. */
  readonly mentioned = new Set<string>();

  constructor(components: Readonly<Record<string, unknown>>) {
    this.#components = components;
  }

  /** The named schema. */
  named(name: string): Schema {
    const schema = this.#components[name];
    return isSchema(schema) ? schema : {};
  }

  #resolved(schema: unknown): Schema {
    if (!isSchema(schema)) return {};
    return '$ref' in schema ? { ...this.named(nameOf(schema['$ref'])), ...schema } : schema;
  }

  #isObject(schema: unknown): boolean {
    const { type, anyOf, oneOf } = this.#resolved(schema);
    return type === 'object' || [...listOf(anyOf), ...listOf(oneOf)].some((one) => this.#isObject(one));
  }

  /** The type of a field in short notation. Named objects are links to their sections. */
  #typeOf(schema: unknown): string {
    if (!isSchema(schema)) return 'any';
    const name = nameOf(schema['$ref']);
    if ('$ref' in schema && (scalars.includes(name) || this.#isObject(schema))) {
      this.mentioned.add(name);
      return `[${name}](shapes.md#${name.toLowerCase()})`;
    }
    const { type, enum: words, const: constant, anyOf, oneOf, items, ...rest } = this.#resolved(schema);
    if (constant !== undefined) return code(String(constant));
    if (words !== undefined)
      return listOf(words)
        .map((word) => code(String(word)))
        .join(', ');
    const options = [...listOf(anyOf), ...listOf(oneOf)];
    if (options.length > 0) return [...new Set(options.map((one) => this.#typeOf(one)))].join(' or ');
    if (type === 'array') return `list of ${this.#typeOf(items)}${boundsOf(rest, 'Items')}`;
    if (type === 'object') return this.#objectType(rest);
    if (type === 'integer' || type === 'number') return `${type}${rangeOf(rest)}`;
    if (type === 'string') return `string${boundsOf(rest, 'Length')}`;
    return typeof type === 'string' ? type : 'any';
  }

  #objectType({ properties, required, additionalProperties }: Schema): string {
    if (!isSchema(properties))
      return isSchema(additionalProperties) && Object.keys(additionalProperties).length > 0
        ? `object of ${this.#typeOf(additionalProperties)}`
        : 'object';
    const fields = Object.keys(properties).map(
      (name) => `${name}${listOf(required).includes(name) ? '' : '?'}`,
    );
    return code(`{ ${fields.join(', ')} }`);
  }

  #withoutFields(schema: unknown, heading: string): string {
    const { type } = this.#resolved(schema);
    if (type === 'object') return `No ${heading === 'argument' ? 'arguments' : 'fields'}.`;
    return `A ${this.#typeOf(this.#resolved({ ...this.#resolved(schema), $ref: undefined }))}.`;
  }

  /** A table of the fields of an object; a union has one table per option. */
  table(schema: unknown, heading: string): string {
    const { properties, required, anyOf, oneOf } = this.#resolved(schema);
    const options = [...listOf(anyOf), ...listOf(oneOf)];
    if (options.length > 0) return options.map((one) => this.table(one, heading)).join('\n\nor\n\n');
    const rows = isSchema(properties) ? Object.entries(properties) : [];
    if (rows.length === 0) return this.#withoutFields(schema, heading);
    const lines = rows.map(([name, field]) => {
      const isScalar = isSchema(field) && scalars.includes(nameOf(field['$ref']));
      const { description } = isScalar ? field : this.#resolved(field);
      const optional = listOf(required).includes(name) ? '' : ' *optional*';
      return `| \`${name}\` | ${this.#typeOf(field)}${optional} | ${cell(String(description ?? ''))} |`;
    });
    return [`| ${heading} | type | |`, '|---|---|---|', ...lines].join('\n');
  }
}

const finite = (value: unknown): value is number =>
  typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER;
const shown = (value: number) => value.toLocaleString('en');

function rangeOf({ minimum, maximum }: Schema): string {
  if (finite(minimum) && finite(maximum)) return ` ${shown(minimum)}–${shown(maximum)}`;
  return finite(minimum) && minimum > 0 ? ` from ${shown(minimum)}` : '';
}

function boundsOf(schema: Schema, what: 'Items' | 'Length'): string {
  const max = schema[`max${what}`];
  const min = schema[`min${what}`];
  if (!finite(max)) return '';
  return what === 'Items'
    ? `, at most ${shown(max)}`
    : ` of ${finite(min) && min > 0 ? `${min}–` : 'at most '}${shown(max)}`;
}
