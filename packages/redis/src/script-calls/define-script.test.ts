import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineScript, reply } from './define-script.ts';
import { scripts } from './index.ts';

const kept = reply('kept', z.tuple([]));

test('a definition that names other keys than its script fails at load', () => {
  expect(() =>
    defineScript({ file: 'forget-membership', keys: ['group'], args: ['groupId', 'entry'], reply: kept }),
  ).toThrow('forget-membership.lua binds KEYS "index", its definition says "group"');
});

test('a definition whose arguments stand in another order than its script fails at load', () => {
  expect(() =>
    defineScript({ file: 'forget-membership', keys: ['index'], args: ['entry', 'groupId'], reply: kept }),
  ).toThrow('binds ARGV "groupId entry", its definition says "entry groupId"');
});

test.each(scripts)('$file is one text that begins with its shebang', ({ text: { lua } }) => {
  expect(lua).toMatch(/^#!lua( flags=(no-writes|allow-oom))?\n/);
  expect(lua).not.toContain('@include');
});
