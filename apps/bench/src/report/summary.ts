/** Summarizes cells as rows: one row per scenario, shape and system, with medians. Ratios are computed per round. */
import { Latency, type LatencySummary } from '../measure/latency.ts';
import { type Spread, spreadOfKnown } from '../measure/statistics.ts';
import { addedUp, hasFaults, type RoundFigures } from '../rounds/round-figures.ts';
import type { Cell, IdleCell, LoadCell, ProbeCell } from '../scenarios/scenarios.ts';
import { type ProbeRow, probeRows } from './probe-tables.ts';

export interface Ratio {
  readonly messages: Spread | null;
  /** CPU per delivery. */
  readonly cpu: Spread | null;
}

export interface LoadRow {
  readonly kind: LoadCell['kind'];
  readonly shape: string;
  readonly system: string;
  readonly rounds: number;
  /** Rounds in which the generator was too busy. */
  readonly voidRounds: number;
  readonly messagesPerSec: Spread | null;
  readonly deliveriesPerSec: Spread | null;
  readonly nodeCpuUsPerDelivery: Spread | null;
  readonly nodeCpuUsPerMessage: Spread | null;
  /** Calls per message. */
  readonly nodeReadsPerMessage: Spread | null;
  readonly nodeWritesPerMessage: Spread | null;
  readonly redisCpuUsPerMessage: Spread | null;
  readonly redisScriptUsPerMessage: Spread | null;
  readonly redisUsPerScript: Spread | null;
  readonly generatorCpuShare: Spread | null;
  readonly redisRoundTripUs: Spread | null;
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly faultyRounds: number;
  /** Sends that were answered with a failure, by code. */
  readonly refused: Readonly<Record<string, number>>;
  readonly firstProblem: string | null;
  /** By the name of the system that it is compared with. */
  readonly ratios: Readonly<Record<string, Ratio>>;
  /** Merged over all rounds. */
  readonly deliveryLatency: LatencySummary | null;
  readonly ackLatency: LatencySummary;
}

export interface IdleRow {
  readonly kind: 'idle';
  readonly system: string;
  readonly rounds: number;
  readonly rssBytesPerConnection: Spread | null;
}

export type Row = LoadRow | IdleRow | ProbeRow;

export function summaryOf(cells: readonly Cell[]): Row[] {
  const groups = new Map<string, Cell[]>();
  for (const cell of cells) {
    const key = [cell.kind, isLoad(cell) ? cell.shape : '', cell.system].join(' ');
    groups.set(key, [...(groups.get(key) ?? []), cell]);
  }
  return [...groups.values()].flatMap((group): Row[] => {
    const [load, idle, probed] = [group.filter(isLoad), group.filter(isIdle), group.filter(isProbe)];
    return [
      ...(load.length > 0 ? [loadRow(load, cells.filter(isLoad))] : []),
      ...idleRows(idle),
      ...probeRows(probed),
    ];
  });
}

const isLoad = (cell: Cell): cell is LoadCell => cell.kind === 'saturation' || cell.kind === 'latency';
const isIdle = (cell: Cell): cell is IdleCell => cell.kind === 'idle';
const isProbe = (cell: Cell): cell is ProbeCell => !isLoad(cell) && !isIdle(cell);
export const isLoadRow = (row: Row): row is LoadRow => row.kind === 'saturation' || row.kind === 'latency';

function idleRows(cells: readonly IdleCell[]): IdleRow[] {
  const [first] = cells;
  if (first === undefined) return [];
  const rssBytesPerConnection = spreadOfKnown(cells.map(({ figures }) => figures.rssBytesPerConnection));
  return [{ kind: 'idle', system: first.system, rounds: cells.length, rssBytesPerConnection }];
}

