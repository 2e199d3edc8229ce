/** A certificate authority of a test, made with the command `openssl`. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface IssueOptions {
  /** Of the subject alternative name, such as `DNS:localhost` or `IP:127.0.0.1`. Empty: the certificate has none. */
  readonly names?: readonly string[];
  /** Default `plenum-test`. */
  readonly commonName?: string;
  /** Default: a day ago. */
  readonly validFrom?: Date;
  /** Default: in a day. */
  readonly validTo?: Date;
}

/** PEM texts. */
export interface Issued {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const dayMs = 86_400_000;
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

const configuration = `[ca]
default_ca = test
[test]
database = index.txt
rand_serial = yes
new_certs_dir = .
default_md = sha256
policy = names
certificate = ca.pem
private_key = ca.key
unique_subject = no
[names]
commonName = supplied
`;

/** `20270131120000Z` */
const asn1Time = (date: Date): string => `${date.toISOString().replace(/\D/g, '').slice(0, 14)}Z`;

export class CertificateAuthority implements AsyncDisposable {
  readonly #folder: string;
  #issued = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async create(): Promise<CertificateAuthority> {
    const authority = new CertificateAuthority(await mkdtemp(join(tmpdir(), 'plenum-ca-')));
    const made = ['req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2'];
    await authority.#openssl(...made, '-subj', `/CN=CA ${authority.#folder.slice(-6)}`);
    await writeFile(join(authority.#folder, 'ca.cnf'), configuration);
    await writeFile(join(authority.#folder, 'index.txt'), '');
    return authority;
  }

  /** The path of the certificate of the authority. */
  get file(): string {
    return join(this.#folder, 'ca.pem');
  }

  async issue(options: IssueOptions = {}): Promise<Issued> {
    const { names = ['DNS:localhost', 'IP:127.0.0.1', 'IP:::1'], commonName = 'plenum-test' } = options;
    this.#issued += 1;
    const name = `issued-${this.#issued}`;
    const request = ['req', '-new', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`];
    await this.#openssl(...request, '-subj', `/CN=${commonName}`);
    const san = names.length === 0 ? [] : [`subjectAltName = ${names.join(',')}`];
    await writeFile(
      join(this.#folder, `${name}.ext`),
      `${['basicConstraints = CA:FALSE', ...san].join('\n')}\n`,
    );
    const from = options.validFrom ?? new Date(Date.now() - dayMs);
    const to = options.validTo ?? new Date(Date.now() + dayMs);
    await this.#openssl(
      ...['ca', '-batch', '-notext', '-config', 'ca.cnf', '-in', `${name}.csr`, '-out', `${name}.pem`],
      ...['-extfile', `${name}.ext`, '-startdate', asn1Time(from), '-enddate', asn1Time(to)],
    );
    const [ca, cert, key] = await Promise.all(
      ['ca.pem', `${name}.pem`, `${name}.key`].map((file) => readFile(join(this.#folder, file), 'utf8')),
    );
    return { ca: ca ?? '', cert: cert ?? '', key: key ?? '' };
  }

  /** Writes a text beside the certificates. @returns its path */
  async write(name: string, text: string): Promise<string> {
    const path = join(this.#folder, name);
    await writeFile(path, text);
    return path;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true });
  }

  #openssl(...args: readonly string[]): Promise<unknown> {
    return run('openssl', [...args], { cwd: this.#folder });
  }
}
