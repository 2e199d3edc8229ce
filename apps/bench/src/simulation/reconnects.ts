/**
 * The reconnect storm after the loss of a zone. Clients wait and try as socket.io-client does, and the admission of the
 * gateway refuses or admits them; the event loop of a node and a shard of Redis work one thing after the other, each as
 * long as measured.
 */
import { EventEmitter } from 'node:events';
import { ConnectRate, type ConnectTurn } from '@plenum/gateway';
import type { CapacityFigures } from '../capacity/figures.ts';
import { type ClusterShape, drawsFor } from './cluster.ts';
import { reconnectPause, usualReconnect } from './reconnect-pause.ts';
import { VirtualClock } from './virtual-clock.ts';

export interface StormSettings extends ClusterShape {
  readonly connectionsPerNode: number;
  /** Part of a node's core that its connections took before the loss, 0 to 1; each that comes brings its part along. */
  readonly busy: number;
  /** Cores that a node gets: 1, or less where other processes use them too. */
  readonly coresPerNode: number;
  readonly shards: number;
  /** Part of a shard's core that was in use before. */
  readonly shardBusy: number;
  /** `PLENUM_CONNECT_RATE_PER_SEC` and `PLENUM_CONNECT_RATE_BURST`. */
  readonly ratePerSec: number;
  readonly burst: number;
  /** `cut`: all connections end at once. `silent`: each client finds out by a ping that does not come. */
  readonly loss: 'cut' | 'silent';
  /** `plain`: socket.io-client, which pauses as it likes. `reading`: one that reads refusals, as the SDK, and pauses as they say. */
  readonly client: 'plain' | 'reading';
  readonly groupsPerUser: number;
  /** Connected members of a group, before the loss. */
  readonly connectedPerGroup: number;
}

export interface StormOutcome {
  /** Clients of the lost zone, per remaining node. */
  readonly stormingPerNode: number;
  /** Clients that were simulated, each back exactly once. */
  readonly clients: number;
  /** From the loss, ms. */
  readonly backP50Ms: number;
  readonly backP95Ms: number;
  readonly backLastMs: number;
  /** Attempts after the first one, per client. */
  readonly retries: number;
  readonly retriesMost: number;
  /** Parts of all attempts: refused with a pause, and given up because the node did not answer in time. */
  readonly refused: number;
  readonly timedOut: number;
  /** The longest that a connect waited for the event loop of its node, ms. */
  readonly loopLineMs: number;
  /** Groups that the cluster reads from Redis for them. */
  readonly groupReads: number;
  readonly limit: StormLimit;
}

/** What the clients wait for most: their own pauses, the rate of connects, the node's CPU or Redis'. */
export type StormLimit = 'pauses of clients' | 'connect rate' | 'CPU of nodes' | 'CPU of Redis';

/** Of more nodes a part is simulated with its part of the shards: clients choose a node at random, so all nodes see the same. */
const simulatedMax = 20;
/** Of Engine.IO here: a client finds out 20 s after a ping that did not come; pings come every 25 s. */
const [pingEveryMs, pingTimeoutMs] = [25_000, 20_000];
/** How long a client waits for a connection, and a node for the packet with the token, ms. */
const [clientWaitsMs, nodeWaitsMs] = [20_000, 10_000];
/** Of its core, that a node has for connects however busy it is. */
const leastFree = 0.05;
/** A client's pause is between half of a second and one and a half: the first attempts come within one second. */
const pausesSpreadSec = 1;

export function reconnectStorm(settings: StormSettings, figures: CapacityFigures): Promise<StormOutcome> {
  return new Storm(settings, figures).run();
}

/** Of a client that comes back, us. */
interface ReturnCost {
  /** TCP and WebSocket; the packet with the token; the session and its groups. */
  readonly openUs: number;
  readonly askUs: number;
  readonly attachUs: number;
  readonly redisUs: number;
  readonly groupReads: number;
}

function costOf({ node, redis }: CapacityFigures, settings: StormSettings, sizes: Sizes): ReturnCost {
  const { survivors, lostPart } = sizes;
  const returning = Math.max(1, settings.connectedPerGroup * lostPart);
  // Those of a group who come to one node share one read.
  const perMember = (survivors * (1 - (1 - 1 / survivors) ** returning)) / returning;
  const groupReads = settings.groupsPerUser * perMember;
  return {
    groupReads,
    // A refusal has both, and what of it is which was not measured.
    openUs: node.usPerRefusal / 2,
    askUs: node.usPerRefusal / 2,
    attachUs: Math.max(0, node.usPerReturn - node.usPerRefusal) + groupReads * node.usPerGroupRead,
    redisUs: redis.usPerReturn + groupReads * redis.usPerGroupRead,
  };
}

