/** Everything that a chaos run breaks: Redis, three nodes, the links between them, PostgreSQL, a webhook, and the clients. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evenTags, numberedTags } from '@plenum/core';
import { groupIdSchema } from '@plenum/protocol';
import {
  asService,
  type FaultProxy,
  type PostgresServer,
  startFaultProxy,
  startPostgres,
} from '@plenum/testkit';
import { WebhookReceiver } from '../support/adapters/webhook-receiver.ts';
import { nodeSettings } from '../support/cluster/service.ts';
import { ChaosNodes } from './chaos-nodes.ts';
import { Deployment, type DeploymentKind } from './deployment.ts';
import { leaseTtlMs, nodeCount } from './dimensions.ts';
import { RedisClock } from './redis-clock.ts';
import { SmallDisk } from './small-disk.ts';
import { busyGroup, Workload } from './workload.ts';

/** Logs are trimmed all the time, and continue in the archive. */
const historyMaxEntries = 1500;

interface Parts {
  readonly deployment: Deployment;
  readonly nodes: ChaosNodes;
  /** Between each node and a single Redis. Empty: Sentinels and a Cluster lead past them. */
  readonly links: readonly FaultProxy[];
  /** Between some clients and the balancer. */
  readonly clientLink: FaultProxy;
  readonly postgres: PostgresServer;
  readonly receiver: WebhookReceiver;
  /** Null: this process may not mount. */
  readonly disk: SmallDisk | null;
  readonly redisClock: RedisClock;
}

export class ChaosScene implements AsyncDisposable {
  readonly workload: Workload;
  readonly #parts: Parts;
  readonly #started: Started;

  private constructor(parts: Parts, workload: Workload, started: Started) {
    this.#parts = parts;
    this.workload = workload;
    this.#started = started;
  }

  static async start(kind: DeploymentKind, draw: () => number): Promise<ChaosScene> {
    const started: Started = [];
    try {
      const parts = await startParts(kind, started);
      const { nodes, receiver, postgres, clientLink } = parts;
      const workload = kept(
        started,
        new Workload({ nodes, receiver, postgresUrl: postgres.url, clientLink, draw }),
      );
      return new ChaosScene(parts, workload, started);
    } catch (error) {
      await stopped(started);
      throw error;
    }
  }

  get deployment(): Deployment {
    return this.#parts.deployment;
  }
  get nodes(): ChaosNodes {
    return this.#parts.nodes;
  }
  get links(): readonly FaultProxy[] {
    return this.#parts.links;
  }
  get clientLink(): FaultProxy {
    return this.#parts.clientLink;
  }
  get postgres(): PostgresServer {
    return this.#parts.postgres;
  }
  get receiver(): WebhookReceiver {
    return this.#parts.receiver;
  }
  get disk(): SmallDisk | null {
    return this.#parts.disk;
  }
  get redisClock(): RedisClock {
    return this.#parts.redisClock;
  }
  /** On which entries of the busy group are published. */
  get channel(): string {
    return `plenum#/#${numberedTags.groupRoom(groupIdSchema.parse(busyGroup))}#`;
  }

  async slotOfBusyGroup(): Promise<number> {
    const tag = evenTags.tagOf(groupIdSchema.parse(busyGroup));
    return Number(await this.deployment.ask(await this.deployment.master(0), 'CLUSTER', 'KEYSLOT', tag));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return stopped(this.#started);
  }
}

/** In the order of their start; they are stopped in the reverse one. */
type Started = AsyncDisposable[];

function kept<T extends AsyncDisposable>(started: Started, part: T): T {
  started.push(part);
  return part;
}

async function stopped(started: Started): Promise<void> {
  for (const part of started.toReversed()) await part[Symbol.asyncDispose]();
}

async function startParts(kind: DeploymentKind, started: Started): Promise<Parts> {
  const folder = await mkdtemp(join(tmpdir(), 'plenum-chaos-'));
  kept(started, { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) });
  // Before Redis gets another disk and another clock.
  const postgres = kept(started, await startPostgres());
  const receiver = kept(started, await WebhookReceiver.start());
  const disk = await SmallDisk.mount();
  if (disk !== null) kept(started, disk);
  const redisClock = kept(started, await RedisClock.prepare(folder));
  const deployment = kept(started, await startOn(disk, kind));
  const links: FaultProxy[] = [];
  if (deployment.of.kind === 'standalone') {
    const { port: targetPort } = deployment.of.server;
    for (let i = 0; i < nodeCount; i += 1) links.push(kept(started, await startFaultProxy({ targetPort })));
  }
  const shared = environmentOf(postgres, receiver);
  const environments = Array.from({ length: nodeCount }, (_, i) => ({
    ...shared,
    REDIS_URL: asService(links[i]?.url ?? deployment.url),
  }));
  const nodes = kept(started, await ChaosNodes.start(environments, folder));
  const targetPort = Number(new URL(nodes.url).port);
  const clientLink = kept(started, await startFaultProxy({ targetPort }));
  return { deployment, nodes, links, clientLink, postgres, receiver, disk, redisClock };
}

const environmentOf = (postgres: PostgresServer, receiver: WebhookReceiver) => ({
  ...nodeSettings,
  HOST: '127.0.0.1',
  PLENUM_LEASE_TTL_MS: String(leaseTtlMs),
  PLENUM_HISTORY_MAX_ENTRIES: String(historyMaxEntries),
  PLENUM_ARCHIVE_URL: postgres.url,
  PLENUM_NOTIFIER_URL: receiver.url,
  PLENUM_WEBHOOK_SECRETS: receiver.environment['PLENUM_WEBHOOK_SECRETS'] ?? '',
  PLENUM_WEBHOOK_ALLOW: '127.0.0.1',
});

/** Servers make their folders below the temporary one. */
async function startOn(disk: SmallDisk | null, kind: DeploymentKind): Promise<Deployment> {
  const before = process.env['TMPDIR'];
  if (disk !== null) process.env['TMPDIR'] = disk.folder;
  try {
    return await Deployment.start(kind);
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  }
}
