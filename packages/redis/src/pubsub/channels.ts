import type { ChannelHandler } from './subscription.ts';

/** What this node hears of sharded pub/sub, over one server or all masters of a Cluster. */
export interface Channels {
  /** False while a server cannot be heard. */
  readonly isUp: boolean;
  /**
   * Adds a handler; it stays, over any number of reconnects and moves, until `unsubscribe`. Resolves when Redis has
   * acknowledged the channel: what is published afterwards is heard.
   * @throws PlenumError `unavailable` when Redis refuses the channel, or it is given up before it was acknowledged.
   */
  subscribe(channel: string, handler: ChannelHandler): Promise<void>;
  /** Removes a handler; with the last one the channel goes. Payloads on their way may still arrive. Idempotent. */
  unsubscribe(channel: string, handler: ChannelHandler): void;
  /** Called when channels that were not heard for a while are heard again: what was published in between is lost. */
  onResubscribed(listener: (channels: readonly string[] | 'all') => void): void;
  /** Whoever still waits for a subscription is refused. */
  close(): void;
}
