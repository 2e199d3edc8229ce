/** Mutes, and bans, that one step on a group ends at most, besides those of the users that it names. */
export const dueMutesPerStep = 50;

/** What the owner of a partition does for its groups. */
export interface DueMutes {
  /**
   * Ends the timed mutes and bans of the partition whose time has come. Each group is one atomic step that may run twice
   * without harm, so the call needs no fence. One call looks at a bounded number of groups; the rest waits for the next call.
   * Example: the mute of alice ends at 12:00:00 and no request reaches the group. The first call after that time appends
   * `unmuted` for alice with the reason `expired`.
   * @throws PlenumError `unavailable` when the store is away
   */
  endDueMutes(partition: number): Promise<void>;
}