/** @param cells of one row, at least one. */
function loadRow(cells: readonly LoadCell[], all: readonly LoadCell[]): LoadRow {
  const { kind = 'saturation', shape = '', system = '' } = cells[0] ?? {};
  const rounds = cells.map(({ figures }) => figures);
  const spread = (of: (figures: RoundFigures) => number | null) => spreadOfKnown(rounds.map(of));
  const sum = (of: (figures: RoundFigures) => number) => rounds.reduce((total, one) => total + of(one), 0);
  const hasDeliveries = rounds.some(({ deliveryLatency }) => deliveryLatency !== null);
  return {
    kind,
    shape,
    system,
    rounds: rounds.length,
    voidRounds: rounds.filter(({ isVoid }) => isVoid).length,
    messagesPerSec: spread((figures) => figures.messagesPerSec),
    deliveriesPerSec: spread((figures) => figures.deliveriesPerSec),
    nodeCpuUsPerDelivery: spread((figures) => figures.nodeCpuUsPerDelivery),
    nodeCpuUsPerMessage: spread((figures) => figures.nodeCpuUsPerMessage),
    nodeReadsPerMessage: spread((figures) => figures.nodeReadsPerMessage),
    nodeWritesPerMessage: spread((figures) => figures.nodeWritesPerMessage),
    redisScriptUsPerMessage: spread((figures) => figures.redisScriptUsPerMessage),
    redisCpuUsPerMessage: spread((figures) => figures.redisCpuUsPerMessage),
    redisUsPerScript: spread((figures) => figures.redisUsPerScript),
    generatorCpuShare: spread((figures) => figures.generatorCpuShare),
    redisRoundTripUs: spread((figures) => figures.redisRoundTripUs),
    lost: sum(({ faults }) => faults.lost),
    duplicated: sum(({ faults }) => faults.duplicated),
    reordered: sum(({ faults }) => faults.reordered),
    faultyRounds: rounds.filter(({ faults }) => hasFaults(faults)).length,
    refused: addedUp(rounds.map(({ faults }) => faults.refused)),
    firstProblem: rounds.find(({ faults }) => faults.firstProblem !== null)?.faults.firstProblem ?? null,
    ratios: ratiosOf(cells, all),
    deliveryLatency: hasDeliveries
      ? Latency.merge(rounds.map(({ histograms }) => histograms.delivery)).summary()
      : null,
    ackLatency: Latency.merge(rounds.map(({ histograms }) => histograms.ack)).summary(),
  };
}

/** @returns the ratios to every system that ran before this one in the same rounds */
function ratiosOf(cells: readonly LoadCell[], all: readonly LoadCell[]): Readonly<Record<string, Ratio>> {
  const [own] = cells;
  const peers = all.filter((cell) => cell.kind === own?.kind && cell.shape === own.shape);
  const systems = [...new Set(peers.map(({ system }) => system))];
  const earlier = systems.slice(0, own === undefined ? 0 : systems.indexOf(own.system));
  return Object.fromEntries(
    earlier.map((name): [string, Ratio] => {
      const against = new Map(
        peers.filter(({ system }) => system === name).map(({ round, figures }) => [round, figures]),
      );
      const ratio = (of: (figures: RoundFigures) => number | null) =>
        spreadOfKnown(
          cells.map(({ round, figures }) => {
            const other = against.get(round);
            return other === undefined ? null : quotient(of(figures), of(other));
          }),
        );
      return [
        name,
        {
          messages: ratio(({ messagesPerSec }) => messagesPerSec),
          cpu: ratio(({ nodeCpuUsPerDelivery }) => nodeCpuUsPerDelivery),
        },
      ];
    }),
  );
}

const quotient = (part: number | null, whole: number | null): number | null =>
  part === null || whole === null || whole === 0 ? null : part / whole;

/** Any loss, duplicate or disorder makes the run a failure, whatever its speed. */
export const isFaulty = (rows: readonly Row[]): boolean =>
  rows.some((row) => row.kind !== 'idle' && row.faultyRounds > 0);
