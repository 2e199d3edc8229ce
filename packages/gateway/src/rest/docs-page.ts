/**
 * Generates the page at `/docs` from the tables of the protocol: requests, pushes, routes and errors. It loads
 * nothing from elsewhere.
 */
import {
  clusterRoutes,
  errors,
  nodeRoutes,
  pushTable,
  requestAliases,
  requestRoutes,
  requestTable,
  urlPath,
} from '@plenum/protocol';
import type { z } from 'zod';
import { shapeOf } from '../http/shape-text.ts';

interface DocsOptions {
  readonly version: string;
  /** Event name of client requests. */
  readonly event: string;
  readonly messageMaxBytes: number;
  /** On the application's own server, whose links are its own. */
  readonly isMounted: boolean;
}
type Cells = readonly string[];

const style = `
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #1c2330; background: #fff; }
  table { border-collapse: collapse; width: 100%; margin-bottom: 2rem; } td, th { text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid #d6dbe3; }
  code { font-size: 13px; white-space: pre-wrap; overflow-wrap: anywhere; }
  @media (prefers-color-scheme: dark) { body { color: #e6e9ef; background: #14181f; } td, th { border-color: #333b48; } a { color: #8ab4f8; } }`;

const escaped = (text: string) =>
  text.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0) ?? 0};`);
const code = (text: string) => `<code>${escaped(text)}</code>`;
const shape = (schema: z.ZodType, io: 'input' | 'output') => code(shapeOf(schema, io));

const table = (heads: Cells, rows: readonly Cells[]) =>
  [
    '<table>',
    `<tr>${heads.map((head) => `<th>${head}</th>`).join('')}</tr>`,
    ...rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`),
    '</table>',
  ].join('\n');

function requestRows(messageMaxBytes: number): Cells[] {
  const aliases: Readonly<Record<string, string>> = requestAliases;
  return Object.entries(requestTable(messageMaxBytes)).map(([name, { args, result }]) => {
    const target = Object.hasOwn(aliases, name) ? ` = ${aliases[name]}` : '';
    return [code(name) + target, shape(args, 'input'), shape(result, 'output')];
  });
}

const pushRows = (): Cells[] =>
  Object.entries(pushTable).map(([name, schema]) => [code(name), shape(schema, 'output')]);

const routeRows = (messageMaxBytes: number): Cells[] =>
  [...requestRoutes(messageMaxBytes), ...clusterRoutes, ...nodeRoutes].map((route) => [
    code(`${route.method} ${urlPath(route.path)}`),
    escaped(route.summary),
    route.body === null ? '' : shape(route.body, 'input'),
  ]);

const errorRows = (): Cells[] =>
  Object.entries(errors).map(([name, { http, text, retry }]) => [
    code(name),
    String(http),
    escaped(text),
    retry ? 'yes' : '',
  ]);

const howToBuild = `<p>The guides are not built on this node. In the repository run ${code('npm run docs:build')}, then start the
node again; the package from npm has them.</p>
`;

export function docsPage({ version, event, messageMaxBytes, isMounted }: DocsOptions): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Plenum API</title>
<style>${style}</style>
</head>
<body>
<h1>Plenum ${escaped(version)}</h1>
<p>Clients connect with Socket.IO, <code>transports: ['websocket']</code> and a token in <code>auth</code>. Requests go out on the
event ${code(event)} as <code>{ service?, request_type, request_id?, args? }</code> and are acknowledged with
<code>{ request_id, success: true, result }</code> or <code>{ request_id, success: false, error, code, can_retry, … }</code>.
The REST routes in machine-readable form: <a href="openapi.json">/openapi.json</a>.</p>
${isMounted ? '' : howToBuild}<h2 id="requests">Requests</h2>
${table(['request_type', 'args', 'result'], requestRows(messageMaxBytes))}
<h2 id="pushes">Pushes</h2>
${table(['event', 'payload'], pushRows())}
<h2 id="rest">REST</h2>
${table(['route', 'does', 'body'], routeRows(messageMaxBytes))}
<h2 id="errors">Errors</h2>
${table(['code', 'HTTP', 'text', 'may succeed later'], errorRows())}
</body>
</html>
`;
}
