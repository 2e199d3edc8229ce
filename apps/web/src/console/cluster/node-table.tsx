/** The nodes with their figures. On a phone each node is a card. */

import type { NodeFigures } from '@plenum/protocol';
import type { ReactNode } from 'react';
import { useStore } from '../../session/store.ts';
import { bytesText, countText, durationText, msText } from '../figures-text.ts';
import { cluster } from '../operation-strings.ts';
import { useProblemOf } from '../session/permission.ts';
import { drains } from './drains.ts';
import type { NodeRow } from './node-state.ts';
import type { Colors } from './owners.ts';

const { table: texts } = cluster;

interface Column {
  readonly title: string;
  readonly hint?: string;
  /** Null: the node did not answer. */
  readonly cell: (row: NodeRow, figures: NodeFigures) => ReactNode;
}

const rate = (value: number | undefined): string => (value === undefined ? '–' : countText(value));

const columns: readonly Column[] = [
  { title: texts.sent, cell: ({ rates }) => rate(rates?.sent) },
  { title: texts.delivered, cell: ({ rates }) => rate(rates?.delivered) },
  { title: texts.requests, cell: ({ rates }) => rate(rates?.requests) },
  { title: texts.p50, cell: (_, { request_ms }) => msText(request_ms.p50) },
  { title: texts.p99, cell: (_, { request_ms }) => msText(request_ms.p99) },
  { title: texts.lag, cell: (_, { loop_lag_ms }) => msText(loop_lag_ms.p99) },
  { title: texts.queue, hint: texts.queueHint, cell: (_, { queue }) => <Queue {...queue} /> },
  { title: texts.sockets, cell: (_, { sockets }) => countText(sockets) },
  { title: texts.memory, cell: (_, { memory }) => bytesText(memory.rss_bytes) },
  {
    title: texts.cpu,
    cell: (_, { cpu_percent }) => (cpu_percent === null ? '–' : `${cpu_percent.toFixed(0)} %`),
  },
  { title: texts.redis, cell: (_, { redis }) => msText(redis.round_trip_ms) },
  { title: texts.up, cell: (_, { uptime_ms }) => durationText(uptime_ms) },
];

const Queue = ({ outbox_messages, socket_buffered_bytes }: NodeFigures['queue']) => (
  <>
    {countText(outbox_messages)}
    {socket_buffered_bytes === 0 ? null : (
      <span className="cell-below">{texts.buffered(bytesText(socket_buffered_bytes))}</span>
    )}
  </>
);

interface NodeTableProps {
  readonly rows: readonly NodeRow[];
  readonly colors: Colors;
  readonly onDrain: (row: NodeRow) => void;
}

export function NodeTable({ rows, colors, onDrain }: NodeTableProps) {
  const problem = useProblemOf('ops');
  return (
    <section className="nodes-section" aria-labelledby="nodes-title">
      <header className="section-head">
        <h2 id="nodes-title">{texts.title}</h2>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      <section className="wide-table" tabIndex={0} aria-label={texts.figures}>
        <table className="plain-table node-table">
          <thead>
            <tr>
              <th scope="col">{texts.node}</th>
              <th scope="col">{texts.state}</th>
              {columns.map(({ title, hint }) => (
                <th key={title} scope="col" className="is-number" title={hint}>
                  {title}
                </th>
              ))}
              <th scope="col">
                <span className="unseen">{texts.act}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <NodeLine
                key={row.nodeId}
                row={row}
                color={colors.get(row.nodeId) ?? 0}
                problem={problem}
                onDrain={() => onDrain(row)}
              />
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

interface NodeLineProps {
  readonly row: NodeRow;
  readonly color: number;
  readonly problem: string | null;
  readonly onDrain: () => void;
}

function NodeLine({ row, color, problem, onDrain }: NodeLineProps) {
  const { nodeId, label, version, state, figures } = row;
  return (
    <tr>
      <th scope="row">
        <span className="node-name">
          <span className={`swatch owner-${color}`} aria-hidden="true" />
          <span>
            <b>{label}</b>
            <span className="cell-below">
              <span className="mono">{nodeId}</span> {texts.version(version)}
            </span>
          </span>
        </span>
      </th>
      <td data-title={texts.state}>
        <span className={`state-word is-${state}`}>{cluster.states[state]}</span>
        {state === 'draining' ? <DrainProgress row={row} /> : null}
      </td>
      {columns.map(({ title, cell }) => (
        <td key={title} className="is-number" data-title={title}>
          {figures === null ? '–' : cell(row, figures)}
        </td>
      ))}
      <td className="node-act">
        <button
          type="button"
          className="button is-small"
          aria-label={texts.drainOf(label)}
          disabled={state !== 'up' || problem !== null}
          title={problem ?? undefined}
          onClick={onDrain}
        >
          {texts.drain}
        </button>
      </td>
    </tr>
  );
}

function DrainProgress({ row: { nodeId, partitions, figures } }: { readonly row: NodeRow }) {
  const begun = useStore(drains).get(nodeId);
  const sockets = figures?.sockets ?? 0;
  const all = (begun?.sockets ?? sockets) + (begun?.partitions ?? partitions);
  const left = sockets + partitions;
  return (
    <span className="drain-progress">
      <progress aria-label={texts.progress} max={Math.max(1, all)} value={Math.max(0, all - left)} />
      <span className="cell-below">{texts.left(sockets, partitions)}</span>
    </span>
  );
}
