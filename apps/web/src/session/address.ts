/**
 * What the address of the page says: `?user=ann&user=ben` the people on it, `#invite=<code>` an invite link, `#token=<token>` the
 * token of the one person on it. A fragment is in no log of any server; a token is taken out of the address at once.
 */

export interface Address {
  /** One or two users. */
  readonly users: readonly string[];
  readonly invite: string | null;
  /** Null: the node gives tokens. */
  readonly token: string | null;
}

const usersMax = 2;
const usual = ['ann', 'ben'];
const tokenKey = 'plenum-token';

const guest = () => `guest-${Math.floor(1000 + Math.random() * 9000)}`;

export function readAddress(): Address {
  const { search, hash, pathname } = globalThis.location;
  const named = new URLSearchParams(search).getAll('user').filter((user) => user !== '');
  const fragment = new URLSearchParams(hash.slice(1));
  const invite = fragment.get('invite');
  const given = fragment.get('token');
  if (given !== null) {
    sessionStorage.setItem(tokenKey, given);
    history.replaceState(history.state, '', `${pathname}${search}`);
  }
  const others = invite === null ? usual : [guest()];
  const users = [...new Set(named.length > 0 ? named : others)].slice(0, usersMax);
  return { users, invite, token: sessionStorage.getItem(tokenKey) };
}

export function keepToken(token: string): void {
  sessionStorage.setItem(tokenKey, token);
}

export function forgetToken(): void {
  sessionStorage.removeItem(tokenKey);
}

/** Writes the people into the address, so that a reload shows the same ones. */
export function writeUsers(users: readonly string[]): void {
  const query = new URLSearchParams(users.map((user) => ['user', user]));
  history.replaceState(history.state, '', `${globalThis.location.pathname}?${query}`);
}

export const addressOf = (users: readonly string[]): string =>
  `${globalThis.location.origin}/?${new URLSearchParams(users.map((user) => ['user', user]))}`;

export const inviteAddress = (code: string): string =>
  `${globalThis.location.origin}/#invite=${encodeURIComponent(code)}`;
