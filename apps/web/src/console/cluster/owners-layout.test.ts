import { expect, test } from 'vitest';
import { layoutOwners, type OwnersLayout, type Tray } from './owners-layout.ts';

const partitionsCount = 256;

/** Partitions over nodes as evenly as they go; the last `unowned` ones have no owner. */
function scene(nodes: number, unowned = 0) {
  const trays: Tray[] = Array.from({ length: nodes }, (_, node) => ({
    nodeId: `n-${node}`,
    partitions: Array.from({ length: partitionsCount - unowned }, (__, partition) => partition).filter(
      (partition) => partition % nodes === node,
    ),
  }));
  return {
    trays,
    unowned: Array.from({ length: unowned }, (_, index) => partitionsCount - unowned + index),
  };
}

const overlapping = ({ cells, cellPx }: OwnersLayout) => {
  const places = [...cells.values()];
  return places.filter((one, index) =>
    places
      .slice(index + 1)
      .some((other) => Math.abs(one.x - other.x) < cellPx && Math.abs(one.y - other.y) < cellPx),
  );
};

const sizes = [1, 3, 8, 50].flatMap((nodes) =>
  [280, 1200].flatMap((width) => [0, 40].map((unowned) => [nodes, width, unowned] as const)),
);

test.each(sizes)(
  '%d nodes on %d px with %d unowned: each partition has a place of its own',
  (nodes, width, unowned) => {
    const layout = layoutOwners({ width, ...scene(nodes, unowned) });
    expect(layout.cells.size).toBe(partitionsCount);
    expect(overlapping(layout)).toEqual([]);
    for (const { x, y } of layout.cells.values()) {
      expect(x + layout.cellPx).toBeLessThanOrEqual(width);
      expect(y + layout.cellPx).toBeLessThanOrEqual(layout.height);
    }
  },
);

test.each(sizes)(
  '%d nodes on %d px with %d unowned: a cell lies inside the tray of its owner',
  (nodes, width, unowned) => {
    const { trays, unowned: without } = scene(nodes, unowned);
    const layout = layoutOwners({ width, trays, unowned: without });
    const owned = trays.flatMap(({ nodeId, partitions }) =>
      partitions.map((partition) => ({ nodeId, partition })),
    );
    for (const { nodeId, partition } of owned) {
      const tray = layout.trays.find((candidate) => candidate.nodeId === nodeId);
      const cell = layout.cells.get(partition);
      if (tray === undefined || cell === undefined) throw new Error(`${nodeId} or ${partition} has no place`);
      expect(cell.x).toBeGreaterThanOrEqual(tray.x);
      expect(cell.x + layout.cellPx).toBeLessThanOrEqual(tray.x + tray.width);
      expect(cell.y).toBeGreaterThanOrEqual(tray.y);
      expect(cell.y + layout.cellPx).toBeLessThanOrEqual(tray.y + tray.height);
    }
  },
);

test('a partition that moves has another place, and the trays stay where they are', () => {
  const { trays } = scene(3);
  const [first, second, third] = trays;
  if (first === undefined || second === undefined || third === undefined) throw new Error('three nodes');
  const before = layoutOwners({ width: 1200, trays, unowned: [] });
  const moved: Tray[] = [
    { ...first, partitions: first.partitions.slice(1) },
    { ...second, partitions: [0, ...second.partitions] },
    third,
  ];
  const after = layoutOwners({ width: 1200, trays: moved, unowned: [] });
  expect(after.trays).toEqual(before.trays);
  expect(after.cells.get(0)?.x).toBeGreaterThan(before.trays[0]?.width ?? 0);
});

test('a cluster without nodes shows its partitions without an owner', () => {
  const layout = layoutOwners({ width: 640, trays: [], unowned: [0, 1, 2] });
  expect(layout.trays).toEqual([]);
  expect(layout.cells.size).toBe(3);
  expect(layout.strip?.height).toBe(layout.height);
});
