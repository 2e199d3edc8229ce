/**
 * Parses REDIS_URL to an address: one server, a master that Sentinels watch, or a Cluster. Errors and logs show the
 * address without its password.
 */
import { isIP } from 'node:net';
import { type TlsFields, TlsFiles } from './tls-files.ts';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

interface Named {
  /** `host:port`, or several of them separated by commas. Contains no secret. */
  readonly name: string;
  readonly isTls: boolean;
  /** What TLS needs beyond the defaults of Node. */
  readonly tls?: TlsFiles | undefined;
}

interface Credentials {
  readonly username?: string;
  readonly password?: string;
}

export interface StandaloneAddress extends Named {
  readonly type: 'standalone';
  readonly endpoint: Endpoint;
  readonly credentials: Credentials;
  /** The IP version: 4, 6, or 0 for either. */
  readonly family?: 0 | 4 | 6;
}

export interface SentinelAddress extends Named {
  readonly type: 'sentinel';
  readonly sentinels: readonly Endpoint[];
  /** The name under which the Sentinels know the master. */
  readonly masterName: string;
  /** Used at the master and its replicas. */
  readonly credentials: Credentials;
  /** Used at the Sentinels. */
  readonly sentinelCredentials: Credentials;
}

export interface ClusterAddress extends Named {
  readonly type: 'cluster';
  /** Nodes of the Cluster. Each one can report all others. */
  readonly seeds: readonly Endpoint[];
  /** The credentials of the first seed, used at every server. */
  readonly credentials: Credentials;
}

export type RedisAddress = StandaloneAddress | SentinelAddress | ClusterAddress;

const redisPort = 6379;
const sentinelPort = 26_379;
const sentinelSchemes = ['redis+sentinel:', 'rediss+sentinel:'];

/** @throws Error with one sentence if the URL cannot be used */
export function parseRedisUrl(given: string): RedisAddress {
  const text = given.trim();
  if (!isDecodable(text)) throw notDecodable();
  if (sentinelSchemes.some((scheme) => text.startsWith(scheme))) return parseSentinels(text);
  const urls = text.split(',').map((part) => parseServer(part.trim()));
  const [first] = urls;
  if (first === undefined) throw notRedis();
  for (const url of urls) refuseRest({ path: url.pathname, query: url.searchParams, known: serverFields });
  const isTls = first.protocol === 'rediss:';
  const endpoints = urls.map((url) => endpointOf(url, redisPort));
  const name = endpoints.map(nameOf).join(',');
  const shared = { name, isTls, ...tlsOf(first.searchParams, isTls), credentials: credentialsOf(first) };
  const [endpoint, ...others] = endpoints;
  if (endpoint !== undefined && others.length === 0) {
    return { type: 'standalone', endpoint, ...shared, ...familyOf(first) };
  }
  if (urls.some((url) => url.protocol !== first.protocol)) {
    throw new Error(
      'REDIS_URL mixes redis:// and rediss://: all nodes of a Cluster speak TLS, or none does.',
    );
  }
  return { type: 'cluster', seeds: endpoints, ...shared };
}

/**
 * Formats the address without user and password. Shows nothing of a URL that cannot be parsed, or whose password cannot
 * be found.
 */
export function redisName(text: string): string {
  try {
    const { type, name, isTls } = parseRedisUrl(text);
    if (name.includes('@')) return '(set, not shown)';
    return `${isTls ? 'rediss' : 'redis'}${type === 'sentinel' ? '+sentinel' : ''}://${name}`;
  } catch {
    return '(set, not shown)';
  }
}

/** The Cluster address of a server that turned out to be a Cluster node. */
export function asClusterSeed(address: StandaloneAddress): ClusterAddress {
  const { endpoint, credentials, name, isTls, tls } = address;
  const secured = tls === undefined ? {} : { tls };
  return { type: 'cluster', name, isTls, ...secured, seeds: [endpoint], credentials };
}

const tlsFields = ['tls_ca', 'tls_cert', 'tls_key', 'tls_servername'];
const serverFields = ['username', 'password', 'family', ...tlsFields];
const sentinelFields = ['sentinel_username', 'sentinel_password', ...tlsFields];

interface Rest {
  readonly path: string;
  readonly query: URLSearchParams;
  /** Fields that the query may contain in addition to `db`. */
  readonly known: readonly string[];
}

/**
 * Publish/subscribe ignores database numbers: two databases under one prefix would keep their groups apart and mix
 * their channels, for example the typing events of `room:general`.
 * @throws Error with one sentence for a database other than 0, and for a field without effect
 */
