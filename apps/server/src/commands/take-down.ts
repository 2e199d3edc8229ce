/** `plenum take-down`: takes a message down as the service. */
import { historyEntrySchema } from '@plenum/protocol';
import { z } from 'zod';
import type { ServiceCalls } from '../transfer/service-calls.ts';
import { actingService, type ServiceActingOptions } from './acting-service.ts';
import { refusalOf, refusalText, refuse } from './refuse.ts';

export interface TakeDownOptions extends ServiceActingOptions {
  readonly reason?: string;
}

const pageSchema = z.object({ entries: z.array(historyEntrySchema) });
const doneSchema = z.object({ message_id: z.string(), seq: z.int() });

/** @param message its id, or its seq as `plenum tail` prints it. @returns the exit code */
export async function takeDown(
  groupId: string,
  message: string,
  { reason, ...options }: TakeDownOptions,
): Promise<number> {
  const service = await actingService(options);
  if (service === null) return 1;
  const { call } = service;
  const group = `/v1/groups/${encodeURIComponent(groupId)}`;
  const found = /^\d{1,15}$/.test(message)
    ? await idAt(call, group, Number(message))
    : { ok: true as const, id: message };
  if (!found.ok) return refuse(found.why);
  const path = `${group}/messages/${encodeURIComponent(found.id)}`;
  const body = reason === undefined ? {} : { body: { reason } };
  const answer = await call({ method: 'DELETE', path, ...body });
  if (!answer.ok) return refuse(refusalText(answer));
  const { message_id, seq } = doneSchema.parse(answer.result);
  process.stdout.write(`taken down seq=${seq} message_id=${message_id}\n`);
  return 0;
}

type Found = { readonly ok: true; readonly id: string } | { readonly ok: false; readonly why: string };

async function idAt(call: ServiceCalls, group: string, seq: number): Promise<Found> {
  const path = `${group}/messages?after=${Math.max(seq, 1) - 1}&limit=1`;
  const answer = await call({ method: 'GET', path });
  if (!answer.ok) return { ok: false, why: refusalText(answer) };
  const [entry] = pageSchema.parse(answer.result).entries;
  return entry?.type === 'message' && entry.seq === seq
    ? { ok: true, id: entry.message_id }
    : { ok: false, why: refusalOf('message_not_found') };
}
