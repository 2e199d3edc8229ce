/** The files in the folder of a server: its users, its certificate, and the configuration of a Sentinel. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface RedisLogin {
  readonly username: string;
  readonly password: string;
}

export interface RedisUsers {
  /** The lines of an ACL file. */
  readonly acl: readonly string[];
  /** The user that `serviceUrl` names; it is one of the ACL file. */
  readonly service: RedisLogin;
  /** The user that `url` names. Default: the default user. */
  readonly admin?: RedisLogin;
}

/** PEM texts. */
export interface RedisTls {
  /** The CAs whose client certificates the server accepts. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** True: the server refuses a client without a certificate. Default false. */
  readonly areClientsCertified?: boolean;
}

export interface RedisServerOptions {
  /** Arguments of redis-server; they win over the defaults. */
  readonly args?: readonly string[];
  /** Default false: nothing is written to disk. */
  readonly appendonly?: boolean;
  /** Lines of a configuration file. Given: the server is a Sentinel. */
  readonly sentinel?: readonly string[];
  readonly users?: RedisUsers;
  /** Given: the port speaks TLS, and so do replication, the bus of a Cluster and the connections of a Sentinel. */
  readonly tls?: RedisTls;
}

/** What starts a server in its folder. */
export interface RedisSetUp {
  readonly dir: string;
  readonly args: readonly string[];
  readonly configFile?: string;
}

const sentinelFile = 'sentinel.conf';
const aclFile = 'users.acl';

/** Writes the files. A Sentinel keeps what it learns in its configuration file, and refuses to start without one. */
export async function setUpFolder(options: RedisServerOptions, dir: string): Promise<RedisSetUp> {
  const { sentinel, users, tls } = options;
  if (users !== undefined) await writeLines(dir, aclFile, users.acl);
  if (tls !== undefined) {
    for (const name of ['ca', 'cert', 'key'] as const) await writeFile(join(dir, `${name}.pem`), tls[name]);
  }
  const shared = [
    ...(users === undefined ? [] : ['--aclfile', join(dir, aclFile)]),
    ...tlsArguments(dir, tls),
  ];
  if (sentinel === undefined)
    return { dir, args: [...serverArguments(options), ...shared, ...argsOf(options)] };
  await writeLines(dir, sentinelFile, sentinel);
  const args = ['--sentinel', '--protected-mode', 'no', '--daemonize', 'no', ...shared, ...argsOf(options)];
  return { dir, configFile: sentinelFile, args };
}

const argsOf = ({ args = [] }: RedisServerOptions) => args;

const writeLines = (dir: string, name: string, lines: readonly string[]) =>
  writeFile(join(dir, name), `${lines.join('\n')}\n`);

const serverArguments = ({ appendonly }: RedisServerOptions): readonly string[] => [
  ...['--save', '', '--appendonly', appendonly === true ? 'yes' : 'no'],
  ...['--maxmemory-policy', 'noeviction', '--protected-mode', 'no', '--daemonize', 'no'],
];

const tlsArguments = (dir: string, tls: RedisTls | undefined): readonly string[] =>
  tls === undefined
    ? []
    : [
        ...['--tls-ca-cert-file', join(dir, 'ca.pem'), '--tls-cert-file', join(dir, 'cert.pem')],
        ...['--tls-key-file', join(dir, 'key.pem')],
        ...['--tls-auth-clients', tls.areClientsCertified === true ? 'yes' : 'optional'],
        ...['--tls-replication', 'yes', '--tls-cluster', 'yes'],
      ];
