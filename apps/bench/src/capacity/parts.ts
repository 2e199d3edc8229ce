/** The parts of a measurement. Each has nodes and servers of its own, so one can be measured again without the others. */
import type { Bench } from '../rounds/load-round.ts';
import type { CapacityFigures } from './figures.ts';
import { type IdleSizes, idleCosts } from './idle-costs.ts';
import { messageCosts } from './message-costs.ts';
import { type NodeSizes, nodeCosts } from './node-costs.ts';
import { type RegistrySizes, registryCosts } from './registry-costs.ts';
import { type ReturnSizes, returnCosts } from './return-costs.ts';
import { archivedBytes, type StoredSizes, storedBytes } from './stored-bytes.ts';

export const partNames = [
  'stored',
  'archived',
  'sockets',
  'idle',
  'messages',
  'returns',
  'registry',
] as const;
export type PartName = (typeof partNames)[number];

export interface CapacitySizes {
  readonly stored: StoredSizes;
  /** Messages. */
  readonly archived: number;
  readonly sockets: NodeSizes;
  readonly idle: IdleSizes;
  readonly returns: ReturnSizes;
  readonly registry: RegistrySizes;
}

/** What a part finds. */
interface PartFigures {
  readonly node?: Partial<CapacityFigures['node']>;
  readonly redis?: Partial<CapacityFigures['redis']>;
  readonly archive?: CapacityFigures['archive'];
}

interface Part {
  /** In a sentence that says when it was measured. */
  readonly title: string;
  readonly measure: (bench: Bench, sizes: CapacitySizes) => Promise<PartFigures>;
}

export const parts: Readonly<Record<PartName, Part>> = {
  stored: {
    title: 'memory of Redis',
    measure: async (_, sizes) => ({ redis: await storedBytes(sizes.stored) }),
  },
  archived: {
    title: 'messages in PostgreSQL',
    measure: async (_, sizes) => ({ archive: await archivedBytes(sizes.archived) }),
  },
  sockets: { title: 'sockets', measure: (bench, sizes) => nodeCosts(bench, sizes.sockets) },
  idle: {
    title: 'idle sockets',
    measure: async (bench, sizes) => ({ node: await idleCosts(bench, sizes.idle) }),
  },
  messages: { title: 'messages', measure: messageCosts },
  returns: { title: 'clients that come back', measure: (bench, sizes) => returnCosts(bench, sizes.returns) },
  registry: { title: 'the registry of nodes', measure: (_, sizes) => registryCosts(sizes.registry) },
};

/** The figures with those of a part in place of the ones before. */
export const withPart = (
  figures: CapacityFigures,
  { node, redis, archive }: PartFigures,
): CapacityFigures => ({
  node: { ...figures.node, ...node },
  redis: { ...figures.redis, ...redis },
  archive: archive === undefined ? figures.archive : archive,
  frameBytes: figures.frameBytes,
});
