/** Redis over TLS with a private CA and passwords: what is refused and why, and what a running engine says of it. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { groupIdSchema } from '@plenum/protocol';
import {
  CertificateAuthority,
  createCommand,
  eventually,
  type Issued,
  messageDraft,
  type RedisServer,
  shippedUsers,
  startRedis,
} from '@plenum/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EngineUnderTest, startEngine } from '../start-engine.ts';

const hourMs = 3_600_000;
const users = shippedUsers({ isStrict: true });

let ours: CertificateAuthority;
let theirs: CertificateAuthority;
let redis: RedisServer;
/** Wants client certificates. */
let strict: RedisServer;
beforeAll(async () => {
  [ours, theirs] = await Promise.all([CertificateAuthority.create(), CertificateAuthority.create()]);
  [redis, strict] = await Promise.all([started(await ours.issue()), started(await ours.issue(), true)]);
});
afterAll(async () => {
  await Promise.all([redis, strict].map((server) => server.stop()));
  await Promise.all([ours, theirs].map((one) => one[Symbol.asyncDispose]()));
});

const started = (issued: Issued, areClientsCertified = false) =>
  startRedis({ users, tls: { ...issued, areClientsCertified } });

/** The URL of the service with other fields behind its question mark. */
function urlOf({ serviceUrl }: RedisServer, fields: Readonly<Record<string, string>>, host?: string): string {
  const url = new URL(serviceUrl);
  url.hostname = host ?? url.hostname;
  url.search = String(new URLSearchParams(fields));
  return url.href;
}

