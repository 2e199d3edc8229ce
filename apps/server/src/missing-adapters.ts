import type { DeliveryKind, Engine } from '@plenum/core';
import { lackingAdapters } from '@plenum/redis';
import type { Config } from './config.ts';

const deliveryKinds: readonly DeliveryKind[] = ['archive', 'notifier'];

/** A node does not start without an adapter to which its cluster delivers. @returns one sentence for each problem */
export function missingAdapters(
  { prefix, adapterOptions, extensions, engineSettings }: Config,
  { name, outbox }: Pick<Engine, 'name' | 'outbox'>,
): readonly string[] {
  if (name === 'memory') return [];
  const urls = { archive: adapterOptions.archiveUrl, notifier: adapterOptions.notifierUrl };
  const isHere = (kind: DeliveryKind) =>
    urls[kind] !== null ||
    extensions.adapters[kind] !== undefined ||
    engineSettings.endedDeliveryKinds.includes(kind);
  const missing = deliveryKinds.filter((kind) => outbox.kinds().has(kind) && !isHere(kind));
  return missing.length === 0 ? [] : [lackingAdapters(missing, prefix)];
}
