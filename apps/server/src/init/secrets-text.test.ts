import { expect, test } from 'vitest';
import { missingIgnoreLine, missingSecretLines } from './secrets-text.ts';

test('a new file has three secrets of 256 bits', () => {
  const { text, names } = missingSecretLines(null);
  expect(names).toEqual(['PLENUM_JWT_SECRET', 'PLENUM_ADMIN_TOKEN', 'REDIS_PASSWORD']);
  expect(text).toMatch(/^# .*\n(?:[A-Z_]+=[0-9a-f]{64}\n){3}$/);
  expect(new Set(text.match(/[0-9a-f]{64}/g)).size).toBe(3);
});

test('only what is missing is added, on a line of its own', () => {
  const { text, names } = missingSecretLines('A=1\n export PLENUM_JWT_SECRET = mine\n#REDIS_PASSWORD=x');
  expect(names).toEqual(['PLENUM_ADMIN_TOKEN', 'REDIS_PASSWORD']);
  expect(text).toMatch(/^\n# /);
  const whole = missingSecretLines(null).text;
  expect(missingSecretLines(whole)).toEqual({ text: '', names: [] });
});

test('the line of .gitignore is added once', () => {
  expect(missingIgnoreLine(null)).toBe('.env\n');
  expect(missingIgnoreLine('node_modules')).toBe('\n.env\n');
  for (const text of ['.env', 'a\r\n.env\r\n', '/.env\n', '*.env\n'])
    expect(missingIgnoreLine(text)).toBe('');
});
