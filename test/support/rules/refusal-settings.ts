/** How the services are set up at which refusals are asked for; `usual` is what most of them need. */
import { defineRequest, type PlenumOptions } from 'plenum';
import { z } from 'zod';
import { recordingLogger } from '../cluster/recording-logger.ts';
import { noSpam } from '../cluster/room.ts';

const never = new Promise<never>(() => {});

/** Differences to the settings that the other rows share. */
export const settings = {
  usual: {},
  unlimited: { engineSettings: { ratePerSec: 1e6, rateBurst: 1e6 } },
  slow: {
    engineSettings: {
      ...{ ratePerSec: 0.01, rateBurst: 1 },
      ...{ membershipRatePerSec: 0.01, membershipRateBurst: 1 },
    },
  },
  cramped: { engineSettings: { bansPerGroupMax: 1, invitesPerGroupMax: 1, linksPerGroupMax: 1 } },
  closed: { createPolicy: 'service' },
  crowded: { maxConnectionsPerUser: 1 },
  stormy: { connectRatePerSec: 0.01 },
  moderated: { adapters: { moderation: noSpam() } },
  guarded: {
    adapters: {
      auth: {
        authorize: async (userId, _, action) =>
          userId.startsWith('eve.') && action !== 'subscribe'
            ? { isAllowed: false, reason: `no ${action} for eve` }
            : { isAllowed: true },
      },
    },
  },
  // The following ones write what is wrong into their logs.
  unmoderated: {
    logger: recordingLogger().logger,
    adapters: { moderation: { check: () => Promise.reject(new Error('this moderation is down')) } },
  },
  broken: {
    logger: recordingLogger().logger,
    middleware: { broken: () => Promise.reject(new Error('this middleware is broken')) },
  },
  sluggish: {
    requests: [
      defineRequest({
        ...{ service: 'own', requestType: 'sleep', args: z.strictObject({}), timeoutMs: 20 },
        handle: () => never,
      }),
    ],
  },
  overloaded: {
    logger: recordingLogger().logger,
    adapters: { archive: { save: () => Promise.reject(new Error('this archive is down')) } },
    engineSettings: { roomQueueLimit: 1 },
  },
} as const satisfies Record<string, PlenumOptions>;
export type Setting = keyof typeof settings;
