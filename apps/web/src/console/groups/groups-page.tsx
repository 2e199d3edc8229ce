/** The groups of the cluster by the beginning of their ids, page by page. */
import type { RequestResult } from '@plenum/protocol';
import { useId, useMemo, useState } from 'react';
import { ActButton } from '../acts/act-menu.tsx';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { GroupLink } from '../parts/marks.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { FailureNote } from '../parts/states.tsx';
import { useLate, useStayed } from '../parts/use-late.ts';
import { callOf } from '../rest/call.ts';
import { usePages, useRead } from '../rest/queries.ts';
import { request } from '../rest/rest.ts';
import type { PageProps } from '../router/page.ts';
import { go, pathOf } from '../router/place.ts';
import { strings } from '../strings.ts';

type Found = RequestResult<'find_groups'>;
type Row = Found['groups'][number];

const texts = strings.groups;
const pageRows = 200;
/** What is typed is searched after so long a pause, ms. */
const pauseMs = 200;
/** The facts of a row are read when it was seen for so long, ms. */
const seenMs = 250;

const columns: readonly Column<Row>[] = [
  { id: 'id', title: texts.id, width: 'minmax(0, 1fr)', cell: ({ group_id }) => <GroupLink id={group_id} /> },
  {
    id: 'type',
    title: texts.type,
    width: '8rem',
    isMinor: true,
    cell: ({ group_id }) => <Fact groupId={group_id} name="type" />,
  },
  {
    id: 'members',
    title: texts.members,
    width: '6rem',
    isNumber: true,
    cell: ({ group_id }) => <Fact groupId={group_id} name="members" />,
  },
  {
    id: 'last',
    title: texts.last,
    width: '6rem',
    isMinor: true,
    isNumber: true,
    cell: ({ group_id }) => <Fact groupId={group_id} name="entries" />,
  },
];

export function GroupsPage({ query }: PageProps) {
  const [prefix, setPrefix] = useState(query.get('prefix') ?? '');
  const searched = useLate(prefix, pauseMs);
  const id = useId();
  const args = searched === '' ? { limit: pageRows } : { prefix: searched, limit: pageRows };
  const found = usePages<Found>(callOf('find_groups', args));
  const rows = useMemo(() => found.pages.flatMap(({ groups }) => groups), [found.pages]);
  const change = (text: string) => {
    setPrefix(text);
    go(text === '' ? '/groups' : `/groups?prefix=${encodeURIComponent(text)}`, { replace: true });
  };
  return (
    <>
      <PageHead title={strings.pages.groups}>
        <ActButton
          name="create_group"
          known={{}}
          isMain
          onDone={(_, answer) => {
            const made =
              typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'group_id') : null;
            if (typeof made === 'string') go(pathOf('groups', made));
          }}
        />
      </PageHead>
      <form
        className="search-line"
        onSubmit={(event) => {
          event.preventDefault();
          void openFirst(prefix);
        }}
      >
        <label htmlFor={id}>{texts.prefix}</label>
        <input
          id={id}
          type="search"
          value={prefix}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          onChange={(event) => change(event.currentTarget.value.trim())}
        />
        <span className="hint" role="status">
          {rows.length === 0 ? '' : texts.shown(rows.length, found.pages.at(-1)?.next_cursor === null)}
        </span>
      </form>
      {found.error === null ? (
        <DataTable
          label={texts.label}
          columns={columns}
          rows={rows}
          keyOf={({ group_id }) => group_id}
          isLoading={found.isLoading}
          more={found.more}
          empty={searched === '' ? texts.noneAtAll : texts.none}
        />
      ) : (
        <FailureNote error={found.error} onAgain={found.again} />
      )}
    </>
  );
}

/** The first of the groups, in the order of their ids, is the one whose id is the prefix itself, if it exists. */
async function openFirst(prefix: string): Promise<void> {
  const args = prefix === '' ? { limit: 1 } : { prefix, limit: 1 };
  // A refusal is shown by the list, which asks for the same.
  const found = await request('find_groups', args).catch(() => null);
  const first = found?.groups[0];
  if (first !== undefined) go(pathOf('groups', first.group_id));
}

interface FactProps {
  readonly groupId: string;
  readonly name: 'type' | 'members' | 'entries';
}

/** All facts of a row come from one read. */
function Fact({ groupId, name }: FactProps) {
  const { data } = useRead('get_group_info', { group_id: groupId }, { isOn: useStayed(seenMs) });
  if (data === undefined) return <span className="dim">–</span>;
  if (name === 'type') return data.group_type;
  const count = name === 'members' ? (data.counts?.active ?? 0) + (data.counts?.muted ?? 0) : (data.seq ?? 0);
  return count.toLocaleString('en');
}
