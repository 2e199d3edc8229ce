/**
 * The AsyncAPI 3.0 document of the socket, generated from the tables of requests and pushes: no shape is written here a second
 * time. AsyncAPI has no binding for Socket.IO, so `x-socketio` names the event, and whether it is acknowledged.
 */
import type { z } from 'zod';
import { handshakeSchema } from '../envelope.ts';
import { restFailureSchema } from '../errors.ts';
import { requestIdSchema } from '../ids.ts';
import { type JsonObject, SchemaCollector } from '../openapi/schemas.ts';
import { pushTable } from '../pushes.ts';
import { requestAliases, requestTable } from '../requests.ts';
import { requestTraceparentSchema } from '../trace-context.ts';

interface AsyncApiOptions {
  readonly title: string;
  readonly version: string;
  /** The event name of client requests. */
  readonly event?: string;
  /** The `service` of the built-in requests. */
  readonly service?: string;
  /** UTF-8 bytes of `message`. */
  readonly messageMaxBytes?: number;
  /** Of the paths, on a server of the application. */
  readonly prefix?: string;
}

export interface AsyncApiDocument {
  readonly asyncapi: '3.0.0';
  readonly info: JsonObject;
  readonly servers: JsonObject;
  readonly defaultContentType: 'application/json';
  readonly channels: Readonly<Record<'socket', JsonObject>>;
  readonly operations: Readonly<Record<string, JsonObject>>;
  readonly components: JsonObject;
}

const description = [
  'What a Socket.IO client (protocol 4 and 5 of Engine.IO, `transports: ["websocket"]`) sends and gets in the default namespace.',
  'A request goes out with an acknowledgement, whose argument is the answer; without one the answer is pushed as `response`.',
  'Answers and pushes can get new fields.',
].join(' ');

const channel = { $ref: '#/channels/socket' };
const inChannel = (name: string) => ({ $ref: `#/channels/socket/messages/${name}` });
const schemaRef = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const answerName = (request: string) => `${request}_answer`;

/** `list_members` → `ListMembers`. */
const pascalCase = (name: string) =>
  name.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());

interface Parts {
  readonly schemas: SchemaCollector;
  readonly event: string;
  readonly service: string;
}

/** The messages of one request: the envelope with its arguments, and the answer. */
function requestMessages(
  name: string,
  { args, result }: { readonly args: z.ZodType; readonly result: z.ZodType },
  { schemas, event, service }: Parts,
): Readonly<Record<string, JsonObject>> {
  schemas.add(`${pascalCase(name)}Args`, schemas.schemaOf(args, 'input'));
  const envelope = {
    type: 'object',
    additionalProperties: false,
    required: ['request_type', 'args'],
    properties: {
      service: { type: 'string', default: service },
      request_type: { type: 'string', const: name },
      request_id: schemas.schemaOf(requestIdSchema, 'input'),
      args: schemaRef(`${pascalCase(name)}Args`),
      traceparent: schemas.schemaOf(requestTraceparentSchema, 'input'),
    },
  };
  const success = {
    type: 'object',
    required: ['request_id', 'success', 'result'],
    properties: {
      request_id: schemas.schemaOf(requestIdSchema, 'output'),
      success: { type: 'boolean', const: true },
      result: schemas.schemaOf(result, 'output'),
    },
  };
  return {
    [name]: { name: event, title: name, payload: envelope, 'x-socketio': { event, ack: true } },
    [answerName(name)]: {
      name: 'ack',
      title: `The answer to ${name}`,
      payload: { oneOf: [success, schemaRef('FailedAnswer')] },
      'x-socketio': { ackOf: name },
    },
  };
}

const requestOperation = (name: string): JsonObject => {
  const aliases: Readonly<Record<string, string>> = requestAliases;
  return {
    action: 'receive',
    channel,
    messages: [inChannel(name)],
    reply: { channel, messages: [inChannel(answerName(name))] },
    ...(Object.hasOwn(aliases, name) ? { summary: `The same as ${aliases[name]}` } : {}),
  };
};

const pushOperation = (name: string): JsonObject => ({
  action: 'send',
  channel,
  messages: [inChannel(name)],
});

/** Requests that a user may make over a socket. */
const requestsOfUsers = (messageMaxBytes?: number) =>
  Object.entries(requestTable(messageMaxBytes)).filter(([, row]) => !('callers' in row));

function failedAnswer(schemas: SchemaCollector): JsonObject {
  const failure = schemas.schemaOf(restFailureSchema, 'output');
  const { properties, required } = failure;
  return {
    ...failure,
    required: [...(Array.isArray(required) ? required : []), 'success'],
    properties: { ...Object(properties), success: { type: 'boolean', const: false } },
  };
}

export function asyncApiDocument({
  title,
  version,
  event = 'request',
  service = 'relay',
  messageMaxBytes,
  prefix = '',
}: AsyncApiOptions): AsyncApiDocument {
  const schemas = new SchemaCollector();
  schemas.add('FailedAnswer', failedAnswer(schemas));
  schemas.add('Handshake', schemas.schemaOf(handshakeSchema, 'input'));
  const requests = requestsOfUsers(messageMaxBytes);
  const parts = { schemas, event, service };
  const asked = requests.map(([name, row]) => requestMessages(name, row, parts));
  const pushed = Object.entries(pushTable).map(([name, schema]): [string, JsonObject] => [
    name,
    { name, title: name, payload: schemas.schemaOf(schema, 'output'), 'x-socketio': { event: name } },
  ]);
  const messages: JsonObject = Object.assign({}, ...asked, Object.fromEntries(pushed));
  return {
    asyncapi: '3.0.0',
    info: { title, version, description, license: { name: 'MIT' } },
    servers: {
      node: {
        host: 'localhost:3000',
        pathname: `${prefix}/socket.io/`,
        protocol: 'ws',
        description: 'A node, or the load balancer before it. The token is in `auth` of the handshake',
        'x-socketio': { namespace: '/', transports: ['websocket'], auth: schemaRef('Handshake') },
      },
    },
    defaultContentType: 'application/json',
    channels: { socket: { address: '/', title: 'The default namespace', messages } },
    operations: Object.fromEntries([
      ...requests.map(([name]) => [name, requestOperation(name)]),
      ...pushed.map(([name]) => [`on_${name}`, pushOperation(name)]),
    ]),
    components: { schemas: schemas.components },
  };
}
