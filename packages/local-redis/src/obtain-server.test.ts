import { expect, test } from 'vitest';
import { folderWith, obtainer } from './obtain-server.ts';

const sources = { inDocker: 'docker', advice: 'install it' };

test('what is installed is taken, and looked for once', async () => {
  let looks = 0;
  const installed = async () => {
    looks += 1;
    return 'binary';
  };
  const obtain = obtainer({ ...sources, installed });
  expect([await obtain(), await obtain(), looks]).toEqual(['binary', 'binary', 1]);
});

test('a search that failed is made again', async () => {
  const looks = [() => Promise.reject(new Error('not readable')), () => Promise.resolve('binary')];
  const installed = () => looks.shift()?.() ?? Promise.resolve(null);
  const obtain = obtainer<string>({ ...sources, installed });
  await expect(obtain()).rejects.toThrow('not readable');
  expect(await obtain()).toBe('binary');
});

test('a folder has to hold all programs', async () => {
  const folders = ['/no-such-folder', '/bin'];
  expect(await folderWith(['sh'], folders)).toBe('/bin');
  expect(await folderWith(['sh', 'no-such-program'], folders)).toBeNull();
});
