/** Middleware and request types of a team's own, between and beside the built-in ones. */
import { groupIdSchema } from '@plenum/protocol';
import { createPlenum, defineRequest, fail, type SendMiddleware, succeed } from 'plenum';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { messagesOf, noSpam, relay, room, startRoom } from '../support/cluster/room.ts';
import { engines } from '../support/cluster/service.ts';

describe.each(engines)('own code on %s', (engine) => {
  test('a custom middleware refuses or continues, at its place in the order', async () => {
    const seen: string[] = [];
    await using scene = await startRoom(engine, {
      adapters: { moderation: noSpam() },
      middlewares: ['no-shouting', 'rate_limit', 'moderation'],
      middleware: {
        'no-shouting': async ({ userId, message }, next) => {
          seen.push(`${userId}: ${message}`);
          if (message === message.toUpperCase()) {
            return fail({ code: 'moderation_blocked', details: { reason: 'no shouting' } });
          }
          return next();
        },
      },
    });
    expect(await scene.ann.ask(relay('SPAM'))).toMatchObject({ details: { reason: 'no shouting' } });
    expect(await scene.ann.ask(relay('spam'))).toMatchObject({ details: { reason: 'no spam' } });
    expect(await scene.ann.ask(relay('hello', 'r1'))).toMatchObject({ success: true });
    expect(await scene.ann.ask(relay('hello', 'r1'))).toMatchObject({ success: true });
    expect(seen).toEqual(['ann: SPAM', 'ann: spam', 'ann: hello']);
  });

  test('a custom middleware that throws, before or after `next`, ends nothing', async () => {
    await using scene = await startRoom(engine, {
      middleware: {
        broken: async ({ message }, next) => {
          if (message !== 'before') await next();
          throw new Error('broken');
        },
      },
    });
    expect(await scene.ann.ask(relay('before'))).toMatchObject({ code: 'internal' });
    expect(await scene.ann.ask(relay('after'))).toMatchObject({ success: true });
    expect(await messagesOf(scene.ann)).toEqual(['after']);
  });

  test('an own request acts by the built-in ones in the name of its caller', async () => {
    const shout = defineRequest({
      service: 'chat_service',
      requestType: 'shout',
      args: z.strictObject({ room: groupIdSchema, text: z.string() }),
      handle: async ({ args, caller, operations }) => {
        const message = args.text.toUpperCase();
        const sent = await operations.relay_msg(caller, { group_id: args.room, message });
        return sent.ok ? succeed({ shouted: sent.result.seq }) : sent;
      },
    });
    await using scene = await startRoom(engine, { requests: [shout] });
    const envelope = { service: 'chat_service', request_type: 'shout', args: { room, text: 'hey' } };
    expect(await scene.ann.ask(envelope)).toMatchObject({ success: true, result: { shouted: 2 } });
    expect(await messagesOf(scene.ann)).toEqual(['HEY']);
    const eve = await scene.service.device('eve');
    expect(await eve.ask(envelope)).toMatchObject({ code: 'not_a_member' });
    expect(await eve.ask({ ...envelope, service: 'relay' })).toMatchObject({ code: 'unsupported_request' });
  });
});

const mine: SendMiddleware = (_, next) => next();
test.each([
  [{ middlewares: ['auth', 'spellcheck'] }, 'middleware "spellcheck" is unknown'],
  [{ middlewares: ['auth'], middleware: { mine } }, 'middleware "mine" is not in the order'],
  [{ prefix: '{tag}' }, 'prefix must be 1 to 32 of a–z 0–9 _ -'],
  [{ event: 'disconnect' }, 'event must be 1 to 64 of A–Z a–z 0–9 _ - : . and no name that Socket.IO keeps'],
  [{ jwtSecret: 'too short' }, 'jwtSecret must be at least 32 bytes long'],
  [{ messageMaxBytes: 70_000 }, 'messageMaxBytes must be a whole number from 1 to 64512'],
  [
    { corsOrigins: ['https://a.example', 'https://b.example/'] },
    'corsOrigins must be a comma-separated list',
  ],
  // As a caller without types may write it.
  [{ adapters: JSON.parse('{"archive":{}}') }, 'adapters.archive must have a method save'],
])('options that cannot be honoured stop the start with a sentence: %o', async (options, sentence) => {
  await expect(createPlenum(options)).rejects.toThrow(sentence);
});
