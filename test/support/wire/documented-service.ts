/** The OpenAPI document that a node serves, as a client reads it that knows nothing else: its calls and what may answer them. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { adminToken } from './http.ts';

export type Json = Readonly<Record<string, unknown>>;
export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const jsonAt = (node: unknown, ...path: readonly string[]): Json => {
  let found: unknown = node;
  for (const name of path) found = isJson(found) ? found[name] : undefined;
  return isJson(found) ? found : {};
};
const listAt = (node: Json, name: string): readonly Json[] => {
  const found = node[name];
  return Array.isArray(found) ? found.filter(isJson) : [];
};

/** A field of a request: a parameter, or a property of the body. */
export interface Field {
  readonly name: string;
  readonly place: 'path' | 'query' | 'header' | 'body';
  /** Whether the document allows the value. */
  readonly allows: (value: unknown) => boolean;
  readonly schema: Json;
}

export interface Call {
  readonly path: Json;
  readonly query: Json;
  readonly headers: Json;
  /** Undefined: none. Text is sent unchanged. */
  readonly body: unknown;
  /** Null: none. */
  readonly token: string | null;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export class Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly fields: readonly Field[];
  /** The call of the examples, by the service. */
  readonly example: Call;
  readonly isSecured: boolean;
  readonly isForService: boolean;
  readonly #responses: Json;
  readonly #document: DocumentedService;

  constructor(document: DocumentedService, path: string, method: string) {
    const own = jsonAt(document.json, 'paths', path, method);
    const at = ['paths', path, method];
    this.#document = document;
    this.id = String(own['operationId']);
    this.method = method.toUpperCase();
    this.path = path;
    this.#responses = jsonAt(own, 'responses');
    const schemes = listAt(own, 'security').flatMap((scheme) => Object.keys(scheme));
    this.isSecured = schemes.length > 0;
    this.isForService = this.isSecured && !schemes.includes('userToken');
    const media = jsonAt(own, 'requestBody', 'content', 'application/json');
    this.fields = [...document.parametersAt(at), ...document.bodyFieldsOf(media)];
    this.example = {
      path: examplesIn('path', listAt(own, 'parameters')),
      query: examplesIn('query', listAt(own, 'parameters')),
      headers: {},
      body: media['example'],
      token: this.isSecured ? adminToken : null,
    };
  }

  async send(call: Call): Promise<Answer> {
    const text =
      call.body === undefined || typeof call.body === 'string' ? call.body : JSON.stringify(call.body);
    const response = await fetch(this.#urlOf(call), {
      method: this.method,
      headers: {
        ...(call.token === null ? {} : { authorization: `Bearer ${call.token}` }),
        ...(text === undefined ? {} : { 'content-type': 'application/json' }),
        ...Object.fromEntries(Object.entries(call.headers).map(([name, value]) => [name, String(value)])),
      },
      ...(text === undefined ? {} : { body: text }),
    });
    const isOfJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    const content = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: isOfJson ? JSON.parse(content) : content,
    };
  }

  #urlOf({ path, query }: Call): string {
    const filled = this.path.replace(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(String(path[name])),
    );
    const pairs = Object.entries(query).map(
      ([name, value]) => `${name}=${encodeURIComponent(String(value))}`,
    );
    const search = pairs.length === 0 ? '' : `?${pairs.join('&')}`;
    return `${this.#document.url}${filled}${search}`;
  }

  /** What of an answer the document does not allow; empty: nothing. */
  objections({ status, headers, body }: Answer): readonly string[] {
    const response = this.#document.resolved(this.#responses[String(status)]);
    if (response === null) return [`${this.id} may not answer ${status}: ${JSON.stringify(body)}`];
    const type = headers.get('content-type') ?? '';
    const media = Object.entries(jsonAt(response, 'content')).find(
      ([name]) => type === name || type.startsWith(`${name};`),
    );
    if (media === undefined) return [`${this.id} may not answer ${status} with ${type}`];
    const validate = this.#document.validatorOf(jsonAt(media[1], 'schema'));
    const objections = validate(body)
      ? []
      : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
    const unsaid =
      Object.keys(jsonAt(response, 'headers')).includes('Retry-After') || headers.get('retry-after') === null;
    return [...objections, ...(unsaid ? [] : ['Retry-After is not in the document'])].map(
      (text) => `${this.id} ${status}: ${text}`,
    );
  }
}

const examplesIn = (place: string, parameters: readonly Json[]): Json =>
  Object.fromEntries(
    parameters
      .filter((one) => one['in'] === place && 'example' in one)
      .map(({ name, example }) => [String(name), example]),
  );

export class DocumentedService {
  readonly url: string;
  readonly json: Json;
  readonly operations: readonly Operation[];
  readonly #ajv = formats.default(new Ajv2020({ strict: false, allErrors: true }));

  readonly #validators = new Map<string, ValidateFunction>();

  private constructor(url: string, json: Json) {
    this.url = url;
    this.json = json;
    // Documents of the standard have places that are no schemas: they are compiled when they are asked for.
    this.#ajv.addSchema({ $id: 'openapi', ...json });
    const paths = jsonAt(json, 'paths');
    this.operations = Object.keys(paths).flatMap((path) =>
      Object.keys(jsonAt(paths, path)).map((method) => new Operation(this, path, method)),
    );
  }

  static async read(url: string): Promise<DocumentedService> {
    const answer: unknown = await (await fetch(`${url}/openapi.json`)).json();
    return new DocumentedService(url, jsonAt({ answer }, 'answer'));
  }

  operation(id: string): Operation {
    const found = this.operations.find((one) => one.id === id);
    if (found === undefined) throw new Error(`the document has no operation ${id}`);
    return found;
  }

  /** Follows a reference of the document; null: there is nothing. */
  resolved(node: unknown): Json | null {
    if (!isJson(node)) return null;
    const { $ref } = node;
    return typeof $ref === 'string' ? jsonAt(this.json, ...$ref.slice(2).split('/')) : node;
  }

  validatorOf(schema: Json): ValidateFunction {
    const text = JSON.stringify(schema);
    const known = this.#validators.get(text) ?? this.#ajv.compile(withAbsoluteRefs(schema));
    this.#validators.set(text, known);
    return known;
  }

  parametersAt(at: readonly string[]): readonly Field[] {
    return listAt(jsonAt(this.json, ...at), 'parameters').map((parameter) => {
      const place = parameter['in'];
      return this.#field(
        String(parameter['name']),
        place === 'path' || place === 'header' ? place : 'query',
        jsonAt(parameter, 'schema'),
      );
    });
  }

  bodyFieldsOf(media: Json): readonly Field[] {
    const body = this.resolved(media['schema']);
    const properties = jsonAt(body, 'properties');
    return Object.keys(properties).map((name) => this.#field(name, 'body', jsonAt(properties, name)));
  }

  #field(name: string, place: Field['place'], schema: Json): Field {
    const validate = this.validatorOf(schema);
    return {
      name,
      place,
      schema: { ...this.resolved(schema), ...schema },
      allows: (value) => validate(value) === true,
    };
  }
}

function withAbsoluteRefs(node: unknown): Json {
  const text = JSON.stringify(node, (key, value: unknown) =>
    key === '$ref' && typeof value === 'string' && value.startsWith('#') ? `openapi${value}` : value,
  );
  return JSON.parse(text);
}
