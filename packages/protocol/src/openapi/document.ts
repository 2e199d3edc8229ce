/** The OpenAPI 3.1 document, generated from the route table: no shape is written here a second time. */
import { clusterRoutes } from '../cluster-routes.ts';
import { restFailureSchema } from '../errors.ts';
import { limits } from '../limits.ts';
import { nodeRoutes } from '../node-routes.ts';
import { requestRoutes, urlPath } from '../rest.ts';
import { errorTable, failureResponses } from './failures.ts';
import { tags } from './operation-row.ts';
import { operationOf, type Route } from './operations.ts';
import { type JsonObject, SchemaCollector } from './schemas.ts';

interface OpenApiOptions {
  readonly title: string;
  readonly version: string;
  /** UTF-8 bytes of `message`. */
  readonly messageMaxBytes?: number;
  /** The path before every route; default: none. */
  readonly prefix?: string;
}

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: JsonObject;
  readonly servers: readonly JsonObject[];
  readonly tags: readonly JsonObject[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;
  readonly components: JsonObject;
}

const description = [
  'Group messaging over REST. Requests and answers are JSON in UTF-8; times are UTC, durations are milliseconds.',
  'A success is the bare result. A failure has one shape, `Failure`, with a `code` that does not change.',
  `A request body has at most ${limits.frameMaxBytes} bytes, that of \`members:batch\` ${limits.membersBodyMaxBytes}. Unknown fields of a body and unknown parameters of a query are refused with \`invalid_args\`; answers can get new fields.`,
].join('\n\n');

const securitySchemes = {
  adminToken: {
    type: 'http',
    scheme: 'bearer',
    description: [
      'An admin token: acts as the service, or as the user that the request names. A token can be limited to scopes:',
      '`read` looks at groups, users, nodes and metrics; `groups` changes groups and members, and sends;',
      '`ops` drains nodes, cuts users off and decides on dead letters. No scope holds another.',
    ].join(' '),
  },
  userToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: "A user's JWT: acts as its `sub`, and as no other user",
  },
};

const openApiPath = (path: string) => urlPath(path.replaceAll(/(?<!:):(\w+)/g, '{$1}'));

export function openApiDocument({
  title,
  version,
  messageMaxBytes,
  prefix = '',
}: OpenApiOptions): OpenApiDocument {
  const schemas = new SchemaCollector();
  const routes: readonly Route[] = [...requestRoutes(messageMaxBytes), ...clusterRoutes, ...nodeRoutes];
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const route of routes) {
    const path = openApiPath(route.path);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, schemas) };
  }
  const failure = schemas.schemaOf(restFailureSchema, 'output');
  schemas.add('Failure', { ...failure, 'x-error-codes': errorTable });
  return {
    openapi: '3.1.0',
    info: { title, version, description, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [
      {
        url: prefix || '/',
        description: 'The node, or the load balancer before it, that serves this document',
      },
    ],
    tags,
    paths,
    components: { securitySchemes, responses: failureResponses, schemas: schemas.components },
  };
}
