/** Turns one route of the tables into an operation of the OpenAPI document. */
import { z } from 'zod';
import type { ClusterRoute } from '../cluster-routes.ts';
import { requestIdSchema } from '../ids.ts';
import type { NodeRoute } from '../node-routes.ts';
import type { RequestRoute } from '../rest.ts';
import { type FailureStatus, failuresOf } from './failures.ts';
import { groupOperations, messageOperations, userOperations } from './group-operations.ts';
import { memberOperations } from './member-operations.ts';
import { changeOperations } from './message-operations.ts';
import type { OperationRow } from './operation-row.ts';
import { clusterOperations, deadLetterOperations, nodeOperations } from './operator-operations.ts';
import type { JsonObject, SchemaCollector } from './schemas.ts';

export type Route = RequestRoute | ClusterRoute | NodeRoute;
type RowName = RequestRoute['request'] | ClusterRoute['name'] | NodeRoute['name'];

/** Rows by the name of the request or of the route. */
const operationRows: Readonly<Partial<Record<RowName, OperationRow>>> = {
  ...groupOperations,
  ...memberOperations,
  ...messageOperations,
  ...changeOperations,
  ...userOperations,
  ...deadLetterOperations,
  ...clusterOperations,
  ...nodeOperations,
};

function rowOf(route: Route): OperationRow {
  const name = 'request' in route ? route.request : route.name;
  const row = operationRows[name];
  if (row === undefined) throw new Error(`the OpenAPI document has no row for ${name}`);
  return row;
}

/** `list_members` → `ListMembers`. */
const pascalCase = (name: string) =>
  name.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());

function parametersIn(
  place: 'path' | 'query' | 'header',
  shape: z.ZodObject['shape'],
  { row, schemas }: { readonly row: OperationRow; readonly schemas: SchemaCollector },
): readonly JsonObject[] {
  return Object.entries(shape).map(([name, parameter]) => {
    const { description: own, examples: _, ...schema } = schemas.schemaOf(parameter, 'input');
    const description = own ?? schemas.descriptionOf(schema);
    return {
      name,
      in: place,
      required: place === 'path' || !z.safeParse(parameter, undefined).success,
      ...(description === undefined ? {} : { description }),
      schema,
      ...(row.parameters?.[name] === undefined ? {} : { example: row.parameters[name] }),
    };
  });
}

const idempotencyKey = {
  'Idempotency-Key': requestIdSchema
    .optional()
    .describe('The request id: the same one repeats the first successful answer for 10 minutes'),
};

function parametersOf(route: Route, row: OperationRow, schemas: SchemaCollector): readonly JsonObject[] {
  if (!('params' in route)) return [];
  const parts = { row, schemas };
  const inPath = parametersIn('path', route.params.shape, parts);
  if (!('request' in route)) {
    const query = route.query === undefined ? [] : parametersIn('query', route.query.shape, parts);
    return [...inPath, ...query];
  }
  const key = route.method === 'GET' ? [] : parametersIn('header', idempotencyKey, parts);
  return [...inPath, ...parametersIn('query', route.query.shape, parts), ...key];
}

function requestBodyOf(route: Route, row: OperationRow, schemas: SchemaCollector): JsonObject {
  if (route.body === null) return {};
  const name = `${pascalCase(row.operationId)}Request`;
  const isNeverEmpty = row.minBodyFields !== undefined;
  schemas.add(name, {
    ...schemas.schemaOf(route.body, 'input'),
    ...(isNeverEmpty ? { minProperties: row.minBodyFields } : {}),
  });
  const content = {
    'application/json': { schema: { $ref: `#/components/schemas/${name}` }, example: row.body ?? {} },
  };
  return { requestBody: { required: isNeverEmpty || !route.body.safeParse({}).success, content } };
}

function successOf(route: Route, row: OperationRow, schemas: SchemaCollector): JsonObject {
  const contentType = ('contentType' in route && route.contentType) || 'application/json';
  if (contentType !== 'application/json') {
    return { [contentType]: { schema: schemas.schemaOf(route.result, 'output') } };
  }
  const name = `${pascalCase(row.operationId)}Response`;
  const schema = schemas.schemaOf(route.result, 'output');
  const isNamed = '$ref' in schema;
  if (!isNamed) schemas.add(name, schema);
  const named = isNamed ? schema : { $ref: `#/components/schemas/${name}` };
  return { [contentType]: { schema: named, ...(row.result === undefined ? {} : { example: row.result }) } };
}

function failureStatusesOf(route: Route): readonly FailureStatus[] {
  const ofBody: readonly FailureStatus[] = route.method === 'GET' ? [] : [409, 413];
  if ('request' in route) return [400, 401, 403, 404, ...ofBody, 429, 500, 503];
  if (route.name === 'open_canary') return [400, 401, 403, 409, 413, 500, 503];
  // It sends a message, which may be refused as any other.
  if (route.name === 'trace_message') return [400, 401, 403, 404, 409, 413, 429, 500, 503];
  if ('params' in route)
    return [400, 401, 403, 404, ...(route.method === 'GET' ? [] : [413 as const]), 500, 503];
  if (route.needs !== undefined) return [400, 401, 403, 404, 500, 503];
  if (route.name === 'console_session') return [400, 401, 404, 413, 429, 500, 503];
  if (route.name === 'console') return [400, 404];
  return route.body === null ? [400] : [400, 404, 413, 500];
}

function securityOf(route: Route): readonly JsonObject[] {
  if (!('params' in route) && route.needs === undefined) return [];
  const { scope = null } = route;
  const admin = { adminToken: scope === null ? [] : [scope] };
  const isForService = !('request' in route) || route.isForServiceOnly;
  return isForService ? [admin] : [admin, { userToken: [] }];
}

export function operationOf(route: Route, schemas: SchemaCollector): JsonObject {
  const row = rowOf(route);
  const content = successOf(route, row, schemas);
  const isReadiness = row.operationId === 'get_readiness';
  return {
    operationId: row.operationId,
    summary: route.summary,
    ...(row.description === undefined ? {} : { description: row.description }),
    tags: [row.tag],
    security: securityOf(route),
    parameters: parametersOf(route, row, schemas),
    ...requestBodyOf(route, row, schemas),
    responses: {
      [route.successStatus]: { description: row.success ?? 'Success', content },
      ...failuresOf(failureStatusesOf(route)),
      ...(isReadiness ? { 503: { description: 'Not ready; same shape as ready', content } } : {}),
    },
  };
}
