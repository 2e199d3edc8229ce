/** The path of one message as bars over time. The same facts are text in each row. */

import type { Trace } from '@plenum/protocol';
import { Fragment } from 'react';
import { msText } from '../figures-text.ts';
import { trace as texts } from '../operation-strings.ts';
import { type Row, summaryOf, type Tick, timelineOf } from './timeline.ts';

interface PathPictureProps {
  readonly trace: Trace;
  readonly labelOf: (nodeId: string) => string;
}

export function PathPicture({ trace, labelOf }: PathPictureProps) {
  const { rows, ticks } = timelineOf(trace);
  const { storedMs, deliveredMs, devices, nodes } = summaryOf(trace);
  return (
    <section className="path" aria-labelledby="path-title">
      <header className="path-head">
        <h2 id="path-title" aria-live="polite">
          {texts.summary(storedMs, deliveredMs === null ? null : { ms: deliveredMs, devices, nodes })}
        </h2>
        <p className="hint">
          <bdi className="mono">{trace.message_id}</bdi> · {texts.recipients(trace.recipients_count)}
        </p>
      </header>
      {trace.missing.length === 0 ? null : (
        <p className="problem">{texts.missing(trace.missing.map(labelOf).join(', '))}</p>
      )}
      <div className="path-scale" aria-hidden="true">
        {ticks.map((tick) => (
          <Scale key={tick.ms} tick={tick} />
        ))}
      </div>
      <ol className="path-rows">
        {rows.map((row, index) => (
          <Fragment key={row.key}>
            <PathRow
              row={row}
              label={labelOf(row.event.node_id)}
              isFirst={rows[index - 1]?.event.stage !== row.event.stage}
            />
          </Fragment>
        ))}
      </ol>
    </section>
  );
}

const percent = (part: number): string => `${(part * 100).toFixed(3)}%`;

const Scale = ({ tick: { ms, at } }: { readonly tick: Tick }) => (
  <span className="path-tick" style={{ insetInlineStart: percent(at) }}>
    {texts.tick(ms)}
  </span>
);

interface PathRowProps {
  readonly row: Row;
  readonly label: string;
  /** True: the first of its stage. */
  readonly isFirst: boolean;
}

function PathRow({ row: { event, from, to }, label, isFirst }: PathRowProps) {
  const { stage, at_ms, took_ms, count, detail } = event;
  return (
    <li className={isFirst ? `path-row is-${stage} is-first` : `path-row is-${stage}`}>
      <span className="path-stage">
        <b className={isFirst ? undefined : 'unseen'}>{texts.stages[stage]}</b>
        <span className="path-node">{label}</span>
      </span>
      <span className="path-track" aria-hidden="true">
        <span className="path-bar" style={{ insetInlineStart: percent(from), width: percent(to - from) }} />
        <span className="path-dot" style={{ insetInlineStart: percent(to) }} />
      </span>
      <span className="path-facts">
        <b>{msText(at_ms)}</b>
        {took_ms === undefined ? null : <span>{texts.took(msText(took_ms))}</span>}
        {count === undefined ? null : <span>{texts.counts[stage](count)}</span>}
        {detail === undefined ? null : <span className="path-detail">{detail}</span>}
      </span>
    </li>
  );
}
