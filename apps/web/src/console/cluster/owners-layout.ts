/**
 * Where each part of the owners' picture is drawn: a tray per node, and in it a cell per partition that the node owns.
 * A cell that changes its tray is drawn at another place, so a style with a transition shows it move.
 */

export interface Tray {
  readonly nodeId: string;
  /** In ascending order. */
  readonly partitions: readonly number[];
}
export interface PlacedTray {
  readonly nodeId: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
export interface Point {
  readonly x: number;
  readonly y: number;
}
export interface OwnersLayout {
  readonly trays: readonly PlacedTray[];
  /** By partition. */
  readonly cells: ReadonlyMap<number, Point>;
  /** The side of a cell, px. */
  readonly cellPx: number;
  readonly height: number;
  /** Where the partitions without an owner are; null: each has one. */
  readonly strip: PlacedTray | null;
}
export interface OwnersScene {
  readonly width: number;
  readonly trays: readonly Tray[];
  /** Partitions that no node owns now. */
  readonly unowned: readonly number[];
}

/** px. */
const gapPx = 10;
const paddingPx = 10;
const headPx = 40;
const trayMinPx = 128;
const cellGapPx = 2;
/** Sides of a cell, the best first. */
const cellSides = [22, 20, 18, 16, 14, 12, 10] as const;
const smallest = 10;
/** A picture that is higher gets smaller cells. */
const heightMax = 380;

interface Grid {
  readonly columns: number;
  readonly trayWidth: number;
  readonly cellPx: number;
  readonly perRow: number;
  readonly trayHeight: number;
}

/** Rows of trays that are as full as each other. */
function columnsOf(count: number, width: number): number {
  const most = Math.max(1, Math.floor((width + gapPx) / (trayMinPx + gapPx)));
  const rows = Math.ceil(count / most);
  return Math.max(1, Math.ceil(count / Math.max(1, rows)));
}

const rowsOfCells = (count: number, perRow: number): number => Math.max(1, Math.ceil(count / perRow));

const perRowOf = (width: number, cellPx: number): number =>
  Math.max(1, Math.floor((width - 2 * paddingPx + cellGapPx) / (cellPx + cellGapPx)));

const heightOf = (rows: number, cellPx: number): number =>
  headPx + rows * (cellPx + cellGapPx) - cellGapPx + paddingPx;

function gridOf({ width, trays }: OwnersScene): Grid {
  const columns = columnsOf(trays.length, width);
  const trayWidth = Math.floor((width - gapPx * (columns - 1)) / columns);
  const fullest = Math.max(0, ...trays.map(({ partitions }) => partitions.length));
  const rows = Math.ceil(trays.length / columns);
  const grids = cellSides.map((cellPx) => {
    const perRow = perRowOf(trayWidth, cellPx);
    const trayHeight = heightOf(rowsOfCells(fullest, perRow), cellPx);
    return { columns, trayWidth, cellPx, perRow, trayHeight };
  });
  const last = grids[grids.length - 1] ?? {
    columns,
    trayWidth,
    cellPx: smallest,
    perRow: 1,
    trayHeight: headPx,
  };
  return grids.find(({ trayHeight }) => rows * (trayHeight + gapPx) - gapPx <= heightMax) ?? last;
}

function placeCells(
  cells: Map<number, Point>,
  partitions: readonly number[],
  at: Point & { readonly perRow: number; readonly cellPx: number },
): void {
  const step = at.cellPx + cellGapPx;
  for (const [index, partition] of partitions.entries())
    cells.set(partition, {
      x: at.x + paddingPx + (index % at.perRow) * step,
      y: at.y + headPx + Math.floor(index / at.perRow) * step,
    });
}

/** Every partition of the scene gets one place; none lies over another one. */
export function layoutOwners(scene: OwnersScene): OwnersLayout {
  const { columns, trayWidth, cellPx, perRow, trayHeight } = gridOf(scene);
  const cells = new Map<number, Point>();
  const trays = scene.trays.map(({ nodeId, partitions }, index) => {
    const x = (index % columns) * (trayWidth + gapPx);
    const y = Math.floor(index / columns) * (trayHeight + gapPx);
    placeCells(cells, partitions, { x, y, perRow, cellPx });
    return { nodeId, x, y, width: trayWidth, height: trayHeight };
  });
  const rows = Math.ceil(trays.length / columns);
  const below = rows === 0 ? 0 : rows * (trayHeight + gapPx);
  if (scene.unowned.length === 0)
    return { trays, cells, cellPx, height: Math.max(0, below - gapPx), strip: null };
  const stripPerRow = perRowOf(scene.width, cellPx);
  const height = heightOf(rowsOfCells(scene.unowned.length, stripPerRow), cellPx);
  placeCells(cells, scene.unowned, { x: 0, y: below, perRow: stripPerRow, cellPx });
  return {
    ...{ trays, cells, cellPx, height: below + height },
    strip: { nodeId: '', x: 0, y: below, width: scene.width, height },
  };
}
