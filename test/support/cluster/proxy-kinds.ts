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
  /** PEM texts; the proxy speaks TLS with them. */
  readonly tls?: Readonly<Record<'cert' | 'key', string>>;
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

const haproxy: ProxyKind = async (place) => {
  const CERTIFICATE = join(place.folder, 'certificate.pem');
  if (place.tls !== undefined) await writeFile(CERTIFICATE, `${place.tls.cert}${place.tls.key}`);
  return {
    command: await obtain('haproxy', 'haproxy'),
    args: ['-db', '-f', deployed('haproxy.cfg')],
    environment: {
      ...settingsOf(place),
      ...(place.isPolling === true ? { POLLING: 'yes' } : {}),
      ...(place.tls === undefined ? {} : { CERTIFICATE }),
    },
  };
};

const nginx: ProxyKind = async (place) => {
  const BALANCE = place.isPolling === true ? 'hash $sticky_key consistent' : 'least_conn';
  const LISTEN = place.tls === undefined ? place.listen : `${place.listen} ssl`;
  const values = new Map(Object.entries({ ...settingsOf(place), BALANCE, LISTEN }));
  const template = await readFile(deployed('nginx.conf'), 'utf8');
  const file = join(place.folder, 'nginx.conf');
  if (place.tls !== undefined) await writeTls(place.folder, place.tls);
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

async function writeTls(folder: string, { cert, key }: NonNullable<ProxySettings['tls']>): Promise<void> {
  const [certFile, keyFile] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  await Promise.all([writeFile(certFile, cert), writeFile(keyFile, key)]);
  await writeFile(
    join(folder, 'tls.conf'),
    `ssl_certificate ${certFile};\nssl_certificate_key ${keyFile};\n`,
  );
}

/** For `test.each`: names and kinds. */
export const proxyKinds: readonly (readonly [string, ProxyKind])[] = [
  ['HAProxy', haproxy],
  ['nginx', nginx],
];
/** The ones that ask every node whether it is ready, whatever it answers to clients. */
export const askingForHealth = proxyKinds.filter(([, kind]) => kind === haproxy);
