/**
 * Hears from the Sentinels that another server is master. An old master that still runs goes on taking writes, which will
 * be lost, for seconds: whoever is connected to it has to leave at once. The client library's own detector listens to the
 * switches of every master there is, and writes to the console when a Sentinel is away.
 */
import type { Random } from '@plenum/core';
import { Redis } from 'ioredis';
import { subscriberOptions } from './client-options.ts';
import type { Endpoint, SentinelAddress } from './redis-address.ts';

const channel = '+switch-master';

export class SentinelWatch {
  readonly #sentinels: readonly Redis[];

  /** @param onSwitch called with the new master by every Sentinel that tells of it */
  constructor(address: SentinelAddress, random: Random, onSwitch: (master: Endpoint) => void) {
    const { username, password } = address.sentinelCredentials;
    this.#sentinels = address.sentinels.map(({ host, port }) => {
      const sentinel = new Redis({
        ...subscriberOptions(random),
        host,
        port,
        ...(username === undefined ? {} : { username }),
        ...(password === undefined ? {} : { password }),
        ...(address.isTls ? { tls: {} } : {}),
        connectionName: 'plenum-sentinel-watch',
      });
      // One of several: its absence is no news, and it is tried again.
      sentinel.on('error', () => undefined);
      // `<name> <old host> <old port> <new host> <new port>`
      sentinel.on('message', (_: string, text: string) => {
        const [name, , , newHost = '', newPort] = text.split(' ');
        if (name === address.masterName) onSwitch({ host: newHost, port: Number(newPort) });
      });
      // A link that breaks here is followed by another, which asks again.
      sentinel.on('ready', () => sentinel.subscribe(channel).catch(() => undefined));
      return sentinel;
    });
  }

  get clients(): readonly Redis[] {
    return this.#sentinels;
  }
}

/**
 * Makes the client leave a server that is master no more. A Sentinel that tells early may be followed by one that still
 * names the old master, so every one that tells is heeded, unless the client is where it should be.
 */
export function leaveFor(master: Endpoint, client: Redis): void {
  const leave = () => {
    const { remoteAddress, remotePort } = client.stream;
    if (remoteAddress !== master.host || remotePort !== master.port) client.disconnect(true);
  };
  if (client.status === 'ready' || client.status === 'connect') leave();
  // An attempt that is under way must not be cut short: that would end the client for good.
  else if (client.status === 'connecting') client.once('ready', leave);
}
