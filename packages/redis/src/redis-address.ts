/** Where Redis is: one server, a set that Sentinels watch, or a Cluster. Sentences and logs name it without its password. */

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

interface Named {
  /** `host:port`, several of them joined by commas; safe to print. */
  readonly name: string;
  readonly isTls: boolean;
}

interface Credentials {
  readonly username?: string;
  readonly password?: string;
}

export interface StandaloneAddress extends Named {
  readonly kind: 'standalone';
  /** As given; holds the password. */
  readonly url: string;
}

export interface SentinelAddress extends Named {
  readonly kind: 'sentinel';
  readonly sentinels: readonly Endpoint[];
  /** Under which the Sentinels know the master. */
  readonly masterName: string;
  /** Of master and replicas. */
  readonly credentials: Credentials;
  /** Of the Sentinels themselves. */
  readonly sentinelCredentials: Credentials;
}

export interface ClusterAddress extends Named {
  readonly kind: 'cluster';
  /** Any of them tells the rest. */
  readonly seeds: readonly Endpoint[];
  /** Of every server: those of the first seed. */
  readonly credentials: Credentials;
}

export type RedisAddress = StandaloneAddress | SentinelAddress | ClusterAddress;

const redisPort = 6379;
const sentinelPort = 26_379;
const sentinelSchemes = ['redis+sentinel:', 'rediss+sentinel:'];

/** @throws Error with one sentence for a URL that cannot be used. */
export function parseRedisUrl(text: string): RedisAddress {
  if (!isDecodable(text)) throw notDecodable();
  if (sentinelSchemes.some((scheme) => text.startsWith(scheme))) return parseSentinels(text);
  const urls = text.split(',').map((part) => parseServer(part.trim()));
  const [first] = urls;
  if (first === undefined) throw notRedis();
  const isTls = first.protocol === 'rediss:';
  const name = urls.map((url) => nameOf(endpointOf(url, redisPort))).join(',');
  if (urls.length === 1) return { kind: 'standalone', url: text, name, isTls };
  if (urls.some((url) => url.protocol !== first.protocol)) {
    throw new Error(
      'REDIS_URL mixes redis:// and rediss://: all nodes of a Cluster speak TLS, or none does.',
    );
  }
  if (urls.some((url) => url.pathname.length > 1)) {
    throw new Error(
      'REDIS_URL names a database of a Redis Cluster, which has only one: leave the number out.',
    );
  }
  const seeds = urls.map((url) => endpointOf(url, redisPort));
  return { kind: 'cluster', name, isTls, seeds, credentials: credentialsOf(first) };
}

/** The same server, which has turned out to be a node of a Cluster. */
export function asClusterSeed({ url, name, isTls }: StandaloneAddress): ClusterAddress {
  const parsed = new URL(url);
  const seeds = [endpointOf(parsed, redisPort)];
  return { kind: 'cluster', name, isTls, seeds, credentials: credentialsOf(parsed) };
}

const notRedis = (): Error =>
  new Error('REDIS_URL is not a redis:// or rediss:// URL such as redis://127.0.0.1:6379.');

/** Mostly a password that was put in as it is. */
const notDecodable = (): Error =>
  new Error('REDIS_URL holds a % that begins no escape such as %40: write a % of a password as %25.');

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function parseServer(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['redis:', 'rediss:'].includes(url.protocol) || url.hostname === '') throw notRedis();
  return url;
}

/** `redis+sentinel://[user:password@]host:port,host:port/name[?sentinel_username=…&sentinel_password=…]` */
function parseSentinels(text: string): SentinelAddress {
  const parts = /^(redis|rediss)\+sentinel:\/\/(?:([^@/]*)@)?([^@/?]+)\/([^/?]+)(\?.*)?$/.exec(text);
  const [, scheme, login, hosts = '', masterName = '', query = ''] = parts ?? [];
  const urls = hosts.split(',').map((host) => `redis://${host.trim()}`);
  if (scheme === undefined || !urls.every((url) => URL.canParse(url))) {
    throw new Error(
      'REDIS_URL does not name Sentinels and a master, as redis+sentinel://host:26379,host:26379/mymaster does.',
    );
  }
  const sentinels = urls.map((url) => endpointOf(new URL(url), sentinelPort));
  const parameters = new URLSearchParams(query);
  return {
    kind: 'sentinel',
    name: `${sentinels.map(nameOf).join(',')}/${masterName}`,
    isTls: scheme === 'rediss',
    sentinels,
    masterName: decodeURIComponent(masterName),
    credentials: login === undefined ? {} : credentialsOf(parseServer(`redis://${login}@host`)),
    sentinelCredentials: credentials(
      parameters.get('sentinel_username') ?? '',
      parameters.get('sentinel_password') ?? '',
    ),
  };
}

const nameOf = ({ host, port }: Endpoint): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

/** URLs write IPv6 addresses in brackets, sockets want them without. */
const endpointOf = ({ hostname, port }: URL, defaultPort: number): Endpoint => ({
  host: hostname.replace(/^\[|\]$/g, ''),
  port: port === '' ? defaultPort : Number(port),
});

const credentialsOf = ({ username, password }: URL): Credentials =>
  credentials(decodeURIComponent(username), decodeURIComponent(password));

const credentials = (username: string, password: string): Credentials => ({
  ...(username === '' ? {} : { username }),
  ...(password === '' ? {} : { password }),
});
