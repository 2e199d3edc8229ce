/**
 * Waves of harmful peers, each in a process of its own, several at once, while users flood groups of their own all the time.
 * The latency of healthy clients is printed for each wave, so that the peers of a slow wave are known.
 */
import { Device } from '../support/devices/device.ts';
import { tokenOf } from '../support/wire/http.ts';
import { type AttackedNode, rssOf } from './attacked-node.ts';
import type { HealthReport, HealthyPair } from './healthy-pair.ts';
import { PeerProcess, PeerProgram, type PeerReport } from './peer-process.ts';
import { type PeerName, peersInTurns } from './peers/harmful-peers.ts';

const waveMs = 7000;
const peersAtOnce = 3;
const newcomerEveryMs = 1000;
const isPeerName = (name: string): name is keyof typeof peersInTurns => name in peersInTurns;
const names = Object.keys(peersInTurns).filter(isPeerName);
/** After so many small waves comes one of all peers. */
const smallWaves = Math.ceil(names.length / peersAtOnce);

interface Wave {
  readonly peers: readonly PeerName[];
  readonly p99Ms: number;
  readonly ownP99Ms: number;
  /** Until a user who comes in the middle of it is connected, the longest of some. */
  readonly connectMs: number;
}

export interface SiegeReport {
  readonly seconds: number;
  readonly waves: readonly Wave[];
  readonly peers: ReadonlyMap<PeerName, PeerReport>;
  readonly floods: PeerReport;
  readonly health: HealthReport;
  /** Bytes. */
  readonly rssPeak: number;
}

const p99Of = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? 0;

function together(reports: readonly HealthReport[]): HealthReport {
  const latenciesMs = reports.flatMap((report) => report.latenciesMs);
  const latenessMs = reports.flatMap((report) => report.latenessMs);
  return {
    sent: reports.reduce((sum, { sent }) => sum + sent, 0),
    arrived: reports.reduce((sum, { arrived }) => sum + arrived, 0),
    faults: reports.flatMap(({ faults }) => faults),
    latenciesMs,
    latenessMs,
    p99Ms: p99Of(latenciesMs),
    ownP99Ms: p99Of(latenessMs),
  };
}

/** The n-th wave begins where the one before ended; the last of each series is of all peers. */
function peersOfWave(n: number): readonly PeerName[] {
  if (n % (smallWaves + 1) === smallWaves) return names;
  const first = (n - Math.floor(n / (smallWaves + 1))) * peersAtOnce;
  return Array.from({ length: peersAtOnce }, (_, i) => names[(first + i) % names.length] ?? 'idle');
}

export class Siege implements AsyncDisposable {
  readonly #scene: AttackedNode;
  readonly #pairs: readonly HealthyPair[];
  readonly #peers: ReadonlyMap<PeerName, PeerProcess>;
  readonly #program: PeerProgram;
  readonly #told = new Map<PeerName, PeerReport>();

  private constructor(
    scene: AttackedNode,
    parts: {
      readonly pairs: readonly HealthyPair[];
      readonly peers: ReadonlyMap<PeerName, PeerProcess>;
      readonly program: PeerProgram;
    },
  ) {
    this.#scene = scene;
    this.#pairs = parts.pairs;
    this.#peers = parts.peers;
    this.#program = parts.program;
  }

  static async begin(scene: AttackedNode, pairs: readonly HealthyPair[]): Promise<Siege> {
    const program = await PeerProgram.build();
    const target = scene.target(new AbortController().signal);
    const peers = new Map<PeerName, PeerProcess>();
    for (const name of [...names, 'floods'] as const)
      peers.set(name, await PeerProcess.start(program, name, target));
    // No time of its own: it writes the group of which it asks for pages later.
    await peers.get('pages')?.goOn(1);
    return new Siege(scene, { pairs, peers, program });
  }

  async goOn(forMs: number): Promise<SiegeReport> {
    await this.#health();
    const startedMs = performance.now();
    let rssPeak = 0;
    const sampling = setInterval(() => {
      rssPeak = Math.max(rssPeak, rssOf(this.#scene.node.command.pid));
    }, 100);
    try {
      const [floods, { waves, reports }] = await Promise.all([
        this.#peer('floods').goOn(forMs),
        this.#waves(startedMs + forMs - waveMs),
      ]);
      const health = together([...reports, await this.#health()]);
      const seconds = (performance.now() - startedMs) / 1000;
      return { seconds, waves, peers: this.#told, floods, health, rssPeak };
    } finally {
      clearInterval(sampling);
    }
  }

  async #waves(untilMs: number) {
    const waves: Wave[] = [];
    const reports: HealthReport[] = [];
    while (waves.length < smallWaves || performance.now() < untilMs) {
      const peers = peersOfWave(waves.length);
      const newcomers = this.#newcomers();
      await Promise.all(peers.map((name) => this.#turn(name)));
      const connectMs = await newcomers;
      const report = await this.#health();
      waves.push({ peers, p99Ms: report.p99Ms, ownP99Ms: report.ownP99Ms, connectMs });
      reports.push(report);
    }
    return { waves, reports };
  }

  async #turn(name: PeerName): Promise<void> {
    const { rounds, counts, errors } = await this.#peer(name).goOn(waveMs);
    const before = this.#told.get(name) ?? { rounds: 0, counts: {}, errors: [] };
    const sums = { ...before.counts };
    for (const [what, count] of Object.entries(counts)) sums[what] = (sums[what] ?? 0) + count;
    this.#told.set(name, {
      rounds: before.rounds + rounds,
      counts: sums,
      errors: [...before.errors, ...errors],
    });
  }

  /** @throws when one is not let in */
  async #newcomers(): Promise<number> {
    let worstMs = 0;
    const untilMs = performance.now() + waveMs;
    const token = await tokenOf('newcomer');
    while (performance.now() < untilMs) {
      await new Promise((resolve) => setTimeout(resolve, newcomerEveryMs));
      const startedMs = performance.now();
      const device = await new Device(this.#scene.node.url, token, { reconnection: false }).connected();
      worstMs = Math.max(worstMs, performance.now() - startedMs);
      device.socket.disconnect();
    }
    return worstMs;
  }

  async #health(): Promise<HealthReport> {
    return together(await Promise.all(this.#pairs.map((pair) => pair.report())));
  }

  #peer(name: PeerName): PeerProcess {
    const peer = this.#peers.get(name);
    if (peer === undefined) throw new Error(`no peer ${name}`);
    return peer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const peer of this.#peers.values()) await peer[Symbol.asyncDispose]();
    await this.#program[Symbol.asyncDispose]();
  }
}
