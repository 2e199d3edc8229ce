/** Writes the text that a person reads after the start: the URL, how to get a token, and commands to try. */
import type { Config } from './config.ts';
import type { DevCluster } from './dev/dev-cluster.ts';

type Shown = Pick<Config, 'isDev' | 'event'>;

export function nodeHelp(url: string, config: Shown & Pick<Config, 'redisUrl'>): string {
  const memory =
    'Groups and messages are kept in memory only: they are gone when the process ends (set REDIS_URL).';
  return [
    '',
    `Plenum is ready at ${url}`,
    ...(config.redisUrl === null ? [memory] : []),
    ...tryIt(url, config),
  ].join('\n');
}

export function clusterHelp(cluster: DevCluster, config: Shown & Pick<Config, 'redisUrl'>): string {
  const redis = config.redisUrl === null ? 'its data is gone when the cluster stops' : 'yours';
  return [
    '',
    `The cluster is ready at ${cluster.url}: ${cluster.nodes.length} nodes behind one port`,
    ...cluster.nodes.map((node) => `  node at http://127.0.0.1:${node.target.port} (process ${node.pid})`),
    `  Redis at ${cluster.redisUrl} (${redis})`,
    ...tryIt(cluster.url, config),
    '',
    'Ctrl-C stops everything.',
  ].join('\n');
}

/** @returns shell commands that work when they are pasted in the folder of the repository */
export function tryIt(url: string, { isDev, event }: Shown): string[] {
  if (!isDev) return ['A token for a user: npx --no-install plenum token --user ada'];
  return [
    '',
    'A token for a user, in dev mode:',
    `  curl -s -X POST ${url}/v1/dev/token -H 'content-type: application/json' -d '{"user_id":"ada"}'`,
    '',
    'Try it: paste this into a second terminal in this folder (it creates a group, sends, and prints what comes back).',
    '',
    `node --input-type=module -e '`,
    `import { io } from "socket.io-client"; const { token } = await (await fetch("${url}/v1/dev/token", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ user_id: "ada" }) })).json();`,
    `const socket = io("${url}", { transports: ["websocket"], auth: { token } }).onAny((...push) => console.log(...push)), ask = (request_type, args) => socket.emitWithAck("${event}", { request_type, args }).then(console.log);`,
    `await ask("create_group", { group_id: "hello", group_type: "public" }); await ask("relay_msg", { group_id: "hello", message: "Hello, world" }); setTimeout(() => socket.close(), 500);'`,
  ];
}
