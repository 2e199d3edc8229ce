/** Reads nodes, figures and owners, as long as a page shows them. */
import type { ClusterFigures, NodesView, PartitionsView } from '@plenum/protocol';
import type { UseQueryResult } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useStore } from '../../session/store.ts';
import { useRest } from '../rest/queries.ts';
import { OwnersWatch } from './moves.ts';
import { type NodeRow, nodeRows } from './node-state.ts';
import { Readings } from './readings.ts';

/** Of this tab: charts and moves are there again when the page is opened again. */
export const readings = new Readings();
export const ownersWatch = new OwnersWatch();

/** While nothing happens, and while partitions move, ms. */
const calmMs = 3000;
const movingMs = 700;

export interface ClusterView {
  readonly rows: readonly NodeRow[];
  readonly partitions: PartitionsView['partitions'];
  /** Why the last reading failed; what was read before is still shown. */
  readonly error: Error | null;
  /** Why the figures could not be read. */
  readonly figuresError: Error | null;
  /** When the figures were read, ms since 1970; 0: not yet. */
  readonly readAtMs: number;
  readonly isLoading: boolean;
}

const none: PartitionsView['partitions'] = [];

/** Reads the figures of all nodes again and again, and keeps them in the readings of the tab. */
export function useFigures(): UseQueryResult<ClusterFigures, Error> {
  const figures = useRest<ClusterFigures>('/v1/nodes/figures', { everyMs: calmMs });
  const { data } = figures;
  useEffect(() => {
    if (data !== undefined) readings.add(data);
  }, [data]);
  return figures;
}

export function useCluster(): ClusterView {
  const reading = useStore(readings.last);
  const figures = useFigures();
  const isMoving = useIsMoving();
  const everyMs = isMoving ? movingMs : calmMs;
  const nodes = useRest<NodesView>('/v1/nodes', { everyMs });
  const owners = useRest<PartitionsView>('/v1/partitions', { everyMs });
  const listed = nodes.data?.nodes;
  const partitions = owners.data?.partitions ?? none;
  useEffect(() => {
    if (listed !== undefined && partitions.length > 0) ownersWatch.see(listed, partitions);
  }, [listed, partitions]);
  return {
    rows: nodeRows(listed ?? [], reading),
    partitions,
    error: nodes.error ?? owners.error,
    figuresError: figures.error,
    readAtMs: nodes.dataUpdatedAt,
    isLoading: nodes.isLoading || owners.isLoading,
  };
}

/** Some seconds after a move there are more. */
const settledMs = 8000;

function useIsMoving(): boolean {
  const moves = useStore(ownersWatch.moves);
  const last = moves[0];
  return last !== undefined && (last.to === null || Date.now() - last.atMs < settledMs);
}
