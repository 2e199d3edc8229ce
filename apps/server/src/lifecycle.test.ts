import { expect, test, vi } from 'vitest';
import { createLifecycle } from './lifecycle.ts';

const logger = () => ({ debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() });

test('parts stop in reverse order, once, however often stop is called', async () => {
  const stopped: string[] = [];
  const lifecycle = createLifecycle(logger());
  for (const name of ['engine', 'core', 'gateway']) lifecycle.started(name, () => void stopped.push(name));
  await Promise.all([lifecycle.stop(), lifecycle.stop()]);
  expect(stopped).toEqual(['gateway', 'core', 'engine']);
});

test('a part that fails to stop is logged and does not keep the others', async () => {
  const stopped: string[] = [];
  const log = logger();
  const lifecycle = createLifecycle(log);
  lifecycle.started('engine', () => void stopped.push('engine'));
  lifecycle.started('gateway', () => Promise.reject(new Error('stuck')));
  await lifecycle.stop();
  expect(stopped).toEqual(['engine']);
  expect(log.error).toHaveBeenCalledOnce();
});
