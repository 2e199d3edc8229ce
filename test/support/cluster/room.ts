/** One room with its admin, and what the tests of a message's way ask of it. */
import { recordingModeration } from '@plenum/testkit';
import type { PlenumOptions } from 'plenum';
import { z } from 'zod';
import type { Device } from '../devices/device.ts';
import { recordingLogger } from './recording-logger.ts';
import { type EngineName, Service } from './service.ts';

export const room = 'room:general';

/** Blocks every text that holds the word spam. */
export const noSpam = () =>
  recordingModeration(({ message }) =>
    message.includes('spam') ? { isAllowed: false, reason: 'no spam' } : { isAllowed: true },
  );

/** A service whose room has ann as its admin, and a device of hers. */
export async function startRoom(engine: EngineName, options: PlenumOptions) {
  const service = await Service.start(engine, { logger: recordingLogger().logger, ...options });
  await service.plenum.groups.create({ groupId: room, groupType: 'public', creatorId: 'ann' });
  const ann = await service.device('ann');
  return { service, ann, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}

export const relay = (message: string, request_id?: string) => ({
  request_type: 'relay_msg',
  ...(request_id === undefined ? {} : { request_id }),
  args: { group_id: room, message },
});

const entriesSchema = z.array(z.object({ type: z.string(), message: z.string().optional() }));

/** The texts in the room's history. */
export async function messagesOf(member: Device): Promise<readonly unknown[]> {
  const { entries } = await member.must('history', { group_id: room });
  return entriesSchema
    .parse(entries)
    .filter(({ type }) => type === 'message')
    .map(({ message }) => message);
}
