/** What the session may do: the scopes of its token, and whether this page is set to reads only. */
import type { AdminScope } from '@plenum/protocol';
import { Store, useStore } from '../../session/store.ts';
import { strings } from '../strings.ts';
import { session } from './session.ts';

/** True: the user has set this page to reads only. */
export const isSetReadOnly = new Store(false);

/** @returns why an act that needs this scope is not offered; null: it is */
export function useProblemOf(scope: AdminScope): string | null {
  const signedIn = useStore(session);
  const isSet = useStore(isSetReadOnly);
  if (signedIn?.state !== 'signed in') return strings.permission.signedOut;
  const { admin } = signedIn;
  if (admin.read_only === true && scope !== 'read') return strings.permission.tokenReadOnly;
  if (isSet && scope !== 'read') return strings.permission.pageReadOnly;
  return admin.scopes.includes(scope) ? null : strings.permission.scope(scope);
}
