/** The invite links of one group. */
import { type InviteLink, isUsedUp } from '@plenum/core';

const isEnded = ({ untilMs }: InviteLink, nowMs: number): boolean => untilMs !== null && untilMs <= nowMs;

/** The invite links of one group, by id. An ended link counts as none; it is removed when the group holds many. */
export class Links {
  readonly #kept = new Map<string, InviteLink>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  inForce(linkId: string, nowMs: number): InviteLink | null {
    const link = this.#kept.get(linkId);
    return link === undefined || isEnded(link, nowMs) ? null : link;
  }

  /** The links that have not ended, the oldest first. */
  list(nowMs: number): InviteLink[] {
    const links = [...this.#kept.values()].filter((link) => !isEnded(link, nowMs));
    return links.sort((a, b) => a.createdAtMs - b.createdAtMs || (a.linkId < b.linkId ? -1 : 1));
  }

  /** True if there is no room for another link, even without those by which no user can join. */
  isFull(nowMs: number): boolean {
    return this.#kept.size - this.#spent(nowMs).length >= this.#max;
  }

  make(link: InviteLink, nowMs: number): void {
    for (const spent of this.#spent(nowMs)) this.#kept.delete(spent);
    this.#kept.set(link.linkId, link);
  }

  use(linkId: string): void {
    const link = this.#kept.get(linkId);
    if (link !== undefined) this.#kept.set(linkId, { ...link, uses: link.uses + 1 });
  }

  delete(linkId: string): void {
    this.#kept.delete(linkId);
  }

  clear(): void {
    this.#kept.clear();
  }

  #spent(nowMs: number): string[] {
    if (this.#kept.size < this.#max) return [];
    const links = [...this.#kept.values()];
    return links.filter((link) => isEnded(link, nowMs) || isUsedUp(link)).map(({ linkId }) => linkId);
  }
}
