/**
 * Subscribes to the Sentinels, which report a new master and other Sentinels. After a failover an old master may accept
 * writes for some seconds, and these will be lost: so every client must leave it at once. The library's own detector is
 * not used: it reacts to switches of every master, and writes to the console when a Sentinel is away.
 */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Random } from '@plenum/core';
import { Redis } from 'ioredis';
import type { Endpoint, SentinelAddress } from './address.ts';
import { sentinelLogin } from './client.ts';
import { subscriberOptions } from './client-options.ts';
import type { KnownServers } from './known-servers.ts';
import type { Seed } from './seed-watch.ts';

const switched = '+switch-master';
const sentinelFound = '+sentinel';
/** Limits the connections that a faulty Sentinel can cause by reporting ever new Sentinels. No real set has so many. */
const sentinelsMax = 32;

export interface SentinelWatchDeps {
  readonly address: SentinelAddress;
  readonly known: KnownServers;
  readonly random: Random;
  /** Called for each report of a master by a Sentinel, so several times per failover. */
  readonly onMaster: (master: Endpoint) => void;
}

export class SentinelWatch {
  readonly #deps: SentinelWatchDeps;
  readonly #clients: Redis[] = [];
  /** The Sentinels that REDIS_URL names. */
  readonly seeds: readonly Seed[];
  #isClosed = false;

  constructor(deps: SentinelWatchDeps) {
    this.#deps = deps;
    this.seeds = deps.address.sentinels.map((endpoint) => ({
      name: `${endpoint.host}:${endpoint.port}`,
      redis: this.#open(endpoint),
    }));
  }

  /** The connections to the known Sentinels. */
  get clients(): readonly Redis[] {
    return this.#clients;
  }

  /** Opens no new connection after this call. */
  close(): void {
    this.#isClosed = true;
  }

  #open({ host, port }: Endpoint): Redis {
    const { address, random } = this.#deps;
    const sentinel = new Redis({
      ...subscriberOptions(random),
      ...sentinelLogin(address),
      host,
      port,
      connectionName: 'plenum-sentinel-watch',
    });
    this.#clients.push(sentinel);
    // The library reconnects by itself, and the seed watch reports a named Sentinel that is away.
    sentinel.on('error', () => undefined);
    sentinel.on('message', (channel: string, text: string) => this.#heard(channel, text.split(' ')));
    // If the connection breaks during the question, the next `ready` event asks again.
    sentinel.on('ready', () => {
      this.#ask(sentinel).catch(() => undefined);
    });
    return sentinel;
  }

  /** Asks for the master and the other Sentinels: reports that came without a connection are lost. */
  async #ask(sentinel: Redis): Promise<void> {
    const { masterName } = this.#deps.address;
    const asked = [
      sentinel.call('SENTINEL', 'SENTINELS', masterName),
      sentinel.subscribe(switched, sentinelFound),
      // Asked after the subscription, so a switch is either published to the subscription or found here.
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

/** @param reply the reply of SENTINEL SENTINELS: per Sentinel a flat list of fields and values, or an object */
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
 * Makes a client reconnect, unless it is already connected to the reported master. A late Sentinel may report the old
 * master, so the client follows every report.
 */
export async function leaveFor(master: Endpoint, client: Redis): Promise<void> {
  const addresses = await addressesOf(master.host);
  const leave = () => {
    const { remoteAddress = '', remotePort } = client.stream;
    const isThere = addresses.includes(plain(remoteAddress)) && remotePort === master.port;
    if (!isThere) client.disconnect(true);
  };
  if (client.status === 'ready' || client.status === 'connect') leave();
  // An attempt to connect is not interrupted: that would end the client for good.
  else if (client.status === 'connecting') client.once('ready', leave);
}

/** Turns the IPv6 form of an IPv4 address, `::ffff:10.0.0.1`, into `10.0.0.1`. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '');

/** Resolves the host, because Sentinels may report names. @returns an empty list if it fails: then the client leaves */
async function addressesOf(host: string): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [plain(host)];
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.map(({ address }) => plain(address));
}
