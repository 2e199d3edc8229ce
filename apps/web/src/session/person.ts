/** A person in front of one device: its token, and the connection of its provider with the raw log of what goes over it. */
import type { ClientOptions } from '@plenum/client';
import type { PlaygroundSettings } from '@plenum/protocol';
import { devToken, TokenRefused } from './settings.ts';
import { Store } from './store.ts';
import { Traffic } from './traffic.ts';
import { Wire } from './wire.ts';

let made = 0;

export class Person {
  /** Another one for the same user has another key. */
  readonly key: string;
  readonly userId: string;
  readonly traffic = new Traffic();
  readonly wire: Wire;
  readonly settings: PlaygroundSettings;
  /** Why the node gives no token; null: it does. */
  readonly tokenRefusal = new Store<string | null>(null);
  /** For the provider of this person. */
  readonly clientOptions: ClientOptions;

  /** @param token of the user; null: the node gives one, in dev mode */
  constructor(userId: string, settings: PlaygroundSettings, token: string | null) {
    made += 1;
    this.key = `${userId} ${made}`;
    this.userId = userId;
    this.settings = settings;
    const { origin } = globalThis.location;
    this.wire = new Wire(origin, settings.event, this.traffic);
    this.clientOptions = {
      url: origin,
      token: token ?? (() => this.#askToken()),
      event: settings.event,
      openLink: this.wire.open,
      network: this.wire.network,
    };
  }

  async #askToken(): Promise<string> {
    try {
      return await devToken(this.userId);
    } catch (error) {
      if (error instanceof TokenRefused) this.tokenRefusal.set(error.message);
      throw error;
    }
  }
}
