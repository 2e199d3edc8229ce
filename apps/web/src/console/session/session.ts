/** Who is signed in: an admin token, kept by this tab alone, and what the node says of it. */
import type { AdminScope } from '@plenum/protocol';
import { Store } from '../../session/store.ts';

/** The answer of `GET /v1/admin`. */
export interface Admin {
  readonly name: string;
  readonly scopes: readonly AdminScope[];
  readonly version: string;
  readonly prefix?: string;
  readonly event: string;
  readonly service: string;
  readonly has_archive: boolean;
  /** False: this address takes admin requests, and no sockets. */
  readonly has_sockets: boolean;
  /** True: the token may be used for reads only. */
  readonly read_only?: boolean;
}

export type Session =
  | { readonly state: 'signed out'; readonly reason: string | null }
  | { readonly state: 'signed in'; readonly admin: Admin };

const tokenKey = 'plenum-admin-token';
let token: string | null = sessionStorage.getItem(tokenKey);

export const session = new Store<Session | null>(null);

export const tokenOfSession = (): string | null => token;

export function beginSession(given: string, admin: Admin): void {
  token = given;
  sessionStorage.setItem(tokenKey, given);
  session.set({ state: 'signed in', admin });
}

/** @param reason shown at the sign-in; null: the user asked for it */
export function endSession(reason: string | null): void {
  token = null;
  sessionStorage.removeItem(tokenKey);
  session.set({ state: 'signed out', reason });
}
