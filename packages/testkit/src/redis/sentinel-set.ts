/** A master, its replicas and three Sentinels on 127.0.0.1. A test can order a failover or kill the master. */
import type { RedisServer } from './redis-server.ts';
import { ServerSet, type ServerSetOptions } from './server-set.ts';
import { asService } from './shipped-acl.ts';

export interface SentinelSetOptions extends ServerSetOptions {
  /** Default 1. */
  readonly replicas?: number;
}

const masterName = 'main';
const sentinelCount = 3;
/** Production takes 5 s or more. Long enough that Sentinels do not take a server without CPU time for a dead one. */
const downAfterMs = 2500;

export class SentinelSet extends ServerSet {
  readonly #servers: RedisServer[] = [];
  readonly #sentinels: RedisServer[] = [];

  /** Resolves when every Sentinel knows the others and the replicas. */
  static async start({ replicas = 1, ...options }: SentinelSetOptions = {}): Promise<SentinelSet> {
    const set = new SentinelSet(options);
    try {
      await set.#startServers(replicas);
      await set.#startSentinels();
      return set;
    } catch (error) {
      await set.stop();
      throw error;
    }
  }

  /** Value of `REDIS_URL`. */
  get url(): string {
    const hosts = this.#sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',');
    const { protocol, username, password, search } = new URL(this.#sentinels[0]?.serviceUrl ?? '');
    const query = new URLSearchParams(search);
    if (username !== '') query.set('sentinel_username', username);
    if (password !== '') query.set('sentinel_password', password);
    const fields = query.size === 0 ? '' : `?${query}`;
    return asService(`${protocol.replace(':', '')}+sentinel://${hosts}/${masterName}${fields}`);
  }

  /** The master and its replicas. */
  get servers(): readonly RedisServer[] {
    return this.#servers;
  }
  get sentinels(): readonly RedisServer[] {
    return this.#sentinels;
  }

  /** The server that the Sentinels call master now. */
  async master(): Promise<RedisServer> {
    const [sentinel] = this.#sentinels;
    if (sentinel === undefined) throw new Error('There is no Sentinel.');
    const address = await this.ask(sentinel, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', masterName);
    const port = Array.isArray(address) ? Number(address[1]) : 0;
    const master = this.#servers.find((server) => server.port === port);
    if (master === undefined) throw new Error(`No server of this set is at port ${port}.`);
    return master;
  }

  /**
   * Makes a replica the master while the old master keeps running. Writes before the call are kept. Resolves when the
   * Sentinels name the new master.
   */
  async failover(): Promise<void> {
    const old = await this.master();
    await this.#untilCopied(old);
    const [sentinel] = this.#sentinels;
    if (sentinel === undefined) throw new Error('There is no Sentinel.');
    // A Sentinel refuses until it knows enough about the replicas.
    await this.until('a failover begins', () =>
      this.ask(sentinel, 'SENTINEL', 'FAILOVER', masterName).then(
        () => true,
        () => false,
      ),
    );
    await this.untilReplaced(old);
  }

  /** Kills the master (SIGKILL). @returns the dead server, whose data stay for `restart` */
  async killMaster(): Promise<RedisServer> {
    const master = await this.master();
    await master.kill();
    return master;
  }

  /** Resolves when another server is master and says so itself. */
  untilReplaced(old: RedisServer): Promise<void> {
    return this.until('another server is master', async () => {
      const master = await this.master();
      return master !== old && (await this.field(master, 'role', 'INFO', 'replication')) === 'master';
    });
  }

  /** Resolves when the old master knows that it is a replica: until then it acknowledges what will be lost. */
  untilReplica(old: RedisServer): Promise<void> {
    return this.until('the old master is a replica', async () => {
      return (await this.field(old, 'role', 'INFO', 'replication')) === 'slave';
    });
  }

  /** Resolves when every replica has what the master has now. */
  async #untilCopied(master: RedisServer): Promise<void> {
    const written = Number(await this.field(master, 'master_repl_offset', 'INFO', 'replication'));
    const replicas = this.#servers.filter((server) => server !== master && server.isRunning);
    await this.until('the replicas have everything', async () => {
      const offsets = replicas.map((one) => this.field(one, 'slave_repl_offset', 'INFO', 'replication'));
      return (await Promise.all(offsets)).every((offset) => Number(offset) >= written);
    });
  }

  async #startServers(replicas: number): Promise<void> {
    const shared = ['--repl-diskless-sync-delay', '0'];
    const master = await this.launch({ args: shared });
    this.#servers.push(master);
    const replicaOf = ['--replicaof', `127.0.0.1 ${master.port}`];
    const started = Array.from({ length: replicas }, () => this.launch({ args: [...shared, ...replicaOf] }));
    this.#servers.push(...(await Promise.all(started)));
    await this.until('every replica is in sync', async () => {
      const text = String(await this.ask(master, 'INFO', 'replication'));
      return text.split('state=online').length - 1 === replicas;
    });
  }

  /** How Sentinels log in at Redis and at each other. */
  #sentinelLogins(): readonly string[] {
    if (this.peerLogin === undefined) return [];
    const { username, password } = this.peerLogin;
    return [
      `sentinel auth-user ${masterName} ${username}`,
      `sentinel auth-pass ${masterName} ${password}`,
      `sentinel sentinel-user ${username}`,
      `sentinel sentinel-pass ${password}`,
    ];
  }

  async #startSentinels(): Promise<void> {
    const master = this.#servers[0];
    if (master === undefined) throw new Error('There is no master to watch.');
    const sentinel = [
      `sentinel monitor ${masterName} 127.0.0.1 ${master.port} ${Math.ceil(sentinelCount / 2)}`,
      `sentinel down-after-milliseconds ${masterName} ${downAfterMs}`,
      `sentinel failover-timeout ${masterName} 5000`,
      ...this.#sentinelLogins(),
    ];
    const started = Array.from({ length: sentinelCount }, () => this.launch({ sentinel }));
    this.#sentinels.push(...(await Promise.all(started)));
    for (const one of this.#sentinels) {
      await this.until('the Sentinels know each other and the replicas', async () => {
        const text = String(await this.ask(one, 'INFO', 'sentinel'));
        return text.includes(`slaves=${this.#servers.length - 1},sentinels=${sentinelCount}`);
      });
    }
  }
}
