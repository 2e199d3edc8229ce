/** A small chart of the last minutes. It is a picture of figures that stand beside it as text. */
import { useEffect, useRef } from 'react';
import uPlot, { type AlignedData, type Options } from 'uplot';
import 'uplot/dist/uPlot.min.css';

export interface Line {
  /** The name of a variable of the styles. */
  readonly color: string;
  readonly isFilled?: boolean;
}
export interface ChartProps {
  /** Seconds since 1970, then one row of values for each line. */
  readonly data: AlignedData;
  readonly lines: readonly Line[];
  readonly text: (value: number) => string;
  /** Called with the index under the pointer of any chart of the page; null: it is over none. */
  readonly onPoint: (index: number | null) => void;
}

const heightPx = 80;
const axisPx = 44;
/** A chart of less time begins at the right, s. */
const leastS = 120;
/** An empty chart is not of height 0. */
const leastMax = 1;
const syncKey = 'console';

/** Colors as the canvas takes them: a variable of the styles has two, by the appearance. They are read once, and at its change. */
class Palette {
  readonly #host: HTMLElement;
  readonly #colors = new Map<string, string>();

  constructor(host: HTMLElement) {
    this.#host = host;
  }

  readonly of = (variable: string): string => {
    const known = this.#colors.get(variable);
    if (known !== undefined) return known;
    const probe = document.createElement('i');
    probe.style.color = `var(${variable})`;
    this.#host.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    this.#colors.set(variable, color);
    return color;
  };

  forget(): void {
    this.#colors.clear();
  }
}

const faded = (color: string): string => `color-mix(in oklab, ${color} 16%, transparent)`;

function optionsOf(host: HTMLElement, colors: Palette, { lines, text, onPoint }: ChartProps): Options {
  const ink = () => colors.of('--ink-3');
  const grid = { stroke: () => colors.of('--line'), width: 1 };
  const font = `11px ${getComputedStyle(host).fontFamily}`;
  return {
    ...{ width: host.clientWidth, height: heightPx, legend: { show: false }, padding: [6, 4, 6, 0] },
    cursor: {
      ...{ y: false, drag: { x: false, y: false }, points: { size: 6 } },
      sync: { key: syncKey },
    },
    scales: {
      x: { range: (_, first, last) => [Math.min(first, last - leastS), last] },
      y: { range: (_, __, max) => [0, Math.max(leastMax, max * 1.1)] },
    },
    axes: [
      { show: false },
      {
        ...{ size: axisPx, font, stroke: ink, grid, ticks: { show: false }, gap: 4, space: 28 },
        values: (_, values) => values.map((value) => text(value)),
      },
    ],
    series: [
      {},
      ...lines.map(({ color, isFilled = false }) => ({
        ...{ stroke: () => colors.of(color), width: 1.5, spanGaps: false, points: { show: false } },
        ...(isFilled ? { fill: () => faded(colors.of(color)) } : {}),
      })),
    ],
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
  };
}

/** Draws again when the user changes the appearance. */
function onAppearance(draw: () => void): () => void {
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  const theme = new MutationObserver(draw);
  scheme.addEventListener('change', draw);
  theme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  return () => {
    scheme.removeEventListener('change', draw);
    theme.disconnect();
  };
}

export function Chart(props: ChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const first = useRef(props);
  first.current = props;
  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const colors = new Palette(element);
    const options = optionsOf(element, colors, {
      ...first.current,
      onPoint: (index) => first.current.onPoint(index),
    });
    const made = new uPlot(options, first.current.data, element);
    plot.current = made;
    const size = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: heightPx }));
    size.observe(element);
    const forget = onAppearance(() => {
      colors.forget();
      made.redraw(false);
    });
    return () => {
      size.disconnect();
      forget();
      made.destroy();
      plot.current = null;
    };
  }, []);
  useEffect(() => plot.current?.setData(props.data), [props.data]);
  return <div ref={host} className="chart-canvas" aria-hidden="true" />;
}
