import { Guard } from '../adapters/guarded-call.ts';
import type { Adapters, DeliveryKind } from '../ports/adapters.ts';
import type { Engine } from '../ports/engine.ts';
import type { Clock, Logger, Random } from '../ports/runtime.ts';
import type { MessageProbe } from '../telemetry/message-probe.ts';
import { ArchiveTarget } from './archive-target.ts';
import type { DeliverySettings } from './delivery-settings.ts';
import { DeliveryWork } from './delivery-work.ts';
import { livingEntries } from './living-entries.ts';
import { NotifierTarget } from './notifier-target.ts';
import { AdapterLink, type DeliveryTarget } from './target.ts';

/**
 * Shorter pauses than the default: no request waits for these adapters, and the backlog grows while an adapter is
 * down.
 */
const policy = { failuresToOpen: 5, firstPauseMs: 250, longestPauseMs: 5000 };

export interface DeliveryDeps {
  readonly engine: Pick<Engine, 'outbox' | 'groups' | 'notificationLevels' | 'presence'>;
  readonly adapters: Pick<Adapters, 'archive' | 'notifier'>;
  readonly settings: DeliverySettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Absent: no message is traced. */
  readonly probe?: MessageProbe;
}

/** Creates the work that delivers the outboxes of this node's partitions to its adapters. */
export function createDeliveryWork(deps: DeliveryDeps): DeliveryWork {
  const { engine, adapters, settings, clock, logger } = deps;
  const { archive, notifier } = adapters;
  const linkTo = (adapter: DeliveryKind) => {
    const guard = new Guard({ adapter, clock, logger, timeoutMs: settings.callTimeoutMs, policy });
    return new AdapterLink(guard, settings.callsAtOnce);
  };
  const living = livingEntries(engine.outbox, clock);
  const targets: DeliveryTarget[] = [];
  if (archive !== undefined) {
    targets.push(new ArchiveTarget(archive, { link: linkTo('archive'), living }, settings.batchSize));
  }
  if (notifier !== undefined) {
    const link = linkTo('notifier');
    const { groups, presence, notificationLevels: levels } = engine;
    targets.push(new NotifierTarget({ notifier, link, living, groups, presence, levels }));
  }
  return new DeliveryWork({ ...deps, outbox: engine.outbox, targets });
}

/** The kinds of adapters that this node brings to the cluster. */
export const deliveryKindsOf = ({ archive, notifier }: DeliveryDeps['adapters']): DeliveryKind[] => [
  ...(archive === undefined ? [] : ['archive' as const]),
  ...(notifier === undefined ? [] : ['notifier' as const]),
];
