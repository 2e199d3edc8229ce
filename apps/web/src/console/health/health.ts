/** What the node that serves the page says of itself and of Redis. It needs no token, and is no part of the shown requests. */
import type { Readiness } from '@plenum/protocol';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';

const path = '/readyz';
/** While all is well, and while something is wrong, ms. */
const calmMs = 10_000;
const troubledMs = 2000;

const isReadiness = (value: unknown): value is Readiness =>
  typeof value === 'object' && value !== null && 'ready' in value && 'shards_away' in value;

async function read(signal: AbortSignal): Promise<Readiness> {
  const answer = await fetch(path, { signal, cache: 'no-store' });
  const body: unknown = await answer.json();
  if (!isReadiness(body)) throw new TypeError(`${path} answered ${answer.status}`);
  return body;
}

export const isWell = (readiness: Readiness | undefined): boolean =>
  readiness?.ready === true && readiness.shards_away === 0 && readiness.notices === undefined;

export function useHealth(): UseQueryResult<Readiness, Error> {
  return useQuery({
    queryKey: ['health'],
    queryFn: ({ signal }) => read(signal),
    refetchInterval: ({ state }) => (state.error === null && isWell(state.data) ? calmMs : troubledMs),
    retry: false,
  });
}
