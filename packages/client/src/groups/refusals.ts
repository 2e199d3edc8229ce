import type { ErrorCode } from '@plenum/protocol';

const final: ReadonlySet<string> = new Set<ErrorCode>([
  'group_not_found',
  'not_a_member',
  'pending_membership',
  'banned',
]);

/** The user may not read the group; any other failure may pass. */
export const isNoReader = (code: string): boolean => final.has(code);
