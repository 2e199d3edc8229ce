/** The pages about requests, pushes, shapes, REST routes and errors, from the tables of the protocol. */
import {
  closingPushSchema,
  errors,
  openApiDocument,
  pushTable,
  type RequestType,
  requestRoutes,
  requestTable,
  resyncReasonSchema,
  urlPath,
} from '@plenum/protocol';
import { closingNotes, errorNotes, resyncNotes } from '../../packages/protocol/src/error-notes.ts';
import { SchemaCollector } from '../../packages/protocol/src/openapi/schemas.ts';
import { pushNotes } from '../../packages/protocol/src/push-notes.ts';
import { Fields, isSchema, type Schema } from './fields.ts';
import { page } from './page.ts';

const document = openApiDocument({ title: 'Plenum', version: '0' });
const routes = requestRoutes();

/** Requests that have no route. */
const socketOnly: Readonly<Partial<Record<RequestType, string>>> = {
  send_message: 'The same as `relay_msg`',
  subscribe: 'Attach this device to groups, each from a position',
  unsubscribe: 'Detach this device from groups; the membership stays',
  refresh_token: 'Replace the token of this socket by a newer one of the same user',
  typing: 'Show the other members that the user types',
  mark_read: 'Set how far the user has read; the mark never falls',
};

const routeOf = (name: string) => routes.find(({ request }) => request === name);
const operationOf = (name: string): Schema => {
  const route = routeOf(name);
  if (route === undefined) return {};
  const path = urlPath(route.path.replaceAll(/(?<!:):(\w+)/g, '{$1}'));
  return document.paths[path]?.[route.method.toLowerCase()] ?? {};
};

const sentence = (text: unknown): string => {
  const plain = String(text ?? '').trim();
  return plain === '' || /[.:]$/.test(plain) ? plain : `${plain}.`;
};

function requestSection(name: RequestType, fields: Fields, schemas: SchemaCollector): string {
  const row: { readonly callers?: string; readonly access: string } = requestTable()[name];
  const { args, result } = requestTable()[name];
  const route = routeOf(name);
  const operation = operationOf(name);
  const summary = operation['summary'] ?? socketOnly[name];
  if (summary === undefined) throw new Error(`no summary for ${name}: add one to socketOnly`);
  const about = [
    row.callers === 'service' ? 'For the service only' : 'For users and the service',
    row.access === 'read' ? 'a read' : 'a change',
    ...(route === undefined
      ? ['only over a socket']
      : [`REST: [\`${route.method} ${urlPath(route.path)}\`](rest.md#${String(operation['operationId'])})`]),
  ];
  return [
    `### ${name}`,
    '',
    sentence(summary),
    ...(operation['description'] === undefined ? [] : ['', sentence(operation['description'])]),
    '',
    `${about.join(' · ')}`,
    '',
    fields.table(schemas.schemaOf(args, 'input'), 'argument'),
    '',
    fields.table(schemas.schemaOf(result, 'output'), 'result'),
  ].join('\n');
}

/** Tags of the document in its order; requests without a route follow as `socket`. */
const tagOf = (name: string): string =>
  String(Array.isArray(operationOf(name)['tags']) ? Object(operationOf(name)['tags'])[0] : 'this socket');

interface ProtocolPages {
  readonly rest: string;
  readonly requests: string;
  readonly pushes: string;
  readonly shapes: string;
}

export function protocolPages(): ProtocolPages {
  const schemas = new SchemaCollector();
  const names = Object.keys(requestTable()) as RequestType[];
  const table = requestTable();
  for (const name of names) {
    schemas.schemaOf(table[name].args, 'input');
    schemas.schemaOf(table[name].result, 'output');
  }
  for (const push of Object.values(pushTable)) schemas.schemaOf(push, 'output');
  const fields = new Fields({ ...Object(document.components['schemas']), ...schemas.components });
  const tags = [...new Set(names.map(tagOf))];
  const requests = page(
    'Requests',
    'Which requests can a socket send, with which arguments, and what is the answer?',
    [
      'A request goes out on the event `request` (`PLENUM_EVENT`) as `{ service?, request_type, request_id?, args?, traceparent? }`. Its ack, or the push',
      '`response` if it came without an ack, is `{ request_id, success: true, result }` or',
      '`{ request_id, success: false, error, code, can_retry, retry_after_ms?, details? }` with a [code](errors.md).',
      'A change may carry a `request_id`: the same id gives the first successful answer again, for 10 minutes. Unknown arguments are refused.',
      'The same as data: `GET /asyncapi.json` at any node, an AsyncAPI 3 document of requests, answers and [pushes](pushes.md).',
      '',
      ...tags.flatMap((tag) => [
        `## ${tag.slice(0, 1).toUpperCase()}${tag.slice(1)}`,
        '',
        ...names
          .filter((name) => tagOf(name) === tag)
          .flatMap((name) => [requestSection(name, fields, schemas), '']),
      ]),
    ],
  );
  const pushes = page('Pushes', 'What does a socket receive without asking?', [
    'Each is an event of Socket.IO with one object. A client that was written before a field existed ignores that field.',
    '',
    ...Object.entries(pushTable).flatMap(([name, schema]) => [
      `## ${name}`,
      '',
      pushNotes[name as keyof typeof pushNotes],
      '',
      fields.table(schemas.schemaOf(schema, 'output'), 'field'),
      '',
    ]),
  ]);
  const rest = restPage(fields);
  return { requests, pushes, rest, shapes: shapesPage(fields) };
}

