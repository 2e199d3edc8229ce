/** The cluster at a glance: what is wrong, the figures of the last minutes, who owns what, and each node. */
import { useState } from 'react';
import { useStore } from '../../session/store.ts';
import { durationText } from '../figures-text.ts';
import { cluster } from '../operation-strings.ts';
import { PageHead } from '../parts/page-head.tsx';
import { FailureNote, Loading } from '../parts/states.tsx';
import { strings } from '../strings.ts';
import { Charts } from './charts.tsx';
import { DrainDialog } from './drain-dialog.tsx';
import { headlineOf, type NodeRow } from './node-state.ts';
import { NodeTable } from './node-table.tsx';
import { OwnersSection } from './owners-section.tsx';
import { type ClusterView, ownersWatch, readings, useCluster } from './use-cluster.ts';

export function ClusterPage() {
  const view = useCluster();
  const colors = useStore(ownersWatch.colors);
  const [drained, setDrained] = useState<NodeRow | null>(null);
  return (
    <>
      <PageHead title={strings.pages.cluster} facts={<Facts view={view} />} />
      {view.isLoading ? <Loading /> : null}
      {view.error === null ? null : <StaleNote view={view} error={view.error} />}
      {view.rows.length === 0 ? null : (
        <div className={view.error === null ? 'cluster' : 'cluster is-stale'}>
          {view.figuresError === null || view.error !== null ? null : (
            <FailureNote error={view.figuresError} />
          )}
          <Charts readings={readings} />
          <OwnersSection rows={view.rows} partitions={view.partitions} watch={ownersWatch} />
          <NodeTable rows={view.rows} colors={colors} onDrain={setDrained} />
        </div>
      )}
      {drained === null ? null : (
        <DrainDialog row={drained} isLast={view.rows.length === 1} onClose={() => setDrained(null)} />
      )}
    </>
  );
}

function Facts({ view: { rows } }: { readonly view: ClusterView }) {
  if (rows.length === 0) return null;
  const { all, missing, draining } = headlineOf(rows);
  const whole = all === 1 ? cluster.one : cluster.whole(all);
  return (
    <>
      <span className={missing === 0 ? 'fact-good' : 'fact-bad'}>
        {missing === 0 ? whole : cluster.missing(missing, all)}
      </span>
      {draining === 0 ? null : <span>{cluster.draining(draining)}</span>}
    </>
  );
}

/** The last reading stays on the page while the cluster does not answer. */
function StaleNote({ view: { readAtMs }, error }: { readonly view: ClusterView; readonly error: Error }) {
  return (
    <>
      <FailureNote error={error} />
      {readAtMs === 0 ? null : (
        <p className="hint stale-note">{cluster.asOf(durationText(Date.now() - readAtMs))}</p>
      )}
    </>
  );
}