async function bootError(url: string): Promise<string> {
  try {
    await using _ = await startEngine({ url });
    return 'it booted';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Sends a message in a new group. */
async function speak({ engine }: EngineUnderTest, name: string): Promise<void> {
  const groupId = groupIdSchema.parse(name);
  await engine.groups.change(createCommand({ groupId, actor: 'owner' }));
  const sent = await engine.log.append(messageDraft({ groupId, sender: 'owner' }));
  expect(sent.type).toBe('appended');
}

test('a private CA is trusted by address and by name, and a client certificate is shown', async () => {
  expect(await bootError(redis.serviceUrl)).toBe('it booted');
  expect(await bootError(urlOf(redis, { tls_ca: ours.file }, 'localhost'))).toBe('it booted');
  expect(await bootError(urlOf(redis, { tls_ca: ours.file, tls_servername: 'localhost' }))).toBe('it booted');
  expect(await bootError(strict.serviceUrl)).toBe('it booted');
});

test('each fault of certificates, passwords and ports is a sentence with its setting', async () => {
  const at = ({ port }: RedisServer) => `Redis at 127.0.0.1:${port}`;
  const foreign = await theirs.issue();
  const tls_cert = await theirs.write('client.pem', foreign.cert);
  const tls_key = await theirs.write('client.key', foreign.key);
  const tls_ca = ours.file;
  const untrusted = `The certificate of ${at(redis)} is not from a CA that is trusted here (SELF_SIGNED_CERT_IN_CHAIN): name the file of its CA with ?tls_ca= in REDIS_URL, or in NODE_EXTRA_CA_CERTS.`;
  const named = `is for other names (ERR_TLS_CERT_ALTNAME_INVALID): use a name of the certificate in REDIS_URL, as the host or with ?tls_servername=.`;
  const cases: readonly (readonly [url: string, said: string | RegExp])[] = [
    [urlOf(redis, {}), untrusted],
    [urlOf(redis, { tls_ca: theirs.file }), untrusted],
    [urlOf(redis, { tls_ca, tls_servername: 'other.example' }), `The certificate of ${at(redis)} ${named}`],
    [
      redis.serviceUrl.replace('plenum:', 'plenum:wr0ng'),
      `${at(redis)} refused the user or the password that REDIS_URL holds.`,
    ],
    [
      `redis://127.0.0.1:${redis.port}`,
      `${at(redis)} closed the connection without an answer; a server that expects TLS needs rediss://, and one in protected mode takes no other machine (protected-mode no).`,
    ],
    [urlOf(strict, { tls_ca }), /client certificate.*tls_cert/],
    [urlOf(strict, { tls_ca, tls_cert, tls_key }), /client certificate.*tls_cert/],
    [
      urlOf(strict, { tls_ca, tls_cert: tls_ca, tls_key }),
      'The key of tls_key in REDIS_URL is not that of the certificate of tls_cert.',
    ],
    [
      urlOf(redis, { tls_ca: '/no/ca.pem' }),
      'The file "/no/ca.pem" of tls_ca in REDIS_URL cannot be read (ENOENT).',
    ],
    [urlOf(redis, { tls_ca: tls_key }), 'The file of tls_ca in REDIS_URL has no certificate in PEM form.'],
    [
      urlOf(redis, { tls_ca, tls_cert, tls_key: tls_ca }),
      'The file of tls_key in REDIS_URL has no private key in PEM form without a passphrase.',
    ],
  ];
  const said = await Promise.all(cases.map(([url]) => bootError(url)));
  expect(said).toEqual(
    cases.map(([, sentence]) => (typeof sentence === 'string' ? sentence : expect.stringMatching(sentence))),
  );
});

test('a certificate that is too old, too young or without names is refused by what it lacks', async () => {
  const servers = await Promise.all([
    started(await ours.issue({ validTo: new Date(Date.now() - hourMs) })),
    started(await ours.issue({ validFrom: new Date(Date.now() + hourMs) })),
    started(await ours.issue({ names: [] })),
  ]);
  try {
    expect(await Promise.all(servers.map(({ serviceUrl }) => bootError(serviceUrl)))).toEqual([
      expect.stringMatching(/or of its CA, has expired \(CERT_HAS_EXPIRED\): give Redis a new one\.$/),
      expect.stringMatching(/is not valid yet \(CERT_NOT_YET_VALID\): check the clocks/),
      expect.stringMatching(/is for other names .*tls_servername/),
    ]);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
});

test('a port without TLS under rediss:// is a sentence too', async () => {
  await using plain = await startRedis();
  expect(await bootError(`rediss://127.0.0.1:${plain.port}`)).toMatch(/that its port speaks TLS/);
});

const patience = { timeoutMs: 30_000, everyMs: 100 };

/** An administrator of a server with TLS. */
async function adminOf({ url, dir }: RedisServer) {
  const admin = new Redis(url, { tls: { ca: await readFile(join(dir, 'ca.pem')) } });
  return Object.assign(admin, { [Symbol.dispose]: () => admin.disconnect() });
}

/** Gives a running server another certificate. */
async function present({ dir }: RedisServer, admin: Redis, { cert, key }: Issued): Promise<void> {
  await writeFile(join(dir, 'cert.pem'), cert);
  await writeFile(join(dir, 'key.pem'), key);
  await admin.config(
    'SET',
    ...['tls-cert-file', join(dir, 'cert.pem')],
    ...['tls-key-file', join(dir, 'key.pem')],
  );
}

test('an engine whose Redis gets a bad certificate works on, and says so until it is mended', async () => {
  await using server = await started(await ours.issue());
  await using running = await startEngine({ url: server.serviceUrl });
  using admin = await adminOf(server);
  await present(server, admin, await ours.issue({ validTo: new Date(Date.now() - hourMs) }));
  const notices = [expect.stringMatching(/^No new connection is possible\..*expired.*give Redis a new one/)];
  await eventually(async () => {
    expect(await running.engine.health()).toMatchObject({ isReady: true, notices });
  }, patience);
  await speak(running, 'still-connected');
  await admin.call('CLIENT', 'KILL', 'USER', 'plenum');
  await eventually(async () => {
    expect(await running.engine.health()).toMatchObject({ isReady: false, notices });
  }, patience);
  await present(server, admin, await ours.issue());
  await eventually(async () => {
    const health = await running.engine.health();
    expect(health).toMatchObject({ isReady: true });
    expect(health.notices).toBeUndefined();
  }, patience);
  await speak(running, 'mended');
});

test('files of certificates are replaced under a running engine: another CA, then a broken file', async () => {
  await using server = await started(await ours.issue());
  const { ca } = await theirs.issue();
  const tls_ca = await ours.write('trusted.pem', await readFile(ours.file, 'utf8'));
  await using running = await startEngine({ url: urlOf(server, { tls_ca }) });
  using admin = await adminOf(server);
  // First both CAs are trusted, then Redis shows a certificate of the new one.
  await ours.write('trusted.pem', `${await readFile(ours.file, 'utf8')}${ca}`);
  await present(server, admin, await theirs.issue());
  await admin.call('CLIENT', 'KILL', 'USER', 'plenum');
  await eventually(() => speak(running, 'other-ca'), patience);
  await ours.write('trusted.pem', 'no certificate');
  const notices = ['The file of tls_ca in REDIS_URL has no certificate in PEM form.'];
  await eventually(async () => {
    expect(await running.engine.health()).toMatchObject({ isReady: true, notices });
  }, patience);
  await admin.call('CLIENT', 'KILL', 'USER', 'plenum');
  await eventually(() => speak(running, 'broken-file'), patience);
});

test('a password is replaced: the old one is taken away under an engine that is connected', async () => {
  await using server = await started(await ours.issue());
  using admin = await adminOf(server);
  await using old = await startEngine({ url: server.serviceUrl });
  await admin.call('ACL', 'SETUSER', 'plenum', '>the-next-password');
  const url = server.serviceUrl.replace(/plenum:[^@]*@/, 'plenum:the-next-password@');
  await using next = await startEngine({ url, prefix: old.prefix });
  await admin.call('ACL', 'SETUSER', 'plenum', `<${users.service.password}`);
  const notices = [expect.stringMatching(/refused the user or the password that REDIS_URL holds\.$/)];
  await eventually(async () => {
    expect(await old.engine.health()).toMatchObject({ isReady: true, notices });
  }, patience);
  await speak(old, 'said-by-the-old');
  const heads = await next.engine.log.heads([groupIdSchema.parse('said-by-the-old')]);
  expect([...heads.values()]).toMatchObject([{ seq: 2 }]);
  expect((await next.engine.health()).notices).toBeUndefined();
});
