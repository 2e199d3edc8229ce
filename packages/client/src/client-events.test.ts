import { expect, test } from 'vitest';
import { Listeners } from './client-events.ts';

interface Events {
  readonly number: number;
}

test('a listener gets events until it is removed', () => {
  const listeners = new Listeners<Events>();
  const heard: number[] = [];
  const off = listeners.on('number', (value) => heard.push(value));
  listeners.emit('number', 1);
  off();
  listeners.emit('number', 2);
  expect(heard).toEqual([1]);
});

test('a listener that throws does not affect others, and its error surfaces', async () => {
  const listeners = new Listeners<Events>();
  const heard: number[] = [];
  const surfaced = new Promise((resolve) => {
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.once('uncaughtException', (error) => {
      for (const other of others) process.on('uncaughtException', other);
      resolve(error);
    });
  });
  listeners.on('number', () => {
    throw new Error('a bug of the application');
  });
  listeners.on('number', (value) => heard.push(value));
  listeners.emit('number', 1);
  expect(heard).toEqual([1]);
  expect(await surfaced).toMatchObject({ message: 'a bug of the application' });
});
