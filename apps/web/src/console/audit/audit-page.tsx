/** The audit log: who did what to what, and how it ended; the newest first. */
import type { AuditPage as AuditLines } from '@plenum/protocol';
import { useEffect, useState } from 'react';
import { audit as texts } from '../operation-strings.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { FailureNote } from '../parts/states.tsx';
import { usePages } from '../rest/queries.ts';
import type { PageProps } from '../router/page.ts';
import { go } from '../router/place.ts';
import { strings } from '../strings.ts';

type AuditLine = AuditLines['lines'][number];

const pageLimit = 100;
const timeOf = (at: string): string => new Date(at).toLocaleString([], { hourCycle: 'h23' });

const columns: readonly Column<AuditLine>[] = [
  {
    ...{ id: 'at', title: texts.at, width: '10.5rem' },
    cell: ({ at }) => <time dateTime={at}>{timeOf(at)}</time>,
  },
  {
    ...{ id: 'name', title: texts.name, width: 'minmax(6rem, 0.8fr)' },
    cell: ({ name, acting_as }) => (
      <>
        <bdi>{name}</bdi>
        {acting_as === undefined ? null : <span className="hint"> {texts.actingAs(acting_as)}</span>}
      </>
    ),
  },
  { id: 'act', title: texts.act, width: 'minmax(7rem, 1fr)', cell: ({ act }) => act },
  {
    ...{ id: 'target', title: texts.target, width: 'minmax(0, 1.4fr)', isMinor: true },
    cell: ({ target }) => (
      <bdi className="mono" title={target}>
        {target}
      </bdi>
    ),
  },
  {
    ...{ id: 'outcome', title: texts.outcome, width: '8rem' },
    cell: ({ outcome }) => (
      <span className={outcome === 'ok' ? 'state-word is-up' : 'state-word is-missing'}>{outcome}</span>
    ),
  },
  {
    ...{ id: 'address', title: texts.address, width: '8.5rem', isMinor: true },
    cell: ({ address }) => <span className="mono">{address}</span>,
  },
  {
    ...{ id: 'request', title: texts.request, width: 'minmax(0, 0.8fr)', isMinor: true },
    cell: ({ request_id, node_id }) => (
      <span className="mono" title={`${texts.node} ${node_id}`}>
        {request_id}
      </span>
    ),
  },
];

/** The filters are in the address of the page, so that it can be given to another operator. */
export function AuditPage({ query }: PageProps) {
  const [act, name] = [query.get('act') ?? '', query.get('name') ?? ''];
  const wanted = new URLSearchParams({ limit: String(pageLimit) });
  if (act !== '') wanted.set('act', act);
  if (name !== '') wanted.set('name', name);
  const read = usePages<AuditLines>({ method: 'GET', path: `/v1/audit?${wanted}` });
  const lines = read.pages.flatMap((page) => page.lines);
  const isFiltered = act !== '' || name !== '';
  const { more } = read;
  useEffect(() => {
    // A filter may find nothing in one page and something in the next.
    if (lines.length === 0) more?.();
  }, [lines.length, more]);
  return (
    <>
      <PageHead title={strings.pages.audit} facts={<span>{texts.text}</span>}>
        <button type="button" className="button" onClick={read.again}>
          {strings.table.refresh}
        </button>
      </PageHead>
      <Filters key={`${act} ${name}`} act={act} name={name} />
      {read.error === null ? null : <FailureNote error={read.error} onAgain={read.again} />}
      {read.error !== null && lines.length === 0 ? null : (
        <DataTable
          label={strings.pages.audit}
          {...{
            columns,
            rows: lines,
            isLoading: read.isLoading || (lines.length === 0 && read.isLoadingMore),
            more,
          }}
          keyOf={({ request_id, at, act: done }) => `${at} ${request_id} ${done}`}
          empty={isFiltered ? texts.noneOfFilter : texts.none}
        />
      )}
    </>
  );
}

function Filters({ act, name }: { readonly act: string; readonly name: string }) {
  const [given, setGiven] = useState({ act, name });
  const show = (next: typeof given) => {
    const set = Object.entries(next).filter(([, value]) => value.trim() !== '');
    go(`/audit${set.length === 0 ? '' : `?${new URLSearchParams(set)}`}`, { replace: true });
  };
  return (
    <form
      className="tools"
      onSubmit={(event) => {
        event.preventDefault();
        show(given);
      }}
    >
      <input
        type="search"
        aria-label={texts.act}
        placeholder={texts.anyAct}
        value={given.act}
        onChange={({ target }) => setGiven({ ...given, act: target.value })}
      />
      <input
        type="search"
        aria-label={texts.name}
        placeholder={texts.anyName}
        value={given.name}
        onChange={({ target }) => setGiven({ ...given, name: target.value })}
      />
      <button type="submit" className="button">
        {texts.filter}
      </button>
      {act === '' && name === '' ? null : (
        <button type="button" className="link" onClick={() => show({ act: '', name: '' })}>
          {texts.clear}
        </button>
      )}
    </form>
  );
}
