/** What a page gets of its address. */
import type { Params } from './match.ts';

export interface PageProps {
  readonly params: Params;
  readonly query: URLSearchParams;
}
