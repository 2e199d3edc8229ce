/** Makes the page at `/`, which explains the service and links to its parts. It loads no other files. */

import { tryIt } from './boot-message.ts';
import type { Config } from './config.ts';

const style = `
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem; color: #1c2330; background: #fff; }
  h1 { margin-bottom: 0; } pre { background: #f3f5f8; padding: 1rem; overflow-x: auto; border-radius: 6px; font-size: 13px; }
  code { background: #f3f5f8; padding: 0 .25em; } a { color: #0b57d0; }
  @media (prefers-color-scheme: dark) {
    body { color: #e6e9ef; background: #14181f; } pre, code { background: #1f2530; } a { color: #8ab4f8; }
  }`;

const escaped = (text: string) =>
  text.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0) ?? 0};`);

const placeholder = 'http://127.0.0.1:3000';

const rows: readonly (readonly [string, string])[] = [
  ['/docs', 'requests, pushes, routes and errors on one page'],
  ['/openapi.json', 'every REST route, with its shapes and error codes'],
  ['/healthz', 'the process is alive'],
  ['/readyz', 'it can serve, and in which durability class'],
];

/** A script in the page puts the address of the page into the example, because a node behind a proxy does not know it. */
export function homePage(config: Pick<Config, 'isDev' | 'event'>): string {
  const example = tryIt(placeholder, config).join('\n').trim();
  const links = rows.map(([path, what]) => `<li><a href="${path}"><code>${path}</code></a>: ${what}</li>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Plenum</title>
<style>${style}</style>
</head>
<body>
<h1>Plenum</h1>
<p>A horizontally scaled group-messaging service. Clients speak Socket.IO to this address, with
<code>transports: ['websocket']</code>, a token in <code>auth</code> and requests on the event
<code>${escaped(config.event)}</code>; servers and admins call REST under <code>/v1</code>.</p>
<ul>
${links.join('\n')}
</ul>
<h2>Try it</h2>
<pre id="example">${escaped(example)}</pre>
<script>
const example = document.getElementById('example');
example.textContent = example.textContent.replaceAll('${placeholder}', location.origin);
</script>
</body>
</html>
`;
}
