/** Reads as React follows them: kept for some seconds, repeated only while they are on a screen that is seen. */

import type { RequestResult, RequestType } from '@plenum/protocol';
import {
  type InfiniteData,
  QueryClient,
  type UseQueryResult,
  useInfiniteQuery,
  useQuery,
} from '@tanstack/react-query';
import { type Call, type CallArgs, callOf } from './call.ts';
import { CallFailure, missingScopeIn } from './failure.ts';
import { rest } from './rest.ts';

const retriesMax = 2;
const freshMs = 5000;

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      networkMode: 'always',
      staleTime: freshMs,
      refetchIntervalInBackground: false,
      retry: (count, error) => count < retriesMax && error instanceof CallFailure && error.canRetry,
    },
    mutations: { networkMode: 'always', retry: false },
  },
});

export interface ReadOptions {
  /** Reads again after so many ms, while the tab is seen; of pages only the first, while there is no other. Default: only when the tab is seen again. */
  readonly everyMs?: number;
  /** False: nothing is read. */
  readonly isOn?: boolean;
}

/** Each refusal of a scope is a line of the audit log, so it is not asked for again and again. */
export const unlessScopeMissing =
  (everyMs: number | null = null) =>
  ({ state }: { readonly state: { readonly error: Error | null } }): number | false =>
    everyMs === null || missingScopeIn(state.error) !== null ? false : everyMs;

/** Follows any GET route. The key is its path. */
export function useRest<R>(path: string, options: ReadOptions = {}): UseQueryResult<R, Error> {
  const { everyMs, isOn = true } = options;
  return useQuery({
    queryKey: ['rest', path],
    queryFn: ({ signal }) => rest<R>({ method: 'GET', path }, { signal }),
    refetchInterval: unlessScopeMissing(everyMs),
    enabled: isOn,
  });
}

/** Follows a read of the request table. */
export function useRead<T extends RequestType>(
  type: T,
  args: CallArgs<T>,
  options: ReadOptions = {},
): UseQueryResult<RequestResult<T>, Error> {
  return useRest<RequestResult<T>>(callOf(type, args).path, options);
}

interface Paged {
  readonly next_cursor: string | null;
}

export interface Pages<P extends Paged> {
  readonly pages: readonly P[];
  /** True until the first page is here. */
  readonly isLoading: boolean;
  readonly isLoadingMore: boolean;
  readonly error: Error | null;
  /** Null: there is no further page. */
  readonly more: (() => void) | null;
  readonly again: () => void;
}

/** Follows a read with `cursor` and `next_cursor`, page by page. @param callAt the call without its cursor */
export function usePages<P extends Paged>(callAt: Call, options: ReadOptions = {}): Pages<P> {
  const { path } = callAt;
  const { isOn = true, everyMs } = options;
  const read = useInfiniteQuery<P, Error, InfiniteData<P, string | null>, string[], string | null>({
    queryKey: ['pages', path],
    queryFn: ({ signal, pageParam }) =>
      rest<P>({ method: 'GET', path: withCursor(path, pageParam) }, { signal }),
    initialPageParam: null,
    getNextPageParam: ({ next_cursor }) => next_cursor,
    refetchInterval: ({ state }) =>
      (state.data?.pages.length ?? 0) <= 1 ? unlessScopeMissing(everyMs)({ state }) : false,
    enabled: isOn,
    // Many pages would be read one after the other: the reader asks for that.
    refetchOnWindowFocus: ({ state }) => (state.data?.pages.length ?? 0) <= 1,
    refetchOnMount: ({ state }) => (state.data?.pages.length ?? 0) <= 1,
  });
  return {
    pages: read.data?.pages ?? [],
    isLoading: read.isLoading,
    isLoadingMore: read.isFetchingNextPage,
    error: read.error,
    // Two calls before the next drawing are one read.
    more:
      read.hasNextPage && !read.isFetchingNextPage
        ? () => void read.fetchNextPage({ cancelRefetch: false })
        : null,
    again: () => void read.refetch(),
  };
}

function withCursor(path: string, cursor: string | null): string {
  if (cursor === null) return path;
  return `${path}${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor)}`;
}

/** Pages that were read one after the other are read again only if they are few: the rest waits for the reader. */
const pagesToRefresh = 3;

/** After an act: what is on the screen is read again, and what is kept for later is read when it is shown. */
export function refreshAfterAct(): void {
  void queries.invalidateQueries({
    predicate: ({ state }) => pagesIn(state.data) <= pagesToRefresh,
  });
}

function pagesIn(data: unknown): number {
  const pages: unknown = typeof data === 'object' && data !== null ? Reflect.get(data, 'pages') : null;
  return Array.isArray(pages) ? pages.length : 1;
}

/** Changes the rows of pages that were read, without reading them again. @param change null takes the row out */
export function changeRows<R extends object>(
  path: string,
  field: string,
  change: (row: R) => R | null,
): void {
  queries.setQueriesData<InfiniteData<Record<string, unknown>>>(
    { predicate: ({ queryKey }) => queryKey[0] === 'pages' && String(queryKey[1]).startsWith(path) },
    (data) =>
      data === undefined
        ? data
        : {
            ...data,
            pages: data.pages.map((page) => {
              const rows: unknown = page[field];
              if (!Array.isArray(rows)) return page;
              return { ...page, [field]: rows.map((row: R) => change(row)).filter((row) => row !== null) };
            }),
          },
  );
}
