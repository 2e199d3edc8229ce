/** Writes what a row of the raw log shows as code to paste: plain socket.io-client, and curl. */
import type { ConnectionRow, PushRow, RequestRow, TrafficRow } from '../session/traffic.ts';
import { placed, shell } from './rest-call.ts';
import type { RestRoute } from './rest-routes.ts';

export interface SnippetContext {
  /** Origin of the node. */
  readonly url: string;
  readonly userId: string;
  /** Event name of requests. */
  readonly event: string;
  /** False: the reader has a token in the variable TOKEN. */
  readonly hasDevTokens: boolean;
  readonly routes: Readonly<Record<string, RestRoute>>;
}

/** A module to run with Node, or to paste into one. */
export function asSocketIo(row: TrafficRow, context: SnippetContext): string {
  const { url, userId, hasDevTokens } = context;
  const token = hasDevTokens
    ? [
        `const answer = await fetch(\`\${url}/v1/dev/token\`, {`,
        `  method: 'POST',`,
        `  headers: { 'content-type': 'application/json' },`,
        `  body: JSON.stringify({ user_id: ${text(userId)} }),`,
        '});',
        'const { token } = await answer.json();',
      ]
    : ['const { TOKEN: token } = env;'];
  return [
    ...(hasDevTokens ? [] : [`import { env } from 'node:process';`]),
    `import { io } from 'socket.io-client';`,
    '',
    `const url = ${text(url)};`,
    ...token,
    ...(row.type === 'request' ? asking(row, context) : listening(row)),
    '',
  ].join('\n');
}

function asking({ envelope }: RequestRow, { event }: SnippetContext): string[] {
  const { request_type, args, service } = envelope;
  const sent = { ...(service === undefined ? {} : { service }), request_type, args };
  return [
    `const socket = io(url, { transports: ['websocket'], auth: { token } });`,
    `console.log(await socket.emitWithAck(${text(event)}, ${json(sent)}));`,
    'socket.close();',
  ];
}

/** With the position before it, an entry of a log is pushed again. */
function listening(row: PushRow | ConnectionRow): string[] {
  const positions = row.type === 'push' ? positionsBefore(row) : Reflect.get(row.payload, 'positions');
  const auth = positions === undefined ? '{ token }' : `{ token, positions: ${json(positions)} }`;
  const listener =
    row.type === 'push'
      ? `socket.on(${text(row.event)}, (push) => console.log(push));`
      : 'socket.onAny((event, push) => console.log(event, push));';
  return [`const socket = io(url, { transports: ['websocket'], auth: ${auth} });`, listener];
}

/** @returns null where REST has no way to ask the same, or to read what was pushed */
export function asCurl(row: TrafficRow, context: SnippetContext): string | null {
  const asked = row.type === 'connection' ? null : row.type === 'request' ? row.envelope : readingOf(row);
  if (asked === null) return null;
  const route = context.routes[asked.request_type];
  if (route === undefined) return null;
  const { path, body } = placed(route, asked.args, context.userId);
  const lines = [
    `curl -X ${route.method} ${shell(`${context.url}${path}`)}`,
    `-H "authorization: Bearer $TOKEN"`,
    ...(body === null ? [] : [`-H 'content-type: application/json'`, `-d ${shell(JSON.stringify(body))}`]),
  ];
  return [...shellToken(context), lines.join(' \\\n  ')].join('\n');
}

function shellToken({ hasDevTokens, url, userId }: SnippetContext): string[] {
  if (!hasDevTokens) return [];
  const body = shell(JSON.stringify({ user_id: userId }));
  const asked = `curl -s -X POST ${shell(`${url}/v1/dev/token`)} -H 'content-type: application/json' -d ${body}`;
  return [`TOKEN=$(${asked} | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')`];
}

interface Entry {
  readonly group_id: string;
  readonly epoch: string;
  readonly seq: number;
}
const isEntry = (value: unknown): value is Entry =>
  typeof value === 'object' && value !== null && 'group_id' in value && 'epoch' in value && 'seq' in value;

/** The entry of a log that a push has. */
function entryOf({ payload }: PushRow): Entry | null {
  const candidates = [payload, Reflect.get(payload, 'result')];
  return candidates.find(isEntry) ?? null;
}

function positionsBefore(row: PushRow): readonly Entry[] | undefined {
  const entry = entryOf(row);
  if (entry === null) return undefined;
  const { group_id, epoch, seq } = entry;
  return [{ group_id, epoch, seq: seq - 1 }];
}

/** The request that reads what a push has. */
function readingOf(row: PushRow): { readonly request_type: string; readonly args: object } | null {
  const entry = entryOf(row);
  const group_id: unknown = Reflect.get(row.payload, 'group_id') ?? entry?.group_id;
  if (entry !== null) return { request_type: 'history', args: { group_id, after: entry.seq - 1, limit: 1 } };
  if (row.event === 'presence_changed') return { request_type: 'presence', args: { group_id } };
  if (row.event === 'membership' || row.event === 'subscribed')
    return { request_type: 'list_groups', args: {} };
  if (row.event === 'resync') return { request_type: 'history', args: { group_id } };
  if (row.event === 'read') return { request_type: 'list_groups', args: {} };
  if (row.event === 'members_count') return { request_type: 'get_group_info', args: { group_id } };
  return null;
}

/** JSON is JavaScript; the two line separators are escaped for readers of old tools. */
const text = (value: string) =>
  JSON.stringify(value).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
const json = (value: unknown) =>
  JSON.stringify(value, null, 2).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
