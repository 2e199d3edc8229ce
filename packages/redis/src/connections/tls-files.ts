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

export class TlsFiles {
  readonly fields: TlsFields;
  /** Of `tls.connect`. The client library copies them for each connection, which reads the files. */
  readonly options: ConnectionOptions;
  /** Why the files cannot be used now; null: they can. Earlier certificates are used as long as there is a problem. */
  problem: string | null = null;
  #text = '';
  #context: SecureContext | null = null;

  constructor(fields: TlsFields) {
    this.fields = fields;
    const { servername } = fields;
    this.options = servername === undefined ? {} : { servername };
    if (fields.ca === undefined && fields.cert === undefined) return;
    Object.defineProperty(this.options, 'secureContext', { enumerable: true, get: () => this.#current() });
  }

  /** @throws Error with one sentence that names the field and the file */
  check(): void {
    this.#current();
    if (this.problem !== null) throw new Error(this.problem);
  }

  /** Never throws. Without any usable certificates the context trusts public CAs only, so a handshake fails. */
  #current(): SecureContext {
    try {
      const material = read(this.fields);
      const text = JSON.stringify(material);
      if (this.#context === null || text !== this.#text) this.#context = contextOf(material);
      this.#text = text;
      this.problem = null;
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
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
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
      throw new Error(`The file "${path}" of tls_${name} in REDIS_URL cannot be read${code}.`, {
        cause: error,
      });
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
