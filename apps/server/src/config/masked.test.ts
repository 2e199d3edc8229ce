/** No output shows a secret of a configuration, with any characters. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readConfig } from '../config.ts';
import { createLogger } from '../logging.ts';
import { describeConfig } from './describe.ts';
import { hiding, loggedError, maskedText, maskedUrl, secretsInUrl } from './masked.ts';

/** Characters that end a part of a URL, or of a list, where they should not. */
const awkward = fc
  .array(fc.constantFrom(...'/@:#?&,%=+ [].', ...'abcXYZ0189'), { minLength: 0, maxLength: 12 })
  .map((characters) => `S3cr3t${characters.join('')}S3cr3t`);
/** As a person writes it: escaped, or just so. */
const written = awkward.chain((secret) => fc.constantFrom(secret, encodeURIComponent(secret)));

const forms: Readonly<Record<string, (secret: string) => string>> = {
  REDIS_URL: (secret) => `redis://user:${secret}@redis:6379`,
  'REDIS_URL of Sentinels': (secret) =>
    `redis+sentinel://user:${secret}@a:1,b:2/main?sentinel_password=${secret}`,
  'REDIS_URL of a Cluster': (secret) => `redis://a:1,redis://:${secret}@b:2`,
  'REDIS_URL with a query': (secret) => `redis://redis:6379?password=${secret}`,
  PLENUM_ARCHIVE_URL: (secret) => `postgres://user:${secret}@db:5432/chat`,
  'PLENUM_ARCHIVE_URL with a query': (secret) => `postgres://db/chat?user=u&password=${secret}`,
  PLENUM_JWKS_URL: (secret) => `https://reader:${secret}@id.example/keys`,
  'PLENUM_JWKS_URL with a query': (secret) => `https://id.example/keys?token=${secret}`,
  PLENUM_MODERATION_URL: (secret) => `https://user:${secret}@hooks.example/check`,
  'PLENUM_AUTH_URL with a query': (secret) => `https://hooks.example/check?key=${secret}`,
  'PLENUM_NOTIFIER_URL with a token in its path': (secret) => `https://hooks.example/services/${secret}`,
  PLENUM_JWT_SECRET: (secret) => secret.padEnd(40, 'x'),
  PLENUM_ADMIN_TOKEN: (secret) => secret.padEnd(40, 'x'),
};

test.each(Object.keys(forms))('a secret in %s is in nothing that is shown or refused', (form) => {
  const [name = ''] = form.split(' ');
  fc.assert(
    fc.property(written, (secret) => {
      const reading = readConfig({
        PLENUM_WEBHOOK_SECRETS: 'whsec_S3cr3t',
        [name]: forms[form]?.(secret) ?? '',
      });
      const shown = JSON.stringify(reading.ok ? describeConfig(reading.config) : reading);
      expect(shown).not.toContain('S3cr3t');
    }),
    { numRuns: 300, seed: 7 },
  );
});

test.each(Object.keys(forms).slice(0, 11))(
  'a text that quotes the URL of %s is shown without the secret',
  (form) => {
    fc.assert(
      fc.property(awkward, (secret) => {
        const url = forms[form]?.(secret) ?? '';
        const mask = hiding(secretsInUrl(url));
        const shown = mask(maskedText(`connect ${forms[form]?.(encodeURIComponent(secret))} failed`));
        if (!form.includes('path')) expect(shown).not.toContain('S3cr3t');
      }),
      { numRuns: 200, seed: 7 },
    );
  },
);

test.each([
  ['https://mod.example/check?key=hush', 'https://mod.example/check?***'],
  ['https://u:hush@mod.example/v2/hooks', 'https://mod.example/v2/hooks'],
  [
    'https://hooks.example/services/T024BE7LD/B024BE7LD/XXXXXXXXXXXXXXXXXXXXXXXX',
    'https://hooks.example/services/***/***/***',
  ],
  ['postgres://u:12/34@db/chat', '(set, not shown)'],
  ['postgres://u:hush@db:5432/chat?password=hush', 'postgres://db:5432/chat?***'],
])('%s is shown as %s', (url, shown) => expect(maskedUrl(url)).toBe(shown));

test('a logged error keeps its text, code and stack, and nothing that a library has put on it', () => {
  const error = Object.assign(new Error('no reply from redis://u:hush@h:1'), {
    code: 'ECONNREFUSED',
    command: { name: 'auth', args: ['hush'] },
    input: 'postgres://u:hush@db/chat',
  });
  const wrapped = new Error('could not connect', { cause: error });
  const logged = JSON.stringify(loggedError(wrapped));
  expect(logged).not.toContain('hush');
  expect(logged).toContain('ECONNREFUSED');
  expect(logged).toContain('redis://***@h:1');
});

test('the log itself hides what an error holds', () => {
  const lines: string[] = [];
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (line: string | Uint8Array) => lines.push(String(line)) > 0;
  const logger = createLogger({ level: 'info', isDev: true, nodeId: 'n' });
  const error = Object.assign(new Error('WRONGPASS'), { command: { args: ['hush'] } });
  logger.warn({ err: error }, 'one');
  logger.error({ error }, 'two');
  process.stdout.write = write;
  expect(lines.join('')).toContain('WRONGPASS');
  expect(lines.join('')).not.toContain('hush');
});
