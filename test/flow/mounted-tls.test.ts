/** The library on a server of node:https. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPlenum } from 'plenum';
import { expect, onTestFinished, test } from 'vitest';
import { Device } from '../support/devices/device.ts';

/** A key, and a certificate of itself for `localhost`. */
function selfSigned(): { readonly key: Buffer; readonly cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'tls-'));
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const named = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    execFileSync('openssl', [...made, '-keyout', key, '-out', cert, ...named], { stdio: 'ignore' });
    return { key: readFileSync(key), cert: readFileSync(cert) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function textOf(url: string, ca: Buffer): Promise<string> {
  const [answer] = await once(get(url, { ca }), 'response');
  let text = '';
  for await (const chunk of answer) text += String(chunk);
  return text;
}

test('over TLS it is at its prefix, users talk, and the other paths are the application', async () => {
  const { key, cert } = selfSigned();
  const server = createServer({ key, cert });
  const plenum = await createPlenum({ engine: 'memory', gateway: { server, namespace: '/groups' } });
  server.on('request', (_request, response) => response.end('the application'));
  server.listen(0, 'localhost');
  await once(server, 'listening');
  onTestFinished(async () => {
    await plenum.close();
    server.closeAllConnections();
    server.close();
  });
  const url = `https://localhost:${Object(server.address()).port}`;
  expect(JSON.parse(await textOf(`${url}/plenum/healthz`, cert))).toEqual({ status: 'ok' });
  expect(await textOf(`${url}/healthz`, cert)).toBe('the application');

  const deviceOf = async (userId: string) => {
    const options = { path: '/plenum/socket.io', ca: cert.toString() };
    return new Device(`${url}/groups`, await plenum.signToken(userId), options).connected();
  };
  await using ann = await deviceOf('ann');
  await using bob = await deviceOf('bob');
  await ann.must('create_group', { group_id: 'g', group_type: 'public' });
  await bob.must('join_group', { group_id: 'g' });
  await ann.send('g', 'hello over TLS');
  await bob.until('relay_message', { result: { message: 'hello over TLS' } });
});
