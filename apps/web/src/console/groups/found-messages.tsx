/** Messages of a group that the archive finds by their words, the newest first. */
import type { RequestResult } from '@plenum/protocol';
import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query';
import { type FormEvent, useId } from 'react';
import { Empty, FailureNote, Loading } from '../parts/states.tsx';
import { callOf } from '../rest/call.ts';
import { rest } from '../rest/rest.ts';
import { Link } from '../router/link.tsx';
import { go, pathOf } from '../router/place.ts';
import { strings } from '../strings.ts';
import { EntryRow } from './entry-row.tsx';
import { type PartProps, pinnedIn } from './part.ts';

const texts = strings.history;
const pageRows = 50;

interface SearchLineProps {
  readonly groupId: string;
  /** Empty: nothing is searched. */
  readonly query: string;
}

export function SearchLine({ groupId, query }: SearchLineProps) {
  const id = useId();
  const log = pathOf('groups', groupId, 'history');
  const search = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = String(new FormData(event.currentTarget).get('query') ?? '').trim();
    go(typed === '' ? log : `${log}?${new URLSearchParams({ query: typed })}`);
  };
  return (
    <form className="search-line is-first" onSubmit={search}>
      <label htmlFor={id}>{texts.search}</label>
      <input id={id} name="query" type="search" defaultValue={query} autoComplete="off" />
      <button type="submit" className="button">
        {texts.find}
      </button>
      {query === '' ? null : (
        <Link className="button" to={log}>
          {texts.backToLog}
        </Link>
      )}
    </form>
  );
}

type Page = RequestResult<'search_messages'>;

function useFound(groupId: string, query: string) {
  const callAt = (before: number | null) =>
    callOf('search_messages', {
      ...{ group_id: groupId, query, limit: pageRows },
      ...(before === null ? {} : { before }),
    });
  return useInfiniteQuery<Page, Error, InfiniteData<Page, number | null>, string[], number | null>({
    queryKey: ['pages', callAt(null).path],
    queryFn: ({ signal, pageParam }) => rest<Page>(callAt(pageParam), { signal }),
    initialPageParam: null,
    getNextPageParam: ({ next_before }) => next_before,
  });
}

export function FoundMessages({ groupId, info, query }: PartProps & { readonly query: string }) {
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useFound(groupId, query);
  const entries = data?.pages.flatMap((page) => page.entries) ?? [];
  const pinned = pinnedIn(info);
  if (error !== null) return <FailureNote error={error} onAgain={() => void refetch()} />;
  if (data === undefined) return <Loading />;
  return (
    <>
      <p className="hint list-line" role="status">
        {entries.length === 0 ? '' : texts.foundCount(entries.length, !hasNextPage)}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      <section className="table-scroll" aria-label={texts.found} tabIndex={0}>
        {entries.length === 0 && !hasNextPage ? <Empty>{texts.noneFound}</Empty> : null}
        <ol>
          {entries.map((entry) => (
            <li key={entry.seq}>
              <EntryRow
                groupId={groupId}
                entry={entry}
                isPinned={'message_id' in entry && pinned.has(entry.message_id)}
              />
            </li>
          ))}
        </ol>
        {hasNextPage ? (
          <p className="entries-end">
            <button
              type="button"
              className="button is-small"
              disabled={isFetchingNextPage}
              onClick={() => void fetchNextPage()}
            >
              {texts.more}
            </button>
          </p>
        ) : null}
      </section>
    </>
  );
}
