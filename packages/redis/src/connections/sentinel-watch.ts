/**
 * Hears from the Sentinels that another server is master, and which other Sentinels there are. An old master that still runs
 * goes on taking writes, which will be lost, for seconds: a client that is connected to it has to leave at once. The client
 * library's own detector listens to the switches of every master there is, and writes to the console when a Sentinel is away.
 */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Random } from '@plenum/core';
import { Redis } from 'ioredis';
import type { Endpoint, SentinelAddress } from './address.ts';
import { subscriberOptions } from './client-options.ts';
import type { KnownServers } from './known-servers.ts';
import type { Seed } from './seed-watch.ts';

const switched = '+switch-master';
const sentinelFound = '+sentinel';
/** More than any set has; a Sentinel that tells of ever new ones opens no connections without end. */
const sentinelsMax = 32;

export interface SentinelWatchDeps {
  readonly address: SentinelAddress;
  readonly known: KnownServers;
  readonly random: Random;
  /** Called with the master by every Sentinel that tells of it. */
  readonly onMaster: (master: Endpoint) => void;
}

export class SentinelWatch {
  readonly #deps: SentinelWatchDeps;
  readonly #clients: Redis[] = [];
  /** Of the Sentinels that REDIS_URL names. */
  readonly seeds: readonly Seed[];
  #isClosed = false;

  constructor(deps: SentinelWatchDeps) {
    this.#deps = deps;
    this.seeds = deps.address.sentinels.map((endpoint) => ({
      name: `${endpoint.host}:${endpoint.port}`,
      redis: this.#open(endpoint),
    }));
  }

  /** Of the Sentinels that are known now. */
  get clients(): readonly Redis[] {
    return this.#clients;
  }

  /** Opens no connection any more. */
  close(): void {
    this.#isClosed = true;
  }

  #open({ host, port }: Endpoint): Redis {
    const { address, random } = this.#deps;
    const { username, password } = address.sentinelCredentials;
    const sentinel = new Redis({
      ...subscriberOptions(random),
      host,
      port,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...(address.isTls ? { tls: {} } : {}),
      connectionName: 'plenum-sentinel-watch',
    });
    this.#clients.push(sentinel);
    // One of several: it is tried again, and the watch over the named ones tells when it is away.
    sentinel.on('error', () => undefined);
    sentinel.on('message', (channel: string, text: string) => this.#heard(channel, text.split(' ')));
    // A link that breaks here is followed by another, which asks again.
    sentinel.on('ready', () => {
      this.#ask(sentinel).catch(() => undefined);
    });
    return sentinel;
  }

  /** What was told while there was no link is asked for. */
  async #ask(sentinel: Redis): Promise<void> {
    const { masterName } = this.#deps.address;
    const asked = [
      sentinel.call('SENTINEL', 'SENTINELS', masterName),
      sentinel.subscribe(switched, sentinelFound),
      // Behind the subscription: a switch is told or found here.
      sentinel.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', masterName),
    ] as const;
    const [others, , master] = await Promise.allSettled(asked);
    if (others.status === 'fulfilled') for (const other of sentinelsIn(others.value)) this.#found(other);
    const at = master.status === 'fulfilled' ? endpointIn(master.value) : null;
    if (at !== null && !this.#isClosed) this.#deps.onMaster(at);
  }

  #heard(channel: string, words: readonly string[]): void {
    const { masterName } = this.#deps.address;
    if (channel === switched) {
      // `<name> <old host> <old port> <new host> <new port>`
      const [name, , , host, port] = words;
      const master = endpointIn([host, port]);
      if (name === masterName && master !== null) this.#deps.onMaster(master);
    } else if (channel === sentinelFound) {
      // `sentinel <id> <host> <port> @ <name> <master host> <master port>`
      const [, , host, port, , name] = words;
      const found = endpointIn([host, port]);
      if (name === masterName && found !== null) this.#found(found);
    }
  }

  #found(sentinel: Endpoint): void {
    if (this.#isClosed || this.#clients.length >= sentinelsMax) return;
    if (this.#deps.known.add(sentinel)) this.#open(sentinel);
  }
}

function endpointIn(reply: unknown): Endpoint | null {
  if (!Array.isArray(reply)) return null;
  const [host, port] = reply.map(String);
  return host !== undefined && /^\d{1,5}$/.test(port ?? '') ? { host, port: Number(port) } : null;
}

/** @param reply of SENTINEL SENTINELS: of each the fields and values in turn, or as an object. */
function sentinelsIn(reply: unknown): readonly Endpoint[] {
  if (!Array.isArray(reply)) return [];
  return reply.flatMap((one: unknown) => {
    const fields = fieldsOf(one);
    const endpoint = endpointIn([fields.get('ip'), fields.get('port')]);
    const isLost = (fields.get('flags') ?? '').split(',').includes('disconnected');
    return endpoint === null || isLost ? [] : [endpoint];
  });
}

function fieldsOf(one: unknown): ReadonlyMap<string, string> {
  if (Array.isArray(one)) {
    const words = one.map(String);
    return new Map(words.flatMap((name, i) => (i % 2 === 0 ? [[name, words[i + 1] ?? '']] : [])));
  }
  if (typeof one !== 'object' || one === null) return new Map();
  return new Map(Object.entries(one).map(([name, value]) => [name, String(value)]));
}

/**
 * Makes the client leave a server that is master no more. A Sentinel that tells early may be followed by one that still
 * names the old master, so every one that tells is heeded, unless the client is where it should be.
 */
export async function leaveFor(master: Endpoint, client: Redis): Promise<void> {
  const addresses = await addressesOf(master.host);
  const leave = () => {
    const { remoteAddress = '', remotePort } = client.stream;
    const isThere = addresses.includes(plain(remoteAddress)) && remotePort === master.port;
    if (!isThere) client.disconnect(true);
  };
  if (client.status === 'ready' || client.status === 'connect') leave();
  // An attempt that is under way must not be cut short: that would end the client for good.
  else if (client.status === 'connecting') client.once('ready', leave);
}

/** An IPv4 address may be written as one of IPv6, `::ffff:10.0.0.1`. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '');

/** Sentinels may name hosts. @returns nothing for one that cannot be found: then the client leaves. */
async function addressesOf(host: string): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [plain(host)];
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.map(({ address }) => plain(address));
}
