/** What a worker shares with the others of its machine, by way of the primary. */
import { PlenumError } from '@plenum/core';
import {
  type Machine,
  noUnread,
  type Place,
  type PlaceLimits,
  type Places,
  type ProcessFigures,
  type UnreadSums,
} from '@plenum/gateway';
import { sumsMessage } from './messages.ts';
import type { PrimaryLink } from './primary-link.ts';

/** Places that the primary counts. Those without a limit need no count. */
class SharedPlaces implements Places {
  readonly #link: PrimaryLink;
  readonly #limits: PlaceLimits;

  constructor(link: PrimaryLink, limits: PlaceLimits) {
    this.#link = link;
    this.#limits = limits;
  }

  take(places: readonly Place[]): true | Promise<boolean> {
    const limited = this.#limited(places);
    if (limited.length === 0) return true;
    return this.#link.ask({ type: 'take', places: limited }).then((answer) => answer === true);
  }

  release(places: readonly Place[]): void {
    const limited = this.#limited(places);
    if (limited.length > 0) void this.#link.tell({ type: 'release', places: limited });
  }

  #limited(places: readonly Place[]): Place[] {
    return places.filter(({ kind }) => this.#limits[kind] > 0);
  }
}

export interface SharedMachine extends Machine {
  /** Sends the figures of this worker to the primary. */
  readonly sendFigures: () => Promise<void>;
  /** Takes what the other workers hold. */
  readonly learnUnread: (sums: UnreadSums) => void;
}

export function sharedMachine(
  link: PrimaryLink,
  { workers, limits }: { readonly workers: number; readonly limits: PlaceLimits },
): SharedMachine {
  let others = noUnread;
  let reported = noUnread;
  let read: () => Promise<ProcessFigures> = async () => [];
  return {
    unread: {
      workers,
      others: () => others,
      report: (own) => {
        // Nothing waits most of the time: that is said once.
        if (own === noUnread && reported === noUnread) return;
        reported = own;
        void link.tell({ type: 'unread', own: sumsMessage(own) });
      },
    },
    learnUnread: (sums) => {
      others = sums;
    },
    places: new SharedPlaces(link, limits),
    denial: (line) => void link.tell({ type: 'denial', line }),
    offerFigures: (reader) => {
      read = reader;
    },
    figures: async () => {
      const text = await link.ask({ type: 'scrape' });
      if (typeof text === 'string') return text;
      throw new PlenumError({ code: 'unavailable', error: 'The primary of this worker is gone' });
    },
    sendFigures: async () => {
      const figures = await read();
      await link.tell({ type: 'figures', figures: figures.map((figure) => ({ ...figure })) });
    },
  };
}
