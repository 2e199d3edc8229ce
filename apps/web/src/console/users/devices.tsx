/** The devices of a user on all nodes, as the nodes answer while this page is seen, with the act that cuts them. */
import type { UserDevice, UserDevices } from '@plenum/protocol';
import { type CSSProperties, useMemo } from 'react';
import { ActButton } from '../acts/act-menu.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Id, Time } from '../parts/marks.tsx';
import { FailureNote } from '../parts/states.tsx';
import { usePages } from '../rest/queries.ts';
import { strings } from '../strings.ts';

const texts = strings.devices;
const pageRows = 100;
/** The nodes are asked anew so often while the page is seen, ms. */
const everyMs = 5000;

/** Those who follow the devices of one user share one read. */
const useDevices = (userId: string) =>
  usePages<UserDevices>(
    { method: 'GET', path: `/v1/users/${encodeURIComponent(userId)}/devices?limit=${pageRows}` },
    { everyMs },
  );

export function Devices({ userId }: { readonly userId: string }) {
  const read = useDevices(userId);
  const rows = useMemo(() => read.pages.flatMap(({ devices }) => devices), [read.pages]);
  const { count = 0, missing = [] } = read.pages.at(-1) ?? {};
  const height: CSSProperties & Record<`--${string}`, number> = { '--rows': rows.length };
  return (
    <>
      <div className="list-line">
        <h2>{texts.label}</h2>
        {count === 0 ? null : <span className="dim">{texts.shown(count, nodesOf(rows))}</span>}
        <ActButton name="disconnect_user" known={{ user_id: userId }} />
      </div>
      {missing.length === 0 ? null : <p className="problem devices-missing">{texts.missing(missing)}</p>}
      {read.error === null ? (
        <div className={rows.length === 0 ? undefined : 'devices'} style={height}>
          <DataTable
            label={texts.label}
            columns={columns}
            rows={rows}
            keyOf={({ node_id, device_id }) => `${node_id} ${device_id}`}
            isLoading={read.isLoading}
            more={read.more}
            total={Math.max(count, rows.length)}
            empty={missing.length === 0 ? texts.offline : texts.unknown}
          />
        </div>
      ) : (
        <FailureNote error={read.error} onAgain={read.again} />
      )}
    </>
  );
}

const nodesOf = (rows: readonly UserDevice[]): number => new Set(rows.map(({ node_id }) => node_id)).size;

/** True if any device is connected. */
export const useIsOnline = (userId: string): boolean => (useDevices(userId).pages.at(-1)?.count ?? 0) > 0;

const columns: readonly Column<UserDevice>[] = [
  {
    id: 'transport',
    title: texts.transport,
    width: '6rem',
    cell: ({ transport }) => texts.transports[transport],
  },
  {
    id: 'address',
    title: texts.address,
    width: 'minmax(0, 1fr)',
    cell: ({ address }) => (address === null ? '–' : <Id id={address} />),
  },
  {
    id: 'since',
    title: texts.since,
    width: '9rem',
    cell: ({ connected_at }) => <Time at={connected_at} />,
  },
  {
    id: 'groups',
    title: texts.groups,
    width: '4.5rem',
    isMinor: true,
    isNumber: true,
    cell: ({ groups, subscribe }) => (
      <span title={subscribe === 'none' ? texts.onRequest : undefined}>{groups.toLocaleString('en')}</span>
    ),
  },
  {
    id: 'node',
    title: texts.node,
    width: 'minmax(0, 1fr)',
    isMinor: true,
    cell: ({ node_id }) => (
      <span className="mono">
        <Id id={node_id} />
      </span>
    ),
  },
  {
    id: 'id',
    title: texts.id,
    width: 'minmax(0, 1fr)',
    isMinor: true,
    cell: ({ device_id }) => (
      <span className="mono dim">
        <Id id={device_id} />
      </span>
    ),
  },
];
