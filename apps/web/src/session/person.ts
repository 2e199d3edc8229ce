/** A person in front of one device: its token, and the connection of its provider with the raw log of what goes over it. */
import type { ClientOptions } from '@plenum/client';
import type { PlaygroundSettings } from '@plenum/protocol';
import { devToken } from './settings.ts';
import { Traffic } from './traffic.ts';
import { Wire } from './wire.ts';

export class Person {
  readonly userId: string;
  readonly traffic = new Traffic();
  readonly wire: Wire;
  readonly settings: PlaygroundSettings;
  /** For the provider of this person. */
  readonly clientOptions: ClientOptions;

  /** @param token of the user; null: the node gives one, in dev mode */
  constructor(userId: string, settings: PlaygroundSettings, token: string | null) {
    this.userId = userId;
    this.settings = settings;
    const { origin } = globalThis.location;
    this.wire = new Wire(origin, settings.event, this.traffic);
    this.clientOptions = {
      url: origin,
      token: token ?? (() => devToken(userId)),
      event: settings.event,
      openLink: this.wire.open,
      network: this.wire.network,
    };
  }
}
