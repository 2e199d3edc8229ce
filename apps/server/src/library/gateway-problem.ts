/** Checks the option `gateway` of `createPlenum`: which keys belong together, and what paths look like. */
import { Server as HttpServer } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import { didYouMean } from '../config/names.ts';
import { type Judge, variable } from './setting-problem.ts';

/** Keys of each place, by the key that it begins with. */
const places = {
  server: ['server', 'prefix', 'path', 'namespace', 'io'],
  fastify: ['fastify', 'io', 'prefix', 'namespace'],
  own: ['host', 'port', 'console'],
} as const;
const allKeys = [...new Set(Object.values(places).flat())];

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const server: Judge = (value, field) => {
  if (value instanceof HttpServer || value instanceof HttpsServer) return null;
  const hint = typeof value === 'function' ? `: give createServer(app), on which you call listen` : '';
  return `${field} must be a server of node:http or node:https${hint}`;
};

/** Segments of letters, digits and `-._~`, with a slash before each and none at the end. A client resolves `.` and `..`. */
const path: Judge = (value, field) =>
  typeof value === 'string' && /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)+$/.test(value)
    ? null
    : `${field} must be a path such as /plenum, without a slash at its end`;

const namespace: Judge = (value, field) =>
  value === '/' || path(value, field) === null
    ? null
    : `${field} must be a name such as /groups, with a slash at its beginning and none at its end`;

const io: Judge = (value, field) =>
  isObject(value) && typeof Reflect.get(value, 'of') === 'function'
    ? null
    : `${field} must be a Server of socket.io`;

const judges: Readonly<Record<string, Judge>> = {
  host: variable('HOST', 'string'),
  port: variable('PORT', 'number'),
  server,
  prefix: path,
  path,
  namespace,
  fastify: (value, field) =>
    isObject(value) && typeof Reflect.get(value, 'register') === 'function'
      ? null
      : `${field} must be a Fastify instance`,
  io,
  console: (value, field) => (typeof value === 'boolean' ? null : `${field} must be true or false`),
};

const given = (place: object): readonly string[] =>
  Object.entries(place).flatMap(([key, value]) => (value === undefined ? [] : [key]));

/** Keys that contradict each other, or of which one is missing. */
function contradiction(keys: readonly string[], field: string): string | null {
  const isOnServer = keys.includes('server');
  const isOnFastify = keys.includes('fastify');
  if (isOnServer && isOnFastify) {
    return `${field}.server and ${field}.fastify are both given: keep one`;
  }
  const kind = isOnServer ? 'server' : isOnFastify ? 'fastify' : 'own';
  const known: readonly string[] = places[kind];
  const foreign = keys.find((key) => !known.includes(key));
  if (kind === 'own') {
    return foreign === undefined
      ? null
      : `${field}.${foreign} needs ${field}.server or ${field}.fastify beside it`;
  }
  if (foreign === 'host' || foreign === 'port') {
    return `${field}.host and ${field}.port are of no use with ${field}.${kind}: its owner listens`;
  }
  if (foreign === 'console') {
    return `${field}.console needs a port of the library: with ${field}.${kind} run plenum console --url`;
  }
  if (isOnFastify && !keys.includes('io')) {
    return `${field}.fastify needs ${field}.io beside it, or give ${field}.server: fastify.server`;
  }
  if (keys.includes('io') && keys.includes('path')) {
    return `${field}.path is of no use with ${field}.io, which has a path of its own`;
  }
  return foreign === undefined ? null : `${field}.${foreign} is of no use with ${field}.${kind}`;
}

/** Socket.IO answers all requests below its path, so no route may be there. */
function hiddenRoutes(place: object, field: string): string | null {
  const { prefix = '/plenum', path: socketPath }: { prefix?: unknown; path?: unknown } = place;
  const hidden = [prefix, `${prefix}/v1`].find((route) => `${route}/`.startsWith(`${socketPath}/`));
  if (socketPath === undefined || hidden === undefined) return null;
  return `${field}.path is ${socketPath}, where the routes of ${hidden} are: give another one, such as ${prefix}/socket.io`;
}

/** @returns a sentence about the first key that is not valid; null if all are */
export const gatewayProblem: Judge = (value, field) => {
  if (!isObject(value)) return `${field} must be an object`;
  const unknown = Object.keys(value).find((key) => !allKeys.some((known) => known === key));
  if (unknown !== undefined) {
    const near = didYouMean(unknown, allKeys);
    return `${field}.${unknown} is unknown${near === '' ? `: there are ${allKeys.join(', ')}` : near}`;
  }
  const keys = given(value);
  const contradicted = contradiction(keys, field);
  if (contradicted !== null) return contradicted;
  for (const key of keys) {
    const sentence = judges[key]?.(Reflect.get(value, key), `${field}.${key}`) ?? null;
    if (sentence !== null) return sentence;
  }
  return hiddenRoutes(value, field);
};
