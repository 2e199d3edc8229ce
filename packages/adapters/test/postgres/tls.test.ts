/** The archive over TLS with a private CA: what is refused and why, and a certificate that is replaced while it is in use. */
import { systemClock } from '@plenum/core';
import {
  CertificateAuthority,
  eventually,
  type Issued,
  type PostgresServer,
  startPostgres,
} from '@plenum/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPostgresArchive } from '../../src/index.ts';
import { silentLogger, statements } from './archive-under-test.ts';

const hourMs = 3_600_000;
const names = ['DNS:localhost'];

let ours: CertificateAuthority;
let theirs: CertificateAuthority;
let postgres: PostgresServer;
beforeAll(async () => {
  [ours, theirs, postgres] = await Promise.all([
    CertificateAuthority.create(),
    CertificateAuthority.create(),
    startPostgres(),
  ]);
});
afterAll(async () => {
  await postgres.stop();
  await Promise.all([ours, theirs].map((one) => one[Symbol.asyncDispose]()));
});

/** Writes a file of the server, which only its user may read. */
const writing = (name: string, text: string) =>
  `COPY (SELECT unnest(string_to_array('${text}', E'\\n'))) TO PROGRAM 'umask 077; cat > ${name}'`;

/** New connections get this certificate. */
async function present({ cert, key }: Issued): Promise<void> {
  await statements(postgres.url, writing('server.crt', cert), writing('server.key', key));
  await statements(postgres.url, 'ALTER SYSTEM SET ssl = on');
  await statements(postgres.url, 'SELECT pg_reload_conf()');
  await eventually(async () => {
    const [row] = await statements(postgres.url, 'SHOW ssl');
    expect(row).toEqual({ ssl: 'on' });
  });
}

function urlOf(fields: Readonly<Record<string, string>>, host = 'localhost'): string {
  const url = new URL(postgres.url);
  url.hostname = host;
  for (const [name, value] of Object.entries(fields)) url.searchParams.set(name, value);
  return url.href;
}

const archiveAt = (url: string) => createPostgresArchive({ url, logger: silentLogger, clock: systemClock });

async function refusal(url: string): Promise<string> {
  const archive = archiveAt(url);
  try {
    await archive.ready();
    return 'it works';
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    return cause instanceof Error ? cause.message : String(error);
  } finally {
    await archive.close();
  }
}

test('each fault of certificates is said with the field of PLENUM_ARCHIVE_URL', async () => {
  const verified = { sslmode: 'verify-full', sslrootcert: ours.file };
  expect(await refusal(urlOf(verified))).toBe(
    'it speaks no TLS, which sslmode in PLENUM_ARCHIVE_URL asks for',
  );
  await present(await ours.issue({ names }));
  expect(await refusal(urlOf(verified))).toBe('it works');
  const untrusted =
    /not from a CA that is trusted here \(SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+\).* sslrootcert/;
  expect(await refusal(urlOf({ sslmode: 'verify-full' }))).toMatch(untrusted);
  expect(await refusal(urlOf({ sslmode: 'verify-full', sslrootcert: theirs.file }))).toMatch(untrusted);
  expect(await refusal(urlOf({ ...verified, sslrootcert: '/no/ca.pem' }))).toBe(
    'the file "/no/ca.pem" of PLENUM_ARCHIVE_URL cannot be read (ENOENT)',
  );
  await present(await ours.issue({ names: ['DNS:other.example'] }));
  expect(await refusal(urlOf(verified))).toMatch(
    /is for other names .*not an address, into PLENUM_ARCHIVE_URL/,
  );
  await present(await ours.issue({ names, validTo: new Date(Date.now() - hourMs) }));
  expect(await refusal(urlOf(verified))).toMatch(/has expired \(CERT_HAS_EXPIRED\)/);
});

test('the CA is read anew for each connection: another one is taken without a restart', async () => {
  await present(await ours.issue({ names }));
  const both = await ours.write('both.pem', (await ours.issue()).ca);
  const archive = archiveAt(urlOf({ sslmode: 'verify-full', sslrootcert: both }));
  try {
    await archive.ready();
    const { ca } = await theirs.issue();
    await ours.write('both.pem', `${(await ours.issue()).ca}${ca}`);
    await present(await theirs.issue({ names }));
    await statements(
      postgres.url,
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'plenum'",
    );
    await eventually(async () => {
      await archive.ready();
      const [row] = await statements(
        postgres.url,
        "SELECT count(*)::int AS count FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE ssl AND application_name = 'plenum'",
      );
      expect(row).not.toEqual({ count: 0 });
    });
  } finally {
    await archive.close();
  }
});
