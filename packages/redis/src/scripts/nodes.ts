import { z } from 'zod';
import { defineScript, said } from './define-script.ts';

const nothing = z.tuple([]);
const isDrainAsked = z.tuple([z.enum(['0', '1']).transform((digit) => digit === '1')]);

export const beatNode = defineScript({
  file: 'beat-node',
  keys: ['nodes'],
  args: ['nodeId', 'card'],
  reply: z.discriminatedUnion('word', [said('counted', isDrainAsked), said('registered', isDrainAsked)]),
});

export const askDrain = defineScript({
  file: 'ask-drain',
  keys: ['nodes'],
  args: ['nodeId'],
  reply: z.discriminatedUnion('word', [said('asked', nothing), said('gone', nothing)]),
});

export const removeNode = defineScript({
  file: 'remove-node',
  keys: ['nodes'],
  args: ['nodeId', 'beat'],
  reply: z.discriminatedUnion('word', [said('removed', nothing), said('kept', nothing)]),
});
