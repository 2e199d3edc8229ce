/** Entries of the log to local sockets: one encoded packet per entry, shared by all sockets that get it. */
import { type FanOut, type LogEntry, type Logger, messageOf, type Subscriber } from '@plenum/core';
import { SocketSubscriber } from './sockets/socket-subscriber.ts';

/** The wire text is JSON already, so it is spliced into the packet and never parsed on the way to a socket. */
function packetOf(entry: LogEntry): string {
  const event = entry.kind === 'message' ? 'relay_message' : 'group_event';
  return `2["${event}",${entry.wire.toString('utf8')}]`;
}

function push(subscriber: Subscriber, entry: LogEntry): void {
  if (entry.kind === 'message') subscriber.push('relay_message', messageOf(entry));
  else subscriber.push('group_event', entry.event);
}

/** Order per socket is that of the calls, pushes and acks included: everything goes through the socket's one queue. */
export function createFanOut({ logger }: { readonly logger: Logger }): FanOut {
  return {
    deliver(groupId, subscribers, entries) {
      const packets = entries.map(packetOf);
      for (const subscriber of subscribers) {
        try {
          if (subscriber instanceof SocketSubscriber) for (const packet of packets) subscriber.write(packet);
          else for (const entry of entries) push(subscriber, entry);
        } catch (error) {
          logger.error(
            { group: groupId, subscriber: subscriber.id, error },
            'could not deliver to a subscriber',
          );
        }
      }
    },
  };
}
