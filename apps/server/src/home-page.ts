/** Makes the page at `/`: in dev mode the first steps, else what this address is. It loads no other files. */

import { commandsToTry } from './boot-message.ts';
import type { Config } from './config.ts';

const style = `
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem; color: #1c2330; background: #fff; }
  h1 { margin-bottom: 0; } h2 { margin: 2rem 0 0; font-size: 1.15rem; }
  pre { background: #f3f5f8; padding: 1rem; overflow-x: auto; border-radius: 6px; font-size: 13px; }
  code { background: #f3f5f8; padding: 0 .25em; } pre code { padding: 0; } a { color: #0b57d0; }
  @media (prefers-color-scheme: dark) {
    body { color: #e6e9ef; background: #14181f; } pre, code { background: #1f2530; } a { color: #8ab4f8; }
  }`;

const escaped = (text: string) =>
  text.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0) ?? 0};`);
const code = (text: string) => `<pre><code>${escaped(text)}</code></pre>`;

const placeholder = 'http://127.0.0.1:3000';

type Row = readonly [path: string, what: string];
const documents: Row = ['/docs', 'the documents'];
const others: readonly Row[] = [
  ['/openapi.json', 'every REST route, with its shapes and error codes'],
  ['/asyncapi.json', 'what a socket sends and gets'],
  ['/healthz', 'the process is alive'],
  ['/readyz', 'it can serve, and in which durability class'],
];
const list = (docs: Config['docs']) =>
  `<ul>\n${[...(docs === 'on' ? [documents] : []), ...others].map(([path, what]) => `<li><a href="${path}"><code>${path}</code></a>: ${what}</li>`).join('\n')}\n</ul>`;

const program = `import { createClient } from '@plenum/client';

const url = '${placeholder}';
const asAda = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"user_id":"ada"}' };
const token = async () => (await (await fetch(\`\${url}/v1/dev/token\`, asAda)).json()).token;

const client = createClient({ url, token });
client.on('message', ({ seq, from_user_id, message }) => console.log(seq, from_user_id, message));
await client.connect();
await client.join('hello', { ensure: true }); // makes the group if there is none
await client.send('hello', 'Hello, world');`;

const firstSteps = (
  docs: Config['docs'],
): string => `<p>This node runs in development mode: it gives a token to any user id, and only this machine reaches it.</p>
<h2>Two people in two terminals</h2>
<p>One follows a group, in the folder where Plenum is installed:</p>
${code(commandsToTry(placeholder).ada.join('\n'))}
<p>The other one sends:</p>
${code(commandsToTry(placeholder).ben.join('\n'))}
<h2>A program</h2>
<p><code>npm install @plenum/client</code>, save this as <code>hello.mjs</code>, and <code>node hello.mjs</code>. In a page it is the same.</p>
${code(program)}
<h2>Read on</h2>
${list(docs)}
<h2>Your own settings</h2>
<p><code>npx plenum init</code> writes a configuration file, a compose file and secrets. Outside of development mode your backend
signs the tokens.</p>
<script>
for (const block of document.querySelectorAll('pre code'))
  block.textContent = block.textContent.replaceAll('${placeholder}', location.origin);
</script>`;

const whatThisIs = (
  event: string,
  docs: Config['docs'],
): string => `<p>Group messaging. Clients speak Socket.IO to this address, with <code>transports: ['websocket']</code>, a token in
<code>auth</code> and requests on the event <code>${escaped(event)}</code>; servers and admins call REST under <code>/v1</code>.</p>
${list(docs)}`;

/** A script in the page puts the address of the page into the examples, because a node behind a proxy does not know it. */
export const homePage = ({
  isDev,
  event,
  docs,
}: Pick<Config, 'isDev' | 'event' | 'docs'>): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Plenum</title>
<style>${style}</style>
</head>
<body>
<h1>Plenum</h1>
${isDev ? firstSteps(docs) : whatThisIs(event, docs)}
</body>
</html>
`;