function refuseRest({ path, query, known }: Rest): void {
  const number = path.replace(/^\//, '').replace(/\/$/, '');
  if (![number || '0', ...query.getAll('db')].every((database) => database === '0')) {
    throw new Error(
      'REDIS_URL must name database 0 or none, because all databases share their channels. Use PLENUM_PREFIX to separate services.',
    );
  }
  if ([...query.keys()].every((field) => field === 'db' || known.includes(field))) return;
  throw new Error(`REDIS_URL has an unknown field after its "?". Known fields: ${known.join(', ')}.`);
}

function familyOf(url: URL): Pick<StandaloneAddress, 'family'> {
  const text = url.searchParams.get('family');
  if (text === null) return {};
  const family = ([0, 4, 6] as const).find((one) => String(one) === text);
  if (family === undefined) throw new Error('REDIS_URL: family must be 0, 4 or 6.');
  return { family };
}

/** @throws Error with one sentence for fields without TLS, half a client certificate, or an address as a name */
function tlsOf(query: URLSearchParams, isTls: boolean): Pick<Named, 'tls'> {
  const given = tlsFields.filter((field) => query.has(field));
  const [first] = given;
  if (first === undefined) return {};
  if (!isTls) throw new Error(`REDIS_URL has ${first} without TLS: it needs rediss://.`);
  const empty = given.find((field) => query.get(field) === '');
  if (empty !== undefined) throw new Error(`REDIS_URL: ${empty} is empty.`);
  if (query.has('tls_cert') !== query.has('tls_key')) {
    throw new Error('REDIS_URL needs tls_cert and tls_key together: a client certificate and its key.');
  }
  if (isIP(query.get('tls_servername') ?? '') !== 0) {
    throw new Error('REDIS_URL: tls_servername must be a host name. An address is checked as the host is.');
  }
  const fields: TlsFields = Object.fromEntries(
    given.map((field) => [field.slice(4), query.get(field) ?? '']),
  );
  return { tls: new TlsFiles(fields) };
}

const notRedis = (): Error =>
  new Error('REDIS_URL is not a redis:// or rediss:// URL such as redis://127.0.0.1:6379.');

/** The usual cause is a password that is not escaped. */
const notDecodable = (): Error =>
  new Error('REDIS_URL contains a % that begins no escape such as %40. Write % in a password as %25.');

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
  if (url.hash !== '') throw new Error('REDIS_URL must not contain #. Write # in a password as %23.');
  return url;
}

/** `redis+sentinel://[user:password@]host:port,host:port/name[?sentinel_username=…&sentinel_password=…]` */
function parseSentinels(text: string): SentinelAddress {
  const parts = /^(redis|rediss)\+sentinel:\/\/(?:([^@/]*)@)?([^@/?]+)\/([^/?]+)(\/[^?]*)?(\?.*)?$/.exec(
    text,
  );
  const [, scheme, login, hosts = '', masterName = '', path = '', query = ''] = parts ?? [];
  const urls = hosts.split(',').map((host) => `redis://${host.trim()}`);
  if (scheme === undefined || !urls.every((url) => URL.canParse(url))) {
    throw new Error(
      'REDIS_URL must name Sentinels and a master, for example redis+sentinel://host:26379,host:26379/mymaster.',
    );
  }
  // An unescaped / in a password ends the hosts early: the rest of the password would become the name of the master.
  if (`${masterName}${path}`.includes('@')) {
    throw new Error('REDIS_URL must not contain @ after its hosts. Write / in a password as %2F.');
  }
  const sentinels = urls.map((url) => endpointOf(new URL(url), sentinelPort));
  const parameters = new URLSearchParams(query);
  refuseRest({ path, query: parameters, known: sentinelFields });
  return {
    type: 'sentinel',
    name: `${sentinels.map(nameOf).join(',')}/${masterName}`,
    isTls: scheme === 'rediss',
    ...tlsOf(parameters, scheme === 'rediss'),
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

/** Removes the brackets of an IPv6 address: a URL needs them, a socket does not accept them. */
const endpointOf = ({ hostname, port }: URL, defaultPort: number): Endpoint => ({
  host: hostname.replace(/^\[|\]$/g, ''),
  port: port === '' ? defaultPort : Number(port),
});

/** Some providers write user and password as fields after the "?". */
const credentialsOf = ({ username, password, searchParams }: URL): Credentials =>
  credentials(
    username === '' ? (searchParams.get('username') ?? '') : decodeURIComponent(username),
    password === '' ? (searchParams.get('password') ?? '') : decodeURIComponent(password),
  );

const credentials = (username: string, password: string): Credentials => ({
  ...(username === '' ? {} : { username }),
  ...(password === '' ? {} : { password }),
});
