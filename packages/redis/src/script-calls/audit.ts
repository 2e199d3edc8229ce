/** Defines the scripts for the audit log. */
import { z } from 'zod';
import { defineScript, reply } from './define-script.ts';

const nothing = z.tuple([]);

export const appendAuditEntry = defineScript({
  file: 'append-audit-entry',
  keys: ['entries'],
  args: ['entry', 'entriesMax', 'bytesMax'],
  reply: reply('appended', nothing),
});

export const replaceAuditEntry = defineScript({
  file: 'replace-audit-entry',
  keys: ['entries'],
  args: ['number', 'entry'],
  reply: z.discriminatedUnion('type', [reply('replaced', nothing), reply('gone', nothing)]),
});
