/** Deliveries that were given up: what, why and how often, and a retry or a delete of one, of some, or of all that match. */
import { useMemo, useState } from 'react';
import { deadLetters as texts } from '../operation-strings.ts';
import { PageHead } from '../parts/page-head.tsx';
import { Empty, FailureNote, Loading } from '../parts/states.tsx';
import { callOf } from '../rest/call.ts';
import { usePages } from '../rest/queries.ts';
import type { PageProps } from '../router/page.ts';
import { useProblemOf } from '../session/permission.ts';
import { strings } from '../strings.ts';
import { BulkBar } from './bulk-bar.tsx';
import { DeleteDialog } from './delete-dialog.tsx';
import { type DeadLetterPage, isAny, type LetterFilter, matches } from './letter-filter.ts';
import { LetterList } from './letter-list.tsx';
import { type Chosen, useBulk } from './use-bulk.ts';

const kinds = ['archive', 'notifier'] as const;
const pageLimit = 100;

export function DeadLettersPage({ query }: PageProps) {
  const [filter, setFilter] = useState<LetterFilter>({ kind: query.get('kind') ?? '', text: '' });
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [deleted, setDeleted] = useState<Chosen | null>(null);
  const read = usePages<DeadLetterPage>(callOf('list_dead_letters', { limit: pageLimit }));
  const problem = useProblemOf('ops');
  const bulk = useBulk(() => {
    setSelected(new Set());
    read.again();
  });
  const letters = useMemo(() => read.pages.flatMap((page) => page.dead_letters), [read.pages]);
  const shown = useMemo(() => letters.filter((letter) => matches(filter, letter)), [letters, filter]);
  const chosen = shown
    .filter(({ dead_letter_id }) => selected.has(dead_letter_id))
    .map((one) => one.dead_letter_id);
  const isAll = read.more === null && !read.isLoadingMore;
  const change = (next: Partial<LetterFilter>) => setFilter({ ...filter, ...next });
  return (
    <>
      <PageHead title={strings.pages.deadLetters} facts={<span>{texts.text}</span>} />
      <div className="tools">
        <select
          aria-label={texts.kind}
          value={filter.kind}
          onChange={({ target }) => change({ kind: target.value })}
        >
          <option value="">{texts.anyKind}</option>
          {kinds.map((kind) => (
            <option key={kind}>{kind}</option>
          ))}
        </select>
        <input
          type="search"
          aria-label={texts.filter}
          placeholder={texts.filter}
          value={filter.text}
          onChange={({ target }) => change({ text: target.value })}
        />
        <span className="hint tools-count">{texts.shown(shown.length, isAll)}</span>
      </div>
      <BulkBar
        chosen={chosen}
        hasMatches={shown.length > 0}
        isFiltered={!isAny(filter)}
        problem={problem}
        progress={bulk.progress}
        onRetry={(ids) => bulk.start('retry', ids === null ? { filter } : { ids })}
        onDelete={(ids) => setDeleted(ids === null ? { filter } : { ids })}
        onStop={bulk.stop}
        onClose={bulk.close}
      />
      {read.error === null ? null : <FailureNote error={read.error} onAgain={read.again} />}
      {read.isLoading ? <Loading /> : null}
      {shown.length === 0 && !read.isLoading && read.error === null ? (
        <Empty>{letters.length === 0 ? texts.none : texts.noneOfFilter}</Empty>
      ) : null}
      <LetterList
        letters={shown}
        selected={selected}
        onSelect={setSelected}
        problem={problem}
        onRetry={(id) => bulk.start('retry', { ids: [id] })}
        onDelete={(id) => setDeleted({ ids: [id] })}
        more={read.more}
      />
      {deleted === null ? null : (
        <DeleteDialog
          count={'ids' in deleted ? texts.counted(deleted.ids.length) : texts.allCounted}
          onDelete={() => bulk.start('delete', deleted)}
          onClose={() => setDeleted(null)}
        />
      )}
    </>
  );
}