interface Sizes {
  readonly survivors: number;
  readonly lostPart: number;
  readonly stormingPerNode: number;
}

function sizesOf({ nodes, zones, connectionsPerNode }: StormSettings): Sizes {
  const lost = Math.ceil(nodes / zones);
  const survivors = nodes - lost;
  return { survivors, lostPart: lost / nodes, stormingPerNode: (connectionsPerNode * lost) / survivors };
}

class Storm {
  readonly #settings: StormSettings;
  readonly #sizes: Sizes;
  readonly #cost: ReturnCost;
  readonly #clock = new VirtualClock();
  readonly #draw: () => number;
  readonly #nodes: readonly Station[];
  readonly #shards: readonly Station[];
  readonly #rates: readonly ConnectRate[];
  readonly #backOnNode: number[];
  readonly #backMs: number[] = [];
  readonly #counts = { attempts: 0, retriesMost: 0, refused: 0, timedOut: 0, loopLineMs: 0 };

  constructor(settings: StormSettings, figures: CapacityFigures) {
    this.#settings = settings;
    this.#sizes = sizesOf(settings);
    this.#cost = costOf(figures, settings, this.#sizes);
    this.#draw = drawsFor(settings.seed, 'reconnects');
    const simulated = Math.min(simulatedMax, this.#sizes.survivors);
    const shards = (settings.shards * simulated) / this.#sizes.survivors;
    const count = Math.max(1, Math.round(shards));
    const shardSpeed = ((1 - settings.shardBusy) * shards) / count;
    this.#nodes = Array.from({ length: simulated }, (_, node) => new Station(() => this.#freeOf(node)));
    this.#shards = Array.from({ length: count }, () => new Station(() => shardSpeed));
    const { ratePerSec, burst } = settings;
    const deps = { ratePerSec, burst, clock: this.#clock, fraction: this.#draw };
    this.#rates = this.#nodes.map(() => new ConnectRate(deps));
    this.#backOnNode = this.#nodes.map(() => 0);
  }

  async run(): Promise<StormOutcome> {
    const clients = Math.round(this.#sizes.stormingPerNode * this.#nodes.length);
    for (let i = 0; i < clients; i += 1) this.#lose();
    await this.#clock.runAll();
    const backMs = Float64Array.from(this.#backMs).sort();
    const at = (part: number) => backMs[Math.max(0, Math.ceil(backMs.length * part) - 1)] ?? 0;
    const { attempts, refused, timedOut, retriesMost, loopLineMs } = this.#counts;
    return {
      ...{
        stormingPerNode: Math.round(this.#sizes.stormingPerNode),
        clients: backMs.length,
        retriesMost,
        loopLineMs,
      },
      ...{ backP50Ms: at(0.5), backP95Ms: at(0.95), backLastMs: at(1) },
      retries: attempts / backMs.length - 1,
      refused: refused / attempts,
      timedOut: timedOut / attempts,
      groupReads: this.#cost.groupReads * this.#sizes.stormingPerNode * this.#sizes.survivors,
      limit: this.#limit(),
    };
  }

  /** The station that takes longest for all of them. */
  #limit(): StormLimit {
    const { survivors, stormingPerNode } = this.#sizes;
    const { coresPerNode, busy, shards, shardBusy, ratePerSec, burst } = this.#settings;
    const { openUs, askUs, attachUs, redisUs } = this.#cost;
    const ofNode = Math.max(
      leastFree,
      coresPerNode - busy * (1 + stormingPerNode / this.#settings.connectionsPerNode / 2),
    );
    const redisSec = (stormingPerNode * survivors * redisUs) / 1e6 / (shards * (1 - shardBusy));
    const seconds: Readonly<Record<StormLimit, number>> = {
      'pauses of clients': this.#settings.loss === 'silent' ? pingEveryMs / 1000 : pausesSpreadSec,
      'connect rate': ratePerSec === 0 ? 0 : Math.max(0, stormingPerNode - burst) / ratePerSec,
      'CPU of nodes': (stormingPerNode * (openUs + askUs + attachUs)) / 1e6 / ofNode,
      'CPU of Redis': redisSec,
    };
    const names = Object.keys(seconds) as StormLimit[];
    return names.reduce((most, name) => (seconds[name] > seconds[most] ? name : most));
  }

  /** Cores that a node has for connects now. */
  #freeOf(node: number): number {
    const { connectionsPerNode, busy, coresPerNode } = this.#settings;
    const connections = connectionsPerNode + (this.#backOnNode[node] ?? 0);
    return Math.max(leastFree, coresPerNode - (busy * connections) / connectionsPerNode);
  }

  #lose(): void {
    const noticedMs = this.#settings.loss === 'cut' ? 0 : pingTimeoutMs + this.#draw() * pingEveryMs;
    this.#clock.after(noticedMs, () => this.#again({ attempt: 0, retries: 0 }));
  }

  #again({ attempt, retries }: Tries): void {
    const pauseMs = reconnectPause(attempt, usualReconnect, this.#draw());
    this.#clock.after(pauseMs, () => this.#connect({ attempt: attempt + 1, retries }));
  }

  /** TCP and WebSocket. A plain client is refused before its WebSocket while the line is full. */
  #connect(tries: Tries): void {
    this.#counts.attempts += 1;
    this.#counts.retriesMost = Math.max(this.#counts.retriesMost, tries.retries);
    const node = Math.floor(this.#draw() * this.#nodes.length);
    const openMs = this.#workOf(node, this.#cost.openUs);
    if (openMs > clientWaitsMs) {
      this.#clock.after(clientWaitsMs, () => this.#giveUp(tries));
      return;
    }
    this.#clock.after(openMs, () => {
      const isFull = this.#settings.client === 'plain' && this.#rates[node]?.pauseNow() != null;
      if (isFull) this.#refuse(null, tries);
      else this.#ask(node, { attempt: 0, retries: tries.retries });
    });
  }

  /** The packet with the token, which comes to the end of the line; then the admission. */
  #ask(node: number, tries: Tries): void {
    if ((this.#nodes[node]?.lineMs(this.#clock.monotonicMs()) ?? 0) > nodeWaitsMs) {
      this.#clock.after(nodeWaitsMs, () => this.#giveUp(tries));
      return;
    }
    this.#clock.after(this.#workOf(node, this.#cost.askUs), () => this.#admit(node, tries));
  }

  #admit(node: number, tries: Tries): void {
    const decide = (turn: ConnectTurn | undefined) => {
      if (typeof turn === 'object') this.#refuse(turn.retryAfterMs, tries);
      else this.#admitted(node);
    };
    const turn = this.#rates[node]?.admit(new EventEmitter());
    if (turn instanceof Promise) void turn.then(decide);
    else decide(turn);
  }

  #refuse(retryAfterMs: number | null, { attempt, retries }: Tries): void {
    this.#counts.refused += 1;
    const next = { attempt, retries: retries + 1 };
    if (this.#settings.client === 'plain' || retryAfterMs === null) this.#again(next);
    else this.#clock.after(retryAfterMs, () => this.#connect(next));
  }

  /** The groups: read from Redis, and attached by the node. */
  #admitted(node: number): void {
    const shard = this.#shards[Math.floor(this.#draw() * this.#shards.length)];
    const redisMs = shard?.take(this.#clock.monotonicMs(), this.#cost.redisUs) ?? 0;
    this.#clock.after(redisMs, () => {
      this.#clock.after(this.#workOf(node, this.#cost.attachUs), () => this.#back(node));
    });
  }

  #giveUp({ attempt, retries }: Tries): void {
    this.#counts.timedOut += 1;
    this.#again({ attempt, retries: retries + 1 });
  }

  #back(node: number): void {
    this.#backOnNode[node] = (this.#backOnNode[node] ?? 0) + 1;
    this.#backMs.push(this.#clock.monotonicMs());
  }

  /** @returns after how many ms the node has done it */
  #workOf(node: number, us: number): number {
    const nowMs = this.#clock.monotonicMs();
    const station = this.#nodes[node];
    this.#counts.loopLineMs = Math.max(this.#counts.loopLineMs, station?.lineMs(nowMs) ?? 0);
    return station?.take(nowMs, us) ?? 0;
  }
}

interface Tries {
  /** Pauses since the last connection. */
  readonly attempt: number;
  /** Connects before this one. */
  readonly retries: number;
}

/** Works one thing after the other. */
class Station {
  /** Cores, or the part of one, that it has at this moment. */
  readonly #speed: () => number;
  #freeAtMs = 0;

  constructor(speed: () => number) {
    this.#speed = speed;
  }

  /** How long what comes now waits until it is begun. */
  lineMs(nowMs: number): number {
    return Math.max(0, this.#freeAtMs - nowMs);
  }

  /** @returns after how many ms the work is done */
  take(nowMs: number, us: number): number {
    this.#freeAtMs = Math.max(this.#freeAtMs, nowMs) + us / 1000 / this.#speed();
    return this.#freeAtMs - nowMs;
  }
}
