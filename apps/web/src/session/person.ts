/** A person in front of one device: its token, its SDK client, and the raw log of its connection. */
import { type Client, createClient, type Status } from '@plenum/client';
import type { PlaygroundSettings } from '@plenum/protocol';
import { devToken } from './settings.ts';
import { Store } from './store.ts';
import { Traffic } from './traffic.ts';
import { Wire } from './wire.ts';

export class Person {
  readonly userId: string;
  readonly client: Client;
  readonly traffic = new Traffic();
  readonly wire: Wire;
  readonly status: Store<Status>;
  readonly settings: PlaygroundSettings;

  /** @param token of the user; null: the node gives one, in dev mode */
  constructor(userId: string, settings: PlaygroundSettings, token: string | null) {
    this.userId = userId;
    this.settings = settings;
    const { origin } = globalThis.location;
    this.wire = new Wire(origin, settings.event, this.traffic);
    this.client = createClient({
      url: origin,
      token: token ?? (() => devToken(userId)),
      event: settings.event,
      openLink: this.wire.open,
      network: this.wire.network,
    });
    this.status = new Store(this.client.status);
    this.client.on('status', (status) => this.status.set(status));
  }

  connect(): void {
    void this.client.connect();
  }

  close(): void {
    this.client.close();
  }
}
