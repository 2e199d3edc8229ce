/** The OpenAPI 3.1 document, generated from the route table: no shape is written here a second time. */
import { z } from 'zod';
import { type ClusterRoute, clusterRoutes } from './cluster-routes.ts';
import { errors } from './errors.ts';
import { limits } from './limits.ts';
import { type NodeRoute, nodeRoutes } from './node-routes.ts';
import { type RequestRoute, requestRoutes } from './rest.ts';
import { restFailureSchema } from './rest-failure.ts';

interface OpenApiOptions {
  readonly title: string;
  readonly version: string;
  /** UTF-8 bytes of `message`. */
  readonly messageMaxBytes?: number;
}

type JsonObject = Readonly<Record<string, unknown>>;
export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: JsonObject;
  readonly paths: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;
  readonly components: JsonObject;
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'The request id: the same one repeats the first successful answer for 10 minutes',
  schema: { type: 'string', minLength: 1, maxLength: limits.requestIdMaxLength },
};

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

const ref = (kind: string, name: string) => ({ $ref: `#/components/${kind}/${name}` });
const json = (schema: JsonObject) => ({ 'application/json': { schema } });
type Route = RequestRoute | ClusterRoute | NodeRoute;
const nameOf = (route: Route) => ('request' in route ? route.request : route.name);
const tagOf = (route: Route) => ('request' in route ? 'groups' : 'params' in route ? 'cluster' : 'node');
const contentTypeOf = (route: Route) => ('contentType' in route && route.contentType) || 'application/json';
const content = (route: Route) => ({
  [contentTypeOf(route)]: { schema: ref('schemas', `${nameOf(route)}.result`) },
});
const openApiPath = (path: string) => path.replaceAll(/:(\w+)/g, '{$1}');

const parametersIn = (place: 'path' | 'query', schema: z.ZodObject) =>
  Object.entries(schema.shape).map(([name, parameter]) => ({
    name,
    in: place,
    required: place === 'path' || !z.safeParse(parameter, undefined).success,
    schema: jsonSchema(parameter, 'input'),
  }));

function parametersOf(route: Route): readonly JsonObject[] {
  if (!('params' in route)) return [];
  const inPath = parametersIn('path', route.params);
  if (!('request' in route)) return inPath;
  const key = route.method === 'GET' ? [] : [idempotencyKey];
  return [...inPath, ...parametersIn('query', route.query), ...key];
}

function operation(route: Route): JsonObject {
  const isBodyRequired = route.body?.safeParse({}).success === false;
  return {
    operationId: nameOf(route),
    summary: route.summary,
    tags: [tagOf(route)],
    security: 'params' in route || route.needs !== undefined ? [{ bearer: [] }] : [],
    parameters: parametersOf(route),
    ...(route.body === null
      ? {}
      : {
          requestBody: { required: isBodyRequired, content: json(ref('schemas', `${nameOf(route)}.body`)) },
        }),
    responses: {
      [route.successStatus]: {
        description: 'Success',
        content: content(route),
      },
      ...(nameOf(route) === 'readiness'
        ? { 503: { description: 'Not ready', content: json(ref('schemas', 'readiness.result')) } }
        : {}),
      default: ref('responses', 'Failure'),
    },
  };
}

function schemasOf(route: Route): [string, JsonObject][] {
  const body: [string, JsonObject][] =
    route.body === null ? [] : [[`${nameOf(route)}.body`, jsonSchema(route.body, 'input')]];
  return [...body, [`${nameOf(route)}.result`, jsonSchema(route.result, 'output')]];
}

/** Codes with their HTTP status, text and whether the same request may succeed later. */
const errorTable = Object.fromEntries(
  Object.entries(errors).map(([code, { http, text, retry }]) => [
    code,
    { status: http, text, can_retry: retry },
  ]),
);

export function openApiDocument({ title, version, messageMaxBytes }: OpenApiOptions): OpenApiDocument {
  const routes: readonly Route[] = [...requestRoutes(messageMaxBytes), ...clusterRoutes, ...nodeRoutes];
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const route of routes) {
    const path = openApiPath(route.path);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title, version },
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: "The admin token, or a user's JWT" },
      },
      responses: {
        Failure: {
          description: 'Refused or failed; the status is that of the code',
          headers: {
            'Retry-After': { description: 'Seconds, beside retry_after_ms', schema: { type: 'integer' } },
          },
          content: json(ref('schemas', 'Failure')),
        },
      },
      schemas: {
        ...Object.fromEntries(routes.flatMap(schemasOf)),
        Failure: { ...jsonSchema(restFailureSchema, 'output'), 'x-error-codes': errorTable },
      },
    },
  };
}
