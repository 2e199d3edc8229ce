/**
 * The partitions in the trays of their owners. A partition whose owner changes moves to the tray of the other one, in the color of the
 * former, and takes the new color when it is there. The trays are a list for readers of screens; the cells are decoration.
 */
import { memo, useMemo } from 'react';
import { cluster } from '../operation-strings.ts';
import type { NodeState } from './node-state.ts';
import type { Colors, Owners } from './owners.ts';
import { layoutOwners, type PlacedTray, type Point } from './owners-layout.ts';
import { useWidth } from './use-width.ts';

const { owners: texts } = cluster;

export interface OwnersPictureProps {
  readonly owners: Owners;
  readonly colors: Colors;
  readonly stateOf: (nodeId: string) => NodeState;
  readonly labelOf: (nodeId: string) => string;
  /** By partition. */
  readonly tokens: ReadonlyMap<number, number | null>;
  /** The partition of a group that was looked for. */
  readonly found: number | null;
}

/** A cell of this side or more has room for its number, px. */
const numberedPx = 20;

export function OwnersPicture({ owners, colors, stateOf, labelOf, tokens, found }: OwnersPictureProps) {
  const [host, width] = useWidth<HTMLDivElement>();
  const layout = useMemo(() => layoutOwners({ width, ...owners }), [width, owners]);
  const owned = useMemo(
    () =>
      new Map(
        owners.trays.flatMap(({ nodeId, partitions }) => partitions.map((partition) => [partition, nodeId])),
      ),
    [owners],
  );
  return (
    <div ref={host} className="owners" style={{ height: layout.height }}>
      {width === 0 ? null : (
        <>
          <ul className="trays" aria-label={texts.list}>
            {layout.trays.map((tray, index) => (
              <TrayBox
                key={tray.nodeId}
                tray={tray}
                label={labelOf(tray.nodeId)}
                color={colors.get(tray.nodeId) ?? 0}
                state={stateOf(tray.nodeId)}
                count={owners.trays[index]?.partitions.length ?? 0}
              />
            ))}
            {layout.strip === null ? null : <Strip strip={layout.strip} count={owners.unowned.length} />}
          </ul>
          <div className="cells" aria-hidden="true">
            {[...layout.cells]
              .sort(([one], [other]) => one - other)
              .map(([partition, at]) => {
                const nodeId = owned.get(partition);
                const owner = nodeId === undefined ? texts.nowhere : labelOf(nodeId);
                return (
                  <Cell
                    key={partition}
                    partition={partition}
                    {...at}
                    sidePx={layout.cellPx}
                    color={nodeId === undefined ? null : (colors.get(nodeId) ?? 0)}
                    title={texts.cell(partition, owner, tokens.get(partition) ?? null)}
                    isFound={partition === found}
                  />
                );
              })}
          </div>
        </>
      )}
    </div>
  );
}

const placed = ({ x, y, width, height }: PlacedTray) => ({
  transform: `translate(${x}px, ${y}px)`,
  width,
  height,
});

interface TrayBoxProps {
  readonly tray: PlacedTray;
  readonly label: string;
  readonly color: number;
  readonly state: NodeState;
  readonly count: number;
}

const TrayBox = ({ tray, label, color, state, count }: TrayBoxProps) => (
  <li className={`tray is-${state}`} style={placed(tray)}>
    <p className="tray-name">
      <span className={`swatch owner-${color}`} aria-hidden="true" />
      <b title={label}>{label}</b>
    </p>
    <p className="tray-facts">
      <span>{texts.count(count)}</span>
      {state === 'up' ? null : <span className={`state-word is-${state}`}>{cluster.states[state]}</span>}
    </p>
  </li>
);

const Strip = ({ strip, count }: { readonly strip: PlacedTray; readonly count: number }) => (
  <li className="tray is-strip" style={placed(strip)}>
    <p className="tray-name">
      <b>{texts.unowned}</b>
    </p>
    <p className="tray-facts">{texts.count(count)}</p>
  </li>
);

interface CellProps extends Point {
  readonly partition: number;
  readonly sidePx: number;
  /** Null: no owner. */
  readonly color: number | null;
  readonly title: string;
  readonly isFound: boolean;
}

const Cell = memo(function Cell({ partition, x, y, sidePx, color, title, isFound }: CellProps) {
  const names = ['cell', color === null ? 'is-unowned' : `owner-${color}`, isFound && 'is-found'];
  return (
    <i
      className={names.filter((name) => name !== false).join(' ')}
      style={{ transform: `translate(${x}px, ${y}px)`, width: sidePx, height: sidePx }}
      title={title}
    >
      {sidePx >= numberedPx ? partition : null}
    </i>
  );
});
