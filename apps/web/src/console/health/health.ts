/** What the node that serves the page says of itself and of Redis. It needs no token, and is no part of the shown requests. */
import type { Readiness } from '@plenum/protocol';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';

const path = '/readyz';
/** While all is well, and while something is wrong, ms. */
const calmMs = 10_000;
const troubledMs = 2000;

/** A balancer answered, in place of a node. */
export class NoReadyNode extends Error {}

const isReadiness = (value: unknown): value is Readiness =>
  typeof value === 'object' && value !== null && 'ready' in value && 'shards_away' in value;

/** @returns null: what serves the page has no such route */
async function read(signal: AbortSignal): Promise<Readiness | null> {
  const answer = await fetch(path, { signal, cache: 'no-store' });
  if (answer.status === 404) return null;
  const body: unknown = await answer.json().catch(() => null);
  if (isReadiness(body)) return body;
  throw new NoReadyNode(`${path} answered ${answer.status}`);
}

const isWell = (readiness: Readiness | null | undefined): boolean =>
  readiness === null ||
  (readiness?.ready === true && readiness.shards_away === 0 && readiness.notices === undefined);

export function useHealth(): UseQueryResult<Readiness | null, Error> {
  return useQuery({
    queryKey: ['health'],
    queryFn: ({ signal }) => read(signal),
    refetchInterval: ({ state }) => (state.error === null && isWell(state.data) ? calmMs : troubledMs),
    retry: false,
  });
}
