import { expect, test } from 'vitest';
import { readable } from './logging.ts';

test('a line for people names time, level, message and fields', () => {
  const line = '{"level":40,"time":"2025-01-15T12:30:00.000Z","msg":"node is slow","group":"g1","lagMs":12}';
  expect(readable(line)).toBe('12:30:00 warn  node is slow  group=g1  lagMs=12\n');
});

test('the stack of an error is below its line', () => {
  const line =
    '{"level":50,"time":"2025-01-15T12:30:00.000Z","msg":"failed","error":{"stack":"Error: x\\n  at y"}}';
  expect(readable(line)).toBe('12:30:00 error failed\nError: x\n  at y\n');
});

test('a text of a field affects that field only, with any content', () => {
  const line = JSON.stringify({
    level: 30,
    time: '2025-01-15T12:30:00.000Z',
    msg: 'm',
    id: 'a  who=b\nc',
    x: '',
  });
  expect(readable(line)).toBe('12:30:00 info  m  id="a  who=b\\nc"  x=""\n');
});
