/** Where in the console the page is: the path below `/console`, and the query. It follows the history of the browser. */
import { Store, useStore } from '../../session/store.ts';

export interface Place {
  /** From `/` on, decoded segment by segment only where it is matched. */
  readonly path: string;
  readonly query: URLSearchParams;
}

const base = '/console';

function read(): Place {
  const { pathname, search } = globalThis.location;
  const path = pathname.slice(base.length).replace(/\/+$/, '');
  return { path: path === '' ? '/' : path, query: new URLSearchParams(search) };
}

const place = new Store<Place>(read());
globalThis.addEventListener('popstate', () => place.set(read()));

export const usePlace = (): Place => useStore(place);

/** @param to path below `/console`, with its query */
export const hrefOf = (to: string): string => `${base}${to === '/' ? '' : to}`;

export function go(to: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  if (replace) history.replaceState(null, '', hrefOf(to));
  else history.pushState(null, '', hrefOf(to));
  place.set(read());
}

/** A path of segments that are ids. */
export const pathOf = (...segments: readonly string[]): string =>
  `/${segments.map(encodeURIComponent).join('/')}`;