function shapesPage(fields: Fields): string {
  const done = new Map<string, string>();
  for (;;) {
    const next = [...fields.mentioned].find((name) => !done.has(name));
    if (next === undefined) break;
    done.set(next, fields.table(fields.named(next), 'field'));
  }
  const sections = [...done]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, table]) => {
      const { description } = fields.named(name);
      return [`## ${name}`, '', ...(description === undefined ? [] : [sentence(description), '']), table, ''];
    });
  return page('Shapes', 'What is in the objects that several requests and pushes have?', sections);
}

function restPage(fields: Fields): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const sections = document.tags.flatMap(({ name, description }) => [
    `## ${String(name).slice(0, 1).toUpperCase()}${String(name).slice(1)}`,
    '',
    sentence(description),
    '',
    ...operations
      .filter(({ operation }) => Object(operation['tags'])[0] === name)
      .flatMap(({ path, method, operation }) => [operationSection(method, path, operation, fields), '']),
  ]);
  return page('REST', 'Which routes are there, and what do they take and answer?', [
    'Send `Authorization: Bearer <admin token, or a token of a user>`. A success is the bare result, a failure has one shape with a',
    '[code](errors.md). A change takes an `Idempotency-Key`: the same key repeats the first successful answer for 10 minutes. The same as data:',
    '`GET /openapi.json` at any node, an OpenAPI 3.1 document from which clients can be generated (tested with `openapi-typescript` and',
    '`openapi-python-client`).',
    '',
    ...sections,
  ]);
}

function operationSection(method: string, path: string, operation: Schema, fields: Fields): string {
  const { operationId, summary, description, parameters, requestBody, security } = operation;
  const own = (Array.isArray(parameters) ? parameters : []).filter(isSchema);
  const rows = own.map(
    ({ name, in: place, required, description: text }) =>
      `| \`${name}\` | ${place}${required === true ? '' : ' *optional*'} | ${String(text ?? '').replaceAll('|', '\\|')} |`,
  );
  const { 'application/json': json } = Object(Object(requestBody)['content']);
  const scope = (Array.isArray(security) ? security : []).flatMap((one) => [
    ...('adminToken' in one
      ? [`an admin token${one.adminToken.length > 0 ? ` with the scope \`${one.adminToken[0]}\`` : ''}`]
      : []),
    ...('userToken' in one ? ['a user'] : []),
  ]);
  return [
    `### ${String(operationId)}`,
    '',
    `\`${method} ${path}\``,
    '',
    sentence(summary),
    ...(description === undefined ? [] : ['', sentence(description)]),
    '',
    `For ${scope.length === 0 ? 'anyone, without a token' : scope.join(' or ')}.`,
    ...(rows.length === 0 ? [] : ['', '| parameter | in | |', '|---|---|---|', ...rows]),
    ...(json === undefined ? [] : ['', fields.table(json.schema, 'field of the body')]),
    ...(json?.example === undefined ? [] : ['', '```json', JSON.stringify(json.example, null, 2), '```']),
  ].join('\n');
}

export function errorsPage(): string {
  const sections = Object.entries(errors).map(([code, { http, text, retry }]) => {
    const { why, fix } = errorNotes[code as keyof typeof errorNotes];
    return [
      `## ${code}`,
      '',
      `**${http}** · ${retry ? '`can_retry: true`' : '`can_retry: false`'} · “${text}”`,
      '',
      `**Why.** ${why}`,
      '',
      `**What to do.** ${fix}`,
      '',
    ].join('\n');
  });
  const row = (name: string, text: string) => `| \`${name}\` | ${text} |`;
  return page('Errors', 'I got this code. Why, and what do I do?', [
    'Every failure is `{ success: false, code, error, can_retry, retry_after_ms?, details? }`; over REST it has the status of its code.',
    '`can_retry`: the same request under the same `request_id` may succeed later; it is also true where `retry_after_ms` says when. `details` names',
    'the field, the limit or the reason. A handshake is refused with one of these codes: in `data.code` of `connect_error`, or, where it may pass, by [the end of the connection](../concepts/resume.md#refused). Match on `code`,',
    'never on `error`. Codes can be added: treat an unknown one by its `can_retry`.',
    '',
    `Codes: ${Object.keys(errors)
      .map((code) => `[\`${code}\`](#${code})`)
      .join(' ')}`,
    '',
    ...sections,
    '## closing',
    '',
    'Before a socket is cut, the push `closing` gives the reason, if there is time for it.',
    '',
    '| code | |',
    '|---|---|',
    ...closingPushSchema.shape.code.options.map((code) => row(code, closingNotes[code])),
    '',
    '## resync',
    '',
    '`resync`, and an attach that did not recover, give the reason why the log does not continue a position.',
    '',
    '| reason | |',
    '|---|---|',
    ...resyncReasonSchema.options.map((reason) => row(reason, resyncNotes[reason])),
  ]);
}
