/** Partitions and owners: the picture or a table, where a group is, and what has moved. */
import type { GroupOwner, PartitionsView } from '@plenum/protocol';
import { useMemo, useState } from 'react';
import { useStore } from '../../session/store.ts';
import { cluster } from '../operation-strings.ts';
import { useRest } from '../rest/queries.ts';
import type { OwnersWatch } from './moves.ts';
import type { NodeRow, NodeState } from './node-state.ts';
import { type Owners, ownersOf } from './owners.ts';
import { OwnersPicture } from './owners-picture.tsx';
import { rangesText } from './ranges.ts';

const { owners: texts } = cluster;
const movesShown = 4;

interface OwnersSectionProps {
  readonly rows: readonly NodeRow[];
  readonly partitions: PartitionsView['partitions'];
  readonly watch: OwnersWatch;
}

export function OwnersSection({ rows, partitions, watch }: OwnersSectionProps) {
  const colors = useStore(watch.colors);
  const [isTable, setTable] = useState(false);
  const [wanted, setWanted] = useState('');
  // The rows are others at each reading; the picture is drawn again only where it changes.
  const nodes = rows.map(({ nodeId, label }) => `${nodeId} ${label}`).join('\n');
  const owners = useMemo(() => ownersOf(listed(nodes), partitions), [nodes, partitions]);
  const tokens = useMemo(
    () => new Map(partitions.map(({ partition, token }) => [partition, token])),
    [partitions],
  );
  const found = useRest<GroupOwner>(`/v1/groups/${encodeURIComponent(wanted)}/owner`, {
    isOn: wanted !== '',
  });
  const partition = wanted === '' ? null : (found.data?.partition ?? null);
  const stateOf = (nodeId: string): NodeState => rows.find((row) => row.nodeId === nodeId)?.state ?? 'gone';
  const labelOf = (nodeId: string) => watch.labelOf(nodeId);
  return (
    <section className="owners-section" aria-labelledby="owners-title">
      <header className="section-head">
        <h2 id="owners-title">{texts.title}</h2>
        <FindGroup onFind={setWanted} />
        <ViewSwitch isTable={isTable} onChange={setTable} />
      </header>
      <p className="hint section-text">{texts.text}</p>
      {isTable ? (
        <OwnersTable owners={owners} stateOf={stateOf} labelOf={labelOf} />
      ) : (
        <OwnersPicture {...{ owners, colors, tokens, stateOf, labelOf }} found={partition} />
      )}
      <p className="found" role="status">
        {wanted === '' ? null : found.error === null ? (
          partition === null ? null : (
            <FoundText groupId={wanted} owner={ownerText(owners, partition, labelOf)} />
          )
        ) : (
          <span className="problem">{found.error.message}</span>
        )}
      </p>
      <Moves watch={watch} />
    </section>
  );
}

/** Back from the text that names all nodes. */
const listed = (nodes: string) =>
  nodes === ''
    ? []
    : nodes.split('\n').map((line) => {
        const [node_id = '', label = ''] = line.split(' ');
        return { node_id, url: label === node_id ? null : label };
      });

function ownerText({ trays }: Owners, partition: number, labelOf: (nodeId: string) => string): string {
  const tray = trays.find(({ partitions }) => partitions.includes(partition));
  return tray === undefined ? texts.foundMoving(partition) : texts.found(partition, labelOf(tray.nodeId));
}

const FoundText = ({ groupId, owner }: { readonly groupId: string; readonly owner: string }) => (
  <>
    <bdi className="mono">{groupId}</bdi>: {owner}
  </>
);

function FindGroup({ onFind }: { readonly onFind: (groupId: string) => void }) {
  return (
    <form
      className="find-group"
      onSubmit={(event) => {
        event.preventDefault();
        onFind(String(new FormData(event.currentTarget).get('group') ?? '').trim());
      }}
    >
      <input
        name="group"
        type="search"
        autoComplete="off"
        spellCheck={false}
        aria-label={texts.findLabel}
        placeholder={texts.find}
        onChange={({ target }) => target.value === '' && onFind('')}
      />
    </form>
  );
}

interface ViewSwitchProps {
  readonly isTable: boolean;
  readonly onChange: (isTable: boolean) => void;
}

const ViewSwitch = ({ isTable, onChange }: ViewSwitchProps) => (
  <fieldset className="switch">
    <legend className="unseen">{texts.view}</legend>
    <button type="button" aria-pressed={!isTable} onClick={() => onChange(false)}>
      {texts.picture}
    </button>
    <button type="button" aria-pressed={isTable} onClick={() => onChange(true)}>
      {texts.table}
    </button>
  </fieldset>
);

interface OwnersTableProps {
  readonly owners: Owners;
  readonly stateOf: (nodeId: string) => NodeState;
  readonly labelOf: (nodeId: string) => string;
}

function OwnersTable({ owners: { trays, unowned }, stateOf, labelOf }: OwnersTableProps) {
  const rows = trays.map(({ nodeId, partitions }) => ({
    ...{ id: nodeId, label: labelOf(nodeId), state: cluster.states[stateOf(nodeId)], partitions },
  }));
  const all =
    unowned.length === 0 ? rows : [...rows, { id: '', label: texts.unowned, state: '', partitions: unowned }];
  return (
    <table className="plain-table">
      <thead>
        <tr>
          <th scope="col">{texts.node}</th>
          <th scope="col">{texts.state}</th>
          <th scope="col" className="is-number">
            {texts.owned}
          </th>
          <th scope="col">{texts.numbers}</th>
        </tr>
      </thead>
      <tbody>
        {all.map(({ id, label, state, partitions }) => (
          <tr key={id}>
            <th scope="row">{label}</th>
            <td>{state}</td>
            <td className="is-number">{partitions.length}</td>
            <td className="ranges">{rangesText(partitions)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const timeOf = (atMs: number): string => new Date(atMs).toLocaleTimeString([], { hourCycle: 'h23' });

function Moves({ watch }: { readonly watch: OwnersWatch }) {
  const moves = useStore(watch.moves);
  const label = (nodeId: string | null) => (nodeId === null ? texts.nowhere : watch.labelOf(nodeId));
  return (
    <div className="moves">
      <h3>{texts.moves}</h3>
      <ol aria-live="polite">
        {moves.length === 0 ? <li className="hint">{texts.noMoves}</li> : null}
        {moves.slice(0, movesShown).map(({ id, atMs, count, from, to }) => (
          <li key={id}>
            <time>{timeOf(atMs)}</time> {texts.moved(count, label(from), label(to))}
          </li>
        ))}
      </ol>
    </div>
  );
}
