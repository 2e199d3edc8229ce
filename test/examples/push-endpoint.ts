/** A push service of the test: takes web pushes over HTTPS, and checks and decrypts them as a browser and its service do. */
import { execFileSync } from 'node:child_process';
import { createDecipheriv, createECDH, createHmac, createPublicKey, randomBytes, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const keys = createECDH('prime256v1');
const publicKey = keys.generateKeys();
const authSecret = randomBytes(16);

export class PushEndpoint implements AsyncDisposable {
  /** Payloads of valid pushes, in the order in which they came. */
  readonly pushed: unknown[] = [];
  /** Why others were refused. */
  readonly problems: string[] = [];
  /** Answered next, if it is set: 503, 410. */
  failsWith: number | null = null;
  readonly certificate: string;
  readonly #folder: string;
  readonly #server: Server;

  private constructor(folder: string) {
    this.#folder = folder;
    this.certificate = join(folder, 'cert.pem');
    const [key, cert] = [readFileSync(join(folder, 'key.pem')), readFileSync(this.certificate)];
    this.#server = createServer({ key, cert }, async (request, response) => {
      const status = this.failsWith ?? (await this.#take(request));
      this.failsWith = null;
      response.writeHead(status).end();
    });
  }

  static async start(): Promise<PushEndpoint> {
    const folder = mkdtempSync(join(tmpdir(), 'push-'));
    const made = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '2',
    ];
    const named = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
    execFileSync('openssl', [...made, ...named, ...files], { stdio: 'ignore' });
    const endpoint = new PushEndpoint(folder);
    await new Promise<void>((resolve) => endpoint.#server.listen(0, () => resolve()));
    return endpoint;
  }

  get origin(): string {
    const address = this.#server.address();
    return `https://localhost:${typeof address === 'object' ? address?.port : ''}`;
  }

  /** As `pushManager.subscribe` gives it to a page. */
  get subscription(): object {
    const [p256dh, auth] = [publicKey.toString('base64url'), authSecret.toString('base64url')];
    return { endpoint: `${this.origin}/push/1`, keys: { p256dh, auth } };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.#folder, { recursive: true });
  }

  async #take(request: IncomingMessage): Promise<number> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    try {
      checkVapid(request.headers, this.origin);
      if (request.headers['content-encoding'] !== 'aes128gcm') throw new Error('not aes128gcm');
      if (!/^\d+$/.test(String(request.headers['ttl']))) throw new Error('no TTL');
      this.pushed.push(JSON.parse(decrypted(Buffer.concat(chunks))));
      return 201;
    } catch (error) {
      this.problems.push(String(error));
      return 400;
    }
  }
}

/** RFC 8292: a token for this service, signed by the key that the header names. */
function checkVapid({ authorization = '' }: IncomingHttpHeaders, origin: string): void {
  const [, token = '', key = ''] = authorization.match(/^vapid t=([^,]+), ?k=(\S+)$/) ?? [];
  const [head = '', claims = '', signature = ''] = token.split('.');
  const point = Buffer.from(key, 'base64url');
  const [x, y] = [point.subarray(1, 33).toString('base64url'), point.subarray(33).toString('base64url')];
  const jwk = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  const signed = Buffer.from(`${head}.${claims}`);
  const bytes = Buffer.from(signature, 'base64url');
  if (!verify('sha256', signed, { key: jwk, dsaEncoding: 'ieee-p1363' }, bytes))
    throw new Error('the token is not signed by k');
  const { aud, exp, sub } = JSON.parse(Buffer.from(claims, 'base64url').toString());
  const leftSec = Number(exp) - Date.now() / 1000;
  if (aud !== origin) throw new Error(`aud is ${aud}`);
  if (!(leftSec > 0 && leftSec <= 86_400)) throw new Error(`exp is ${exp}`);
  if (!/^(?:mailto:|https:)/.test(sub)) throw new Error(`sub is ${sub}`);
}

const hmac = (key: Buffer, ...parts: readonly (string | Buffer)[]): Buffer => {
  const made = createHmac('sha256', key);
  for (const part of parts) made.update(part);
  return made.digest();
};

/** RFC 8291: with the keys of the subscription. */
function decrypted(body: Buffer): string {
  const salt = body.subarray(0, 16);
  const idLength = body.readUInt8(20);
  const sender = body.subarray(21, 21 + idLength);
  const shared = hmac(authSecret, keys.computeSecret(sender));
  const material = hmac(shared, 'WebPush: info\0', publicKey, sender, '\x01');
  const secret = hmac(salt, material);
  const key = hmac(secret, 'Content-Encoding: aes128gcm\0', '\x01').subarray(0, 16);
  const nonce = hmac(secret, 'Content-Encoding: nonce\0', '\x01').subarray(0, 12);
  const sealed = body.subarray(21 + idLength);
  const decipher = createDecipheriv('aes-128-gcm', key, nonce);
  decipher.setAuthTag(sealed.subarray(-16));
  const padded = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
  return padded.subarray(0, padded.lastIndexOf(2)).toString('utf8');
}
