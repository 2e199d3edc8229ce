/** What a worker and its primary send to each other. Both are processes of the same version on one machine. */
import type { AuditLine, Place, UnreadSums } from '@plenum/gateway';
import { z } from 'zod';

const placesSchema = z.array(
  z.object({ kind: z.enum(['user', 'address', 'unauthenticated']), key: z.string() }),
) satisfies z.ZodType<readonly Place[]>;
const pairsSchema = z.array(z.tuple([z.string(), z.number()]));
const sumsSchema = z.object({
  bytes: z.number(),
  each: z.array(z.number()),
  users: pairsSchema,
  addresses: pairsSchema,
});
type Sums = z.infer<typeof sumsSchema>;
const figuresSchema = z.array(z.looseObject({}));
const lineSchema = z.object({
  who: z.string(),
  act: z.string(),
  target: z.string(),
  acting_as: z.string().optional(),
  outcome: z.string(),
  address: z.string(),
  request_id: z.string(),
});

/** A message with an `id` is answered under the same id. */
export const fromWorkerSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('ready'),
    nodeId: z.string(),
    url: z.string(),
    consoleLink: z.string().nullable(),
  }),
  /** A signal came to the worker itself. */
  z.object({ type: z.literal('signalled'), signal: z.string() }),
  /** Answer: true if other workers accept connections. */
  z.object({ type: z.literal('draining'), id: z.int() }),
  /** Answer: true if all places are granted. */
  z.object({ type: z.literal('take'), id: z.int(), places: placesSchema }),
  z.object({ type: z.literal('release'), places: placesSchema }),
  z.object({ type: z.literal('denial'), line: lineSchema }),
  /** Answer: the text for Prometheus. */
  z.object({ type: z.literal('scrape'), id: z.int() }),
  z.object({ type: z.literal('figures'), figures: figuresSchema }),
  /** What this worker holds for peers that have not read it. */
  z.object({ type: z.literal('unread'), own: sumsSchema }),
]);
export type FromWorker = z.infer<typeof fromWorkerSchema>;

export const toWorkerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('answer'), id: z.int(), value: z.union([z.boolean(), z.string()]) }),
  z.object({ type: z.literal('stop'), reason: z.string(), withinMs: z.number().optional() }),
  /** Asks for `figures`. */
  z.object({ type: z.literal('read_figures') }),
  /** Another worker accepts connections: one that drains closes the port. */
  z.object({ type: z.literal('others_accept') }),
  /** The sums over all other workers. */
  z.object({ type: z.literal('unread'), others: sumsSchema }),
]);
export type ToWorker = z.infer<typeof toWorkerSchema>;

/** The line without a field that is undefined. */
export const auditLineOf = ({ acting_as, ...line }: z.infer<typeof lineSchema>): AuditLine =>
  acting_as === undefined ? line : { ...line, acting_as };

export const sumsMessage = ({ bytes, each, users, addresses }: UnreadSums): Sums => ({
  bytes,
  each: [...each],
  users: [...users],
  addresses: [...addresses],
});
export const sumsIn = ({ bytes, each, users, addresses }: Sums): UnreadSums => ({
  bytes,
  each,
  users: new Map(users),
  addresses: new Map(addresses),
});
