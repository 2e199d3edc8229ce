/** Connects what operators watch with the parts of this node: its gateway and its ownership start after its core. */
import {
  type AdapterName,
  type Adapters,
  type Core,
  type Engine,
  type Logger,
  MessageProbe,
  type Ownership,
  systemClock,
  Watching,
} from '@plenum/core';
import { figuresWithoutGateway, type Gateway } from '@plenum/gateway';
import type { NodeReading } from '@plenum/protocol';
import { systemRandom } from './secrets.ts';
import type { WarningRing } from './warning-ring.ts';

export interface NodeWatchDeps {
  readonly engine: Engine;
  readonly adapters: Adapters;
  readonly nodeId: string;
  readonly logger: Logger;
  /** Absent: operators do not see the warnings of this node. */
  readonly warnings?: Pick<WarningRing, 'read'> | undefined;
}

const adapterNames = ['archive', 'notifier', 'moderation', 'auth'] as const;

export class NodeWatch {
  readonly probe: MessageProbe;
  readonly #deps: NodeWatchDeps;
  readonly #adapters: readonly AdapterName[];
  #watching: Watching | null = null;
  #figures: Pick<Gateway['figures'], 'read'> | null = null;
  #ownership: Ownership | null = null;
  #closeFigures = () => {};

  constructor(deps: NodeWatchDeps) {
    this.#deps = deps;
    this.probe = new MessageProbe({ clock: systemClock, wallMs: () => deps.engine.wallMs() });
    this.#adapters = adapterNames.filter((name) => deps.adapters[name] !== undefined);
  }

  readonly beatAgeMs = (nodeId: string): number | null => this.#ownership?.beatAgeMs(nodeId) ?? null;

  open({ operations, feeds }: Pick<Core, 'operations' | 'feeds'>): Watching {
    const lone = figuresWithoutGateway(
      { hostedFeeds: () => feeds.size, attachedDevices: () => feeds.devices.size },
      systemClock,
    );
    this.#figures = lone;
    this.#closeFigures = () => lone.close();
    this.#watching = new Watching({
      ...this.#deps,
      operations,
      feeds,
      probe: this.probe,
      readFigures: () => this.#read(),
      readWarnings: () => this.#deps.warnings?.read() ?? [],
      clock: systemClock,
      random: systemRandom,
    });
    return this.#watching;
  }

  /** Answers other nodes from now on. @param gateway null: nothing listens here */
  start(gateway: Gateway | null, ownership: Ownership): void {
    this.#figures = gateway?.figures ?? this.#figures;
    this.#ownership = ownership;
    this.#watching?.start();
  }

  /** Idempotent. */
  stop(): void {
    this.#watching?.stop();
    this.#closeFigures();
  }

  async #read(): Promise<NodeReading> {
    const { engine } = this.#deps;
    if (this.#figures === null) throw new Error('the figures are read before the node is open');
    const [figures, round_trip_ms] = await Promise.all([
      this.#figures.read(this.#adapters),
      engine.roundTripMs(),
    ]);
    return {
      ...figures,
      at: new Date(engine.wallMs()).toISOString(),
      partitions: this.#ownership?.held().length ?? 0,
      redis: { round_trip_ms },
    };
  }
}
