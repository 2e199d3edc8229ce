/** The figures of the whole cluster, each with a chart of the last minutes. Pointing at one shows all at that time. */
import { useMemo, useState } from 'react';
import type { AlignedData } from 'uplot';
import { useStore } from '../../session/store.ts';
import { bytesText, countText, msText } from '../figures-text.ts';
import { cluster } from '../operation-strings.ts';
import { Chart, type Line } from './chart.tsx';
import type { Moment, Readings } from './readings.ts';

interface Figure {
  readonly id: string;
  readonly title: string;
  /** What the value is of. */
  readonly about: string;
  readonly unit: string;
  /** The last is the one that is written as text. */
  readonly values: readonly ((moment: Moment) => number | null)[];
  readonly lines: readonly Line[];
  readonly text: (value: number) => string;
}

const { charts } = cluster;
const area: readonly Line[] = [{ color: '--accent', isFilled: true }];
const lineBelow: Line = { color: '--line-2', isFilled: true };
const perSecond = { about: charts.ofAll, unit: charts.perSecond, lines: area, text: countText } as const;

const figures: readonly Figure[] = [
  { ...perSecond, id: 'sent', title: charts.sent, values: [({ sent }) => sent] },
  { ...perSecond, id: 'delivered', title: charts.delivered, values: [({ delivered }) => delivered] },
  { ...perSecond, id: 'requests', title: charts.requests, values: [({ requests }) => requests] },
  {
    ...{ id: 'request-ms', title: charts.requestMs, about: charts.ofSlowest, unit: '', text: msText },
    values: [({ requestP50 }) => requestP50, ({ requestP99 }) => requestP99],
    lines: [lineBelow, { color: '--accent' }],
  },
  {
    ...{ id: 'loop-lag', title: charts.loopLag, about: charts.ofSlowest, unit: '', text: msText },
    ...{ values: [({ loopLagP99 }) => loopLagP99], lines: area },
  },
  {
    ...{ id: 'sockets', title: charts.sockets, about: charts.ofAll, unit: '', text: countText },
    ...{ values: [({ sockets }) => sockets], lines: area },
  },
  {
    ...{ id: 'cpu', title: charts.cpu, about: charts.ofBusiest, unit: ' %', text: countText },
    ...{ values: [({ cpuPercent }) => cpuPercent], lines: area },
  },
  {
    ...{ id: 'memory', title: charts.memory, about: charts.ofAll, unit: '', text: bytesText },
    ...{ values: [({ memoryBytes }) => memoryBytes], lines: area },
  },
];

const timeOf = (at: number): string => new Date(at * 1000).toLocaleTimeString([], { hourCycle: 'h23' });

export function Charts({ readings }: { readonly readings: Readings }) {
  const moments = useStore(readings.moments);
  const [index, setIndex] = useState<number | null>(null);
  const pointed = index === null ? undefined : moments[index];
  return (
    <section className="charts" aria-labelledby="charts-title">
      <header className="section-head">
        <h2 id="charts-title">{charts.title}</h2>
        {pointed === undefined ? null : <time className="hint">{timeOf(pointed.at)}</time>}
      </header>
      <ul className="chart-list">
        {figures.map((figure) => (
          <FigureChart
            key={figure.id}
            figure={figure}
            moments={moments}
            shown={pointed ?? moments[moments.length - 1]}
            onPoint={setIndex}
          />
        ))}
      </ul>
    </section>
  );
}

interface FigureChartProps {
  readonly figure: Figure;
  readonly moments: readonly Moment[];
  readonly shown: Moment | undefined;
  readonly onPoint: (index: number | null) => void;
}

function FigureChart({ figure, moments, shown, onPoint }: FigureChartProps) {
  const { title, about, unit, values, lines, text } = figure;
  const data = useMemo(
    (): AlignedData => [moments.map(({ at }) => at), ...values.map((figureOf) => moments.map(figureOf))],
    [moments, values],
  );
  const value = shown === undefined ? null : (values[values.length - 1]?.(shown) ?? null);
  return (
    <li className="chart">
      <h3>{title}</h3>
      <p className="chart-value">
        {value === null ? <span className="hint">{charts.waiting}</span> : `${text(value)}${unit}`}
      </p>
      <p className="hint chart-about">{about}</p>
      <Chart data={data} lines={lines} text={text} onPoint={onPoint} />
    </li>
  );
}
