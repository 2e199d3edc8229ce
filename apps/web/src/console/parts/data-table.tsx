/** A table of any length: only the rows that are seen are in the page, and further pages are read when their place comes near. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, type ReactNode, useEffect, useRef } from 'react';
import { strings } from '../strings.ts';
import { Empty, Loading } from './states.tsx';

export interface Column<R> {
  readonly id: string;
  /** Empty: the cells say what they are, as buttons do. */
  readonly title: string;
  /** A track of a CSS grid: `minmax(0, 1fr)`, `8rem`. */
  readonly width: string;
  /** True: not on a phone. */
  readonly isMinor?: boolean;
  /** True: numbers, at the end of the column. */
  readonly isNumber?: boolean;
  readonly cell: (row: R) => ReactNode;
}

interface DataTableProps<R> {
  /** Its accessible name. */
  readonly label: string;
  readonly columns: readonly Column<R>[];
  readonly rows: readonly R[];
  readonly keyOf: (row: R) => string;
  readonly isLoading?: boolean;
  /** Reads the next page; null: there is none, or it is being read. */
  readonly more?: (() => void) | null;
  /** How many rows there are with those that were not read. Default: the rows. */
  readonly total?: number;
  readonly empty?: ReactNode;
  readonly isMarked?: (row: R) => boolean;
}

const rowHeightPx = 40;
/** So many rows before the end the next page is read. */
const rowsAhead = 30;

const tracks = <R,>(columns: readonly Column<R>[]) => columns.map(({ width }) => width).join(' ');

function classOf<R>(column: Column<R>, base: string): string {
  return [base, column.isMinor === true && 'only-wide', column.isNumber === true && 'is-number']
    .filter((name) => name !== false)
    .join(' ');
}

export function DataTable<R>({
  label,
  columns,
  rows,
  keyOf,
  isLoading = false,
  more = null,
  total = rows.length,
  empty,
  isMarked = () => false,
}: DataTableProps<R>) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeightPx,
    overscan: 10,
    getItemKey: (at) => {
      const row = rows[at];
      return row === undefined ? at : keyOf(row);
    },
  });
  const items = virtual.getVirtualItems();
  const lastSeen = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (lastSeen >= rows.length - rowsAhead) more?.();
  }, [lastSeen, rows.length, more]);
  if (isLoading) return <Loading />;
  if (rows.length === 0) return <Empty>{empty}</Empty>;
  const grid: CSSProperties & Record<`--${string}`, string> = {
    '--columns': tracks(columns),
    '--columns-narrow': tracks(columns.filter(({ isMinor }) => isMinor !== true)),
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: with the focus, the arrow keys scroll it.
    <section ref={scroller} className="table-scroll" aria-label={label} tabIndex={0}>
      <table className="table" aria-label={label} aria-rowcount={total + 1} style={grid}>
        <thead>
          <tr className="table-row table-head" aria-rowindex={1}>
            {columns.map((column) =>
              column.title === '' ? (
                <td key={column.id} />
              ) : (
                <th key={column.id} className={classOf(column, 'table-cell')}>
                  {column.title}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody className="table-body" style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, key, start }) => {
            const row = rows[index];
            return row === undefined ? null : (
              <tr
                key={key}
                aria-rowindex={index + 2}
                className={isMarked(row) ? 'table-row is-marked' : 'table-row'}
                style={{ transform: `translateY(${start}px)` }}
              >
                {columns.map((column) => (
                  <td key={column.id} className={classOf(column, 'table-cell')}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
      <p className="unseen" role="status">
        {more === null && rows.length < total ? strings.more : ''}
      </p>
    </section>
  );
}
