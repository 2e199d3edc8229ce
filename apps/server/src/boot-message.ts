/** Writes the text that a person reads after the start: the URL, how to get a token, and commands to try. */
import { redisName } from '@plenum/redis';
import type { Config } from './config.ts';
import type { DevCluster } from './dev/dev-cluster.ts';
import { isPlaygroundServed } from './playground.ts';

type Shown = Pick<Config, 'isDev' | 'event' | 'hasPlayground'>;

interface ShownNode {
  readonly url: string;
  /** Null: no console. */
  readonly consoleLink: string | null;
  /** URL of a Redis that the command has started. */
  readonly ownRedis: string | null;
  /** Where `--lan` lets phones in. */
  readonly doorHosts?: readonly string[];
}

export function nodeHelp(
  { url, consoleLink, ownRedis, doorHosts = [] }: ShownNode,
  config: Shown & Pick<Config, 'redisUrl'>,
): string {
  return [
    '',
    `Plenum is ready at ${url}`,
    ...(ownRedis === null ? [] : redisHelp(ownRedis)),
    ...(config.redisUrl === null ? [memory] : []),
    ...inBrowser(url, consoleLink, config),
    ...(config.isDev && isPlaygroundServed(config) ? phoneHelp(doorHosts) : []),
    ...tryIt(url, config),
  ].join('\n');
}

/** The address alone opens nothing: a phone needs the token in the code. */
const phoneHelp = ([host, ...others]: readonly string[]): readonly string[] =>
  host === undefined
    ? ['A phone of your network can join too: start it with --lan (npm start -- --lan).']
    : [
        `Phones of this network come in by the QR code behind the page's button "Open on a phone" (${[host, ...others].join(', ')}).`,
      ];

const memory =
  'Groups and messages are kept in memory only: they are gone when the process ends (set REDIS_URL).';
const redisHelp = (redisUrl: string): readonly string[] => [
  `Its Redis is at ${redisUrl}, and the data are gone when the process ends (set REDIS_URL).`,
  `A backend beside it: createPlenum({ redisUrl: '${redisUrl}', mode: 'client' }) of 'plenum'.`,
];

export function clusterHelp(cluster: DevCluster, config: Shown & Pick<Config, 'redisUrl'>): string {
  const redis =
    config.redisUrl === null
      ? `${cluster.redisUrl} (its data is gone when the cluster stops)`
      : `${redisName(config.redisUrl)} (yours)`;
  return [
    '',
    `The cluster is ready at ${cluster.url}: ${cluster.nodes.length} nodes behind one port`,
    ...cluster.nodes.map((node) => `  node at http://127.0.0.1:${node.target.port} (process ${node.pid})`),
    `  Redis at ${redis}`,
    ...inBrowser(cluster.url, cluster.consoleLink, config),
    ...tryIt(cluster.url, config),
    '',
    'Ctrl-C stops everything.',
  ].join('\n');
}

function inBrowser(url: string, consoleLink: string | null, config: Shown): string[] {
  const playground = `Playground: ${url} (two people chat there, and beside them is every request and push)`;
  return [
    ...(isPlaygroundServed(config) ? [playground] : []),
    ...(!isPlaygroundServed(config) && config.isDev
      ? [`Open ${url} in a browser: it says what to do next.`]
      : []),
    ...(consoleLink === null
      ? []
      : [`Console: ${consoleLink} (for operators; works once, within ten minutes)`]),
  ];
}

/** Commands for two terminals, the same for every shell: a user that follows a group, and one that sends to it. */
export function commandsToTry(url: string): {
  readonly ada: readonly string[];
  readonly ben: readonly string[];
} {
  const line = (command: string, as: string) => `npx --no-install plenum ${command} --as ${as} --url ${url}`;
  return {
    ada: [line('join hello --create', 'ada'), line('tail hello', 'ada')],
    ben: [line('join hello', 'ben'), line('send hello "Hello, world"', 'ben')],
  };
}

const indented = (line: string) => `  ${line}`;

/** @returns what works when it is pasted in the folder where Plenum is installed, or in that of the repository */
function tryIt(
  url: string,
  { isDev, event }: Pick<Config, 'isDev' | 'event'>,
  platform = process.platform,
): string[] {
  if (!isDev) return ['A token for a user: npx --no-install plenum token --user ada'];
  const { ada, ben } = commandsToTry(url);
  return [
    '',
    'A second terminal in this folder follows a group:',
    ...ada.map(indented),
    'A third one sends:',
    ...ben.map(indented),
    // The shells of Windows have other quotes.
    ...(platform === 'win32' ? [] : ofPosixShells(url, event)),
  ];
}

const ofPosixShells = (url: string, event: string): readonly string[] => [
  '',
  'A token for a user, in dev mode:',
  `  curl -s -X POST ${url}/v1/dev/token -H 'content-type: application/json' -d '{"user_id":"ada"}'`,
  '',
  'Or plain socket.io-client, to paste (it creates a group, sends, and prints what comes back):',
  '',
  `node --input-type=module -e '`,
  `import { io } from "socket.io-client"; const { token } = await (await fetch("${url}/v1/dev/token", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ user_id: "ada" }) })).json();`,
  `const socket = io("${url}", { transports: ["websocket"], auth: { token } }).onAny((...push) => console.log(...push)), ask = (request_type, args) => socket.emitWithAck("${event}", { request_type, args }).then(console.log);`,
  `await ask("create_group", { group_id: "hello", group_type: "public" }); await ask("relay_msg", { group_id: "hello", message: "Hello, world" }); setTimeout(() => socket.close(), 500);'`,
];
