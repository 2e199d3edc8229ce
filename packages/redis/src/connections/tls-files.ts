/**
 * The certificates of the connections to Redis, from the files that REDIS_URL names. They are read again for each new
 * connection, so a file that is replaced counts without a restart.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type ConnectionOptions, createSecureContext, type SecureContext } from 'node:tls';

/** Paths, except the name. */
export interface TlsFields {
  /** The CAs to trust, and no others. */
  readonly ca?: string;
  /** The certificate that a node shows to Redis. */
  readonly cert?: string;
  readonly key?: string;
  /** The name that the certificate of each server must have, in place of its host. */
  readonly servername?: string;
}

/** PEM texts. */
type Material = Partial<Record<'ca' | 'cert' | 'key', string>>;

/** A file that is not there, or not readable. Its message has the path. */
class UnreadableFile extends Error {
  /** The same without the path. */
  readonly sentence: string;

  constructor(name: keyof Material, path: string, cause: unknown) {
    const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
    super(`The file "${path}" of tls_${name} in REDIS_URL cannot be read${code}.`, { cause });
    this.sentence = `The file of tls_${name} in REDIS_URL cannot be read${code}.`;
  }
}

export class TlsFiles {
  readonly fields: TlsFields;
  /** Of `tls.connect`. The client library copies them for each connection, which reads the files. */
  readonly options: ConnectionOptions;
  #fault: Error | null = null;
  #text = '';
  #context: SecureContext | null = null;

  constructor(fields: TlsFields) {
    this.fields = fields;
    const { servername } = fields;
    this.options = servername === undefined ? {} : { servername };
    if (fields.ca === undefined && fields.cert === undefined) return;
    Object.defineProperty(this.options, 'secureContext', { enumerable: true, get: () => this.#current() });
  }

  /**
   * Why the files cannot be used now, without a path, because a probe may come from outside; null: they can. Earlier
   * certificates are used as long as there is a problem.
   */
  get problem(): string | null {
    if (this.#fault instanceof UnreadableFile) return this.#fault.sentence;
    return this.#fault?.message ?? null;
  }

  /** @throws Error with one sentence that names the field and the file */
  check(): void {
    this.#current();
    if (this.#fault !== null) throw this.#fault;
  }

  /** Never throws. Without any usable certificates the context trusts public CAs only, so a handshake fails. */
  #current(): SecureContext {
    try {
      const material = read(this.fields);
      const text = JSON.stringify(material);
      if (this.#context === null || text !== this.#text) this.#context = contextOf(material);
      this.#text = text;
      this.#fault = null;
    } catch (error) {
      this.#fault = error instanceof Error ? error : new Error(String(error));
    }
    return this.#context ?? createSecureContext();
  }
}

function read(fields: TlsFields): Material {
  const material: Material = {};
  for (const name of ['ca', 'cert', 'key'] as const) {
    const path = fields[name];
    if (path === undefined) continue;
    try {
      material[name] = readFileSync(path, 'utf8');
    } catch (cause) {
      throw new UnreadableFile(name, path, cause);
    }
  }
  return material;
}

/** @throws Error with one sentence for a text that is no certificate or no key, and for a key of another certificate */
function contextOf(material: Material): SecureContext {
  const { ca, cert, key } = material;
  if (ca !== undefined) certificateIn(ca, 'ca');
  if (cert !== undefined && key !== undefined) {
    if (!certificateIn(cert, 'cert').checkPrivateKey(keyIn(key))) {
      throw new Error('The key of tls_key in REDIS_URL is not that of the certificate of tls_cert.');
    }
  }
  return createSecureContext(material);
}

function certificateIn(text: string, name: 'ca' | 'cert'): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch (cause) {
    throw new Error(`The file of tls_${name} in REDIS_URL has no certificate in PEM form.`, { cause });
  }
}

function keyIn(text: string) {
  try {
    return createPrivateKey(text);
  } catch (cause) {
    throw new Error('The file of tls_key in REDIS_URL has no private key in PEM form without a passphrase.', {
      cause,
    });
  }
}
