/** A Redis Cluster on 127.0.0.1, each master with one replica. Tests move its slots, and kill or replace its masters. */
import { freePort } from '@plenum/local-redis';
import type { RedisServer } from './redis-server.ts';
import { ServerSet, type ServerSetOptions } from './server-set.ts';

const slotCount = 16_384;
/** Production has 15 s. Long enough that the others do not take a server without CPU time for a dead one. */
const nodeTimeoutMs = 4000;
const keysPerMove = 100;

export interface ClusterSetOptions extends ServerSetOptions {
  /** Default 3. */
  readonly masters?: number;
}

interface Member {
  readonly server: RedisServer;
  readonly id: string;
  /** Of the cluster bus. */
  readonly busPort: number;
}

export class ClusterSet extends ServerSet {
  readonly #members: Member[] = [];

  /** Resolves when every server sees all slots served and every replica is in sync. */
  static async start({ masters = 3, ...options }: ClusterSetOptions = {}): Promise<ClusterSet> {
    const set = new ClusterSet(options);
    try {
      await Promise.all(Array.from({ length: masters * 2 }, () => set.#join()));
      await set.#form(masters);
      return set;
    } catch (error) {
      await set.stop();
      throw error;
    }
  }

  /** Value of `REDIS_URL`: every server is a seed. */
  get url(): string {
    return this.#members.map(({ server }) => server.serviceUrl).join(',');
  }

  get servers(): readonly RedisServer[] {
    return this.#members.map(({ server }) => server);
  }

  /** Every master that lives, as the others see it. */
  async masters(): Promise<readonly RedisServer[]> {
    const lines = await this.#nodes();
    const living = lines.filter(({ flags }) => flags.includes('master') && !flags.includes('fail'));
    // The others notice only after a while that a server is dead.
    return living.map(({ id }) => this.#member(id).server).filter(({ isRunning }) => isRunning);
  }

  /** The server that serves the slot, as the others see it. */
  async masterOf(slot: number): Promise<RedisServer> {
    const lines = (await this.#nodes()).filter(
      ({ flags }) => flags.includes('master') && !flags.includes('fail'),
    );
    const line = lines.find(({ ranges }) => ranges.some(([first, last]) => slot >= first && slot <= last));
    return this.#member(line?.id ?? '').server;
  }

  async replicaOf(master: RedisServer): Promise<RedisServer> {
    const id = this.#memberAt(master).id;
    const line = (await this.#nodes()).find(
      ({ masterId, flags }) => masterId === id && !flags.includes('fail'),
    );
    return this.#member(line?.id ?? '').server;
  }

  /** Moves a slot key by key while it is in use. */
  async moveSlot(slot: number, from: RedisServer, to: RedisServer): Promise<void> {
    const [source, target] = [this.#memberAt(from), this.#memberAt(to)];
    await this.ask(to, 'CLUSTER', 'SETSLOT', slot, 'IMPORTING', source.id);
    await this.ask(from, 'CLUSTER', 'SETSLOT', slot, 'MIGRATING', target.id);
    for (;;) {
      const keys = await this.ask(from, 'CLUSTER', 'GETKEYSINSLOT', slot, keysPerMove);
      if (!Array.isArray(keys) || keys.length === 0) break;
      const login =
        this.peerLogin === undefined ? [] : ['AUTH2', this.peerLogin.username, this.peerLogin.password];
      await this.ask(
        from,
        'MIGRATE',
        '127.0.0.1',
        to.port,
        '',
        0,
        5000,
        ...login,
        'KEYS',
        ...keys.map(String),
      );
    }
    // The new owner first: between the two calls the old owner redirects, so every client gets an answer.
    await this.ask(to, 'CLUSTER', 'SETSLOT', slot, 'NODE', target.id);
    await this.ask(from, 'CLUSTER', 'SETSLOT', slot, 'NODE', target.id);
  }

  /** Adds a master without slots and without a replica. Resolves when every server knows it. */
  async addMaster(): Promise<RedisServer> {
    const [first] = this.#members;
    if (first === undefined) throw new Error('A Cluster needs servers.');
    await this.#join();
    const added = this.#members.at(-1) ?? first;
    await this.ask(first.server, 'CLUSTER', 'MEET', '127.0.0.1', added.server.port, added.busPort);
    await this.#onEach('it knows the others', 'cluster_known_nodes', String(this.#members.length));
    await this.#onEach('its state is ok', 'cluster_state', 'ok');
    return added.server;
  }

  /** The slots of a master, as the others see it. */
  async slotsOf(master: RedisServer): Promise<readonly number[]> {
    const { id } = this.#memberAt(master);
    const line = (await this.#nodes()).find((one) => one.id === id);
    return (line?.ranges ?? []).flatMap(([first, last]) =>
      Array.from({ length: last - first + 1 }, (_, i) => first + i),
    );
  }

  /** Makes a replica master without a vote, as after the loss of a data centre. */
  takeover(replica: RedisServer): Promise<unknown> {
    return this.ask(replica, 'CLUSTER', 'FAILOVER', 'TAKEOVER');
  }

  /** Resolves when another server than `old` serves the slot. */
  untilReplaced(slot: number, old: RedisServer): Promise<void> {
    return this.until('another server serves the slot', async () => {
      const master = await this.masterOf(slot).catch(() => old);
      return master !== old;
    });
  }

  async #join(): Promise<void> {
    // The default, 10,000 above the port, may be out of range.
    const busPort = await freePort();
    const server = await this.launch({
      args: [
        ...[
          '--cluster-enabled',
          'yes',
          '--cluster-announce-ip',
          '127.0.0.1',
          '--cluster-port',
          String(busPort),
        ],
        ...['--cluster-node-timeout', String(nodeTimeoutMs), '--cluster-require-full-coverage', 'no'],
        ...['--cluster-allow-replica-migration', 'no', '--repl-diskless-sync-delay', '0'],
        // A replica may take over however long its master is away: after a step of the clock there is no vote for a while.
        ...['--cluster-replica-validity-factor', '0'],
      ],
    });
    const id = String(await this.ask(server, 'CLUSTER', 'MYID'));
    this.#members.push({ server, id, busPort });
  }

  async #form(masterCount: number): Promise<void> {
    const all = this.#members;
    const [first, ...others] = all;
    if (first === undefined) throw new Error('A Cluster needs servers.');
    for (const [i, { server }] of all.entries()) await this.ask(server, 'CLUSTER', 'SET-CONFIG-EPOCH', i + 1);
    for (const { server, busPort } of others) {
      await this.ask(first.server, 'CLUSTER', 'MEET', '127.0.0.1', server.port, busPort);
    }
    await this.#onEach('it knows the others', 'cluster_known_nodes', String(all.length));
    for (let shard = 0; shard < masterCount; shard += 1) {
      const [master, replica] = [all[shard], all[shard + masterCount]];
      if (master === undefined || replica === undefined) throw new Error('Every shard has two servers.');
      const from = Math.floor((shard * slotCount) / masterCount);
      const to = Math.floor(((shard + 1) * slotCount) / masterCount) - 1;
      await this.ask(master.server, 'CLUSTER', 'ADDSLOTSRANGE', from, to);
      // A server counts another one before it knows its id.
      await this.until('the replica knows its master', () =>
        this.ask(replica.server, 'CLUSTER', 'REPLICATE', master.id).then(
          () => true,
          () => false,
        ),
      );
      await this.until('the replica is in sync', async () => {
        const status = await this.field(replica.server, 'master_link_status', 'INFO', 'replication');
        return status === 'up';
      });
    }
    await this.#onEach('it sees all slots', 'cluster_slots_ok', String(slotCount));
    await this.#onEach('its state is ok', 'cluster_state', 'ok');
    await this.#onEach('it sees all masters', 'cluster_size', String(masterCount));
  }

  async #onEach(what: string, name: string, value: string): Promise<void> {
    for (const { server } of this.#members) {
      await this.until(what, async () => (await this.field(server, name, 'CLUSTER', 'INFO')) === value);
    }
  }

  /** CLUSTER NODES of the first server that answers. */
  async #nodes() {
    const alive = this.#members.find(({ server }) => server.isRunning);
    if (alive === undefined) throw new Error('No server of the Cluster runs.');
    const text = String(await this.ask(alive.server, 'CLUSTER', 'NODES'));
    return text
      .trim()
      .split('\n')
      .map((line) => {
        const [id = '', , flags = '', masterId = '', , , , , ...slots] = line.trim().split(' ');
        const ranges = slots
          .filter((range) => /^\d+(-\d+)?$/.test(range))
          .map((range): [number, number] => {
            const [start = 0, end = start] = range.split('-').map(Number);
            return [start, end];
          });
        return { id, flags: flags.split(','), masterId, ranges };
      });
  }

  #member(id: string): Member {
    const member = this.#members.find((one) => one.id === id);
    if (member === undefined) throw new Error(`No server of the Cluster has the id "${id}".`);
    return member;
  }

  #memberAt(server: RedisServer): Member {
    const member = this.#members.find((one) => one.server === server);
    if (member === undefined) throw new Error(`The server on port ${server.port} is not of this Cluster.`);
    return member;
  }
}
