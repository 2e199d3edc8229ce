import type { FeedListener } from '@plenum/core';

/** A listener that does only the named things. It takes no own entry, so each entry comes as `onEntry`. */
export const feedListener = (parts: Partial<FeedListener>): FeedListener => ({
  onEntry: () => undefined,
  onOwnEntry: () => undefined,
  takeOwnPublish: () => false,
  onUnlisted: () => undefined,
  onEphemeral: () => undefined,
  onAuditNeeded: () => undefined,
  ...parts,
});
