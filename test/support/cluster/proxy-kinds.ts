/** HAProxy and nginx, each started with the very file of deploy/ that operators use. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { obtain } from '../../debian-package.js';

const deployed = (name: string) => fileURLToPath(new URL(`../../../deploy/${name}`, import.meta.url));

/** What differs from place to place; without a timeout the one that the files recommend. */
export interface ProxySettings {
  /** Clients of these nodes may poll. */
  readonly isPolling?: boolean;
  readonly idleTimeoutSec?: number;
  readonly requestTimeoutSec?: number;
}

export interface ProxyPlace extends ProxySettings {
  /** Empty, and the proxy's. */
  readonly folder: string;
  /** `host:port` */
  readonly listen: string;
  readonly nodes: readonly string[];
}

export interface ProxyLaunch {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export type ProxyKind = (place: ProxyPlace) => Promise<ProxyLaunch>;

const recommended = { idleTimeoutSec: 75, requestTimeoutSec: 60 };

/** The names that both files use. */
function settingsOf({ listen, nodes, ...settings }: ProxyPlace): Record<string, string> {
  const { idleTimeoutSec, requestTimeoutSec } = { ...recommended, ...settings };
  return {
    LISTEN: listen,
    ...Object.fromEntries(nodes.map((node, i) => [`NODE${i + 1}`, node])),
    IDLE_TIMEOUT: `${idleTimeoutSec}s`,
    REQUEST_TIMEOUT: `${requestTimeoutSec}s`,
  };
}

const haproxy: ProxyKind = async (place) => ({
  command: await obtain('haproxy', 'haproxy'),
  args: ['-db', '-f', deployed('haproxy.cfg')],
  environment: { ...settingsOf(place), ...(place.isPolling === true ? { POLLING: 'yes' } : {}) },
});

const nginx: ProxyKind = async (place) => {
  const BALANCE = place.isPolling === true ? 'hash $sticky_key consistent' : 'least_conn';
  const values = new Map(Object.entries({ ...settingsOf(place), BALANCE }));
  const template = await readFile(deployed('nginx.conf'), 'utf8');
  const file = join(place.folder, 'nginx.conf');
  await writeFile(
    file,
    template.replaceAll(/\$\{(\w+)\}/g, (placeholder, name: string) => values.get(name) ?? placeholder),
  );
  return {
    command: await obtain('nginx', 'nginx'),
    args: ['-p', place.folder, '-e', 'stderr', '-c', file, '-g', `daemon off; pid ${place.folder}/pid;`],
    environment: {},
  };
};

/** For `test.each`: names and kinds. */
export const proxyKinds: readonly (readonly [string, ProxyKind])[] = [
  ['HAProxy', haproxy],
  ['nginx', nginx],
];
/** The ones that ask every node whether it is ready, whatever it answers to clients. */
export const askingForHealth = proxyKinds.filter(([, kind]) => kind === haproxy);
