import { expect, test } from 'vitest';
import { TlsFiles } from './tls-files.ts';

test('the path of an unreadable file is said at boot, and not in what probes read', () => {
  const files = new TlsFiles({ ca: '/no/ca.pem' });
  expect(() => files.check()).toThrow(
    'The file "/no/ca.pem" of tls_ca in REDIS_URL cannot be read (ENOENT).',
  );
  expect(files.problem).toBe('The file of tls_ca in REDIS_URL cannot be read (ENOENT).');
});
