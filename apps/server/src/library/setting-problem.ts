/**
 * Checks `engineSettings` and `delivery` of `createPlenum`. A setting that also has an environment variable is checked
 * as that variable is.
 */
import type { DeliveryKind, DeliverySettings, EngineSettings } from '@plenum/core';
import { environmentSchema } from '../config/environment.ts';

/** @returns a sentence without the value, which may be a secret; null if the value is valid */
export type Judge = (value: unknown, field: string) => string | null;

/** Checks an option that also has an environment variable as that variable is checked. */
export const variable =
  (name: keyof typeof environmentSchema.shape, type: 'string' | 'number' | 'list'): Judge =>
  (value, field) => {
    const isType =
      type === 'list'
        ? Array.isArray(value) && value.every((item) => typeof item === 'string')
        : typeof value === type;
    if (!isType) return `${field} must be a ${type === 'list' ? 'list of strings' : type}`;
    const [issue] = environmentSchema.shape[name].safeParse(String(value)).error?.issues ?? [];
    return issue === undefined ? null : `${field} ${issue.message}`;
  };

const rateMax = 1_000_000;
const spanMaxMs = 3650 * 86_400_000;

/** A rate may be a fraction, unlike in a variable: 0.1 is one per 10 s. 0 is refused: such a bucket would never fill. */
const rate: Judge = (value, field) =>
  typeof value === 'number' && value > 0 && value <= rateMax
    ? null
    : `${field} must be a number above 0, at most ${rateMax}`;

const wholeFrom =
  (min: number, max = spanMaxMs): Judge =>
  (value, field) =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
      ? null
      : `${field} must be a whole number from ${min} to ${max}`;

const deliveryKinds: readonly DeliveryKind[] = ['archive', 'notifier'];
const kinds: Judge = (value, field) =>
  Array.isArray(value) && value.every((one) => deliveryKinds.some((kind) => kind === one))
    ? null
    : `${field} must be a list of ${deliveryKinds.join(', ')}`;

type JudgesOf<Settings> = { readonly [Name in keyof Settings]-?: Judge };

export const engineSettingJudges: JudgesOf<EngineSettings> = {
  ratePerSec: rate,
  rateBurst: variable('PLENUM_RATE_BURST', 'number'),
  membershipRatePerSec: rate,
  membershipRateBurst: variable('PLENUM_MEMBERSHIP_RATE_BURST', 'number'),
  changeRatePerSec: rate,
  changeRateBurst: variable('PLENUM_CHANGE_RATE_BURST', 'number'),
  appendRatePerSec: rate,
  appendRateBurst: wholeFrom(1),
  groupsPerUserMax: variable('PLENUM_MAX_GROUPS_PER_USER', 'number'),
  requestsPerUserMax: variable('PLENUM_MAX_REQUESTS_PER_USER', 'number'),
  bansPerGroupMax: variable('PLENUM_MAX_BANS_PER_GROUP', 'number'),
  linksPerGroupMax: wholeFrom(1),
  invitesPerGroupMax: wholeFrom(1),
  historyMaxEntries: variable('PLENUM_HISTORY_MAX_ENTRIES', 'number'),
  historyMaxAgeMs: wholeFrom(1000),
  emptyGroupTtlMs: wholeFrom(0),
  roomQueueLimit: variable('PLENUM_ROOM_QUEUE_LIMIT', 'number'),
  deliveryKinds: kinds,
  endedDeliveryKinds: kinds,
  absenceMs: wholeFrom(0),
  requestTimeoutMs: wholeFrom(1),
  leaseTtlMs: variable('PLENUM_LEASE_TTL_MS', 'number'),
};

export const deliverySettingJudges: JudgesOf<DeliverySettings> = {
  batchSize: variable('PLENUM_DELIVERY_BATCH_SIZE', 'number'),
  tickMs: variable('PLENUM_DELIVERY_TICK_MS', 'number'),
  maxRetries: variable('PLENUM_DELIVERY_MAX_RETRIES', 'number'),
  retryBaseMs: variable('PLENUM_DELIVERY_RETRY_BASE_MS', 'number'),
  callTimeoutMs: wholeFrom(1),
  callsAtOnce: wholeFrom(1),
  notifierBacklogMax: variable('PLENUM_NOTIFIER_BACKLOG_MAX', 'number'),
  deadLettersMax: variable('PLENUM_DEAD_LETTERS_MAX', 'number'),
};
