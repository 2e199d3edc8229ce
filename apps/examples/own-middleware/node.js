/** A node with a step of its own in each send, and a request of its own beside those of Plenum. */
import { randomInt } from 'node:crypto';
import { createPlenum, defineRequest, fail, succeed } from 'plenum';
import { z } from 'zod';

const { PORT = '3000', REDIS_URL = 'redis://127.0.0.1:6379' } = process.env;

/** Refuses messages in capital letters. */
const noShouting = async ({ message }, next) =>
  /[a-z]/i.test(message) && message === message.toUpperCase()
    ? fail({ code: 'moderation_blocked', details: { reason: 'no shouting, please' } })
    : next();

/** `roll_dice { group_id, sides? }`: rolls for the user and shows it to the group. */
const rollDice = defineRequest({
  requestType: 'roll_dice',
  args: z.strictObject({ group_id: z.string(), sides: z.int().min(2).max(100).default(6) }),
  handle: async ({ args, caller, operations }) => {
    const rolled = randomInt(1, args.sides + 1);
    const message = `rolled ${rolled} of ${args.sides}`;
    // Acts for the user, with its rights: who may not send may not roll.
    const sent = await operations.relay_msg(caller, { group_id: args.group_id, message });
    return sent.ok ? succeed({ rolled }) : sent;
  },
});

const plenum = await createPlenum({
  redisUrl: REDIS_URL,
  gateway: { port: Number(PORT) },
  middleware: { 'no-shouting': noShouting },
  middlewares: ['no-shouting', 'rate_limit'],
  requests: [rollDice],
});

console.log(`listening on ${plenum.url}`);
console.log(`token of ann: ${await plenum.signToken('ann')}`);
process.once('SIGINT', plenum.close).once('SIGTERM', plenum.close);
