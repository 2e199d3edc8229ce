/** The events of the SDK in order. It needs nothing of Node, so a page can use it too. */
import {
  type Client,
  type ClientOptions,
  createClient,
  type MessageEntry,
  type RecoveredNotice,
  type ResyncNotice,
  type Status,
} from '@plenum/client';
import type { GroupEvent } from '@plenum/protocol';

export class SdkRecord {
  readonly client: Client;
  readonly entries: (MessageEntry | GroupEvent)[] = [];
  readonly resyncs: ResyncNotice[] = [];
  readonly recoveries: RecoveredNotice[] = [];
  readonly statuses: Status[] = [];

  constructor(options: ClientOptions) {
    this.client = createClient({ reconnectMs: { minMs: 20, maxMs: 300 }, ...options });
    this.client.on('message', (entry) => this.entries.push(entry));
    this.client.on('event', (entry) => this.entries.push(entry));
    this.client.on('resync', (notice) => this.resyncs.push(notice));
    this.client.on('recovered', (notice) => this.recoveries.push(notice));
    this.client.on('status', (status) => this.statuses.push(status));
  }

  seqs(groupId: string): number[] {
    return this.entries.filter(({ group_id }) => group_id === groupId).map(({ seq }) => seq);
  }
  texts(groupId: string): string[] {
    return this.entries.flatMap((entry) =>
      entry.group_id === groupId && entry.type === 'message' ? [entry.message ?? ''] : [],
    );
  }
}
