/** Defines the script with which a rebuild begins the life of a group again. */
import { z } from 'zod';
import { defineScript, reply } from './define-script.ts';

const nothing = z.tuple([]);

export const restoreGroup = defineScript({
  file: 'restore-group',
  keys: ['group', 'groups', 'due'],
  args: ['groupId', 'epoch', 'nextDue', 'isEmpty', 'fields'],
  reply: z.discriminatedUnion('type', [reply('restored', nothing), reply('exists', nothing)]),
});
