/** What is published to npm: each public workspace, and what its package consists of. */

/**
 * @typedef {object} PublicPackage
 * @property {string} folder of the workspace, from the root
 * @property {Readonly<Record<string, string>>} entries name of a bundle → compiled file, from the folder
 * @property {string} library the entry whose exports are the API
 * @property {Readonly<Record<string, { range: string, isOptional?: true }>>} [peerRanges] peers that the manifest of the workspace does not name
 * @property {string} [publishedAs] its name on npm; default: that of the workspace
 * @property {Readonly<Record<string, string>>} [subpaths] further exports, such as `./vitest` → entry
 * @property {string} output folder of the bundles; code that finds files by its own place expects this depth
 * @property {boolean} isAlsoCommonJs
 * @property {Readonly<Record<string, string>>} copies path in the package → path from the root
 * @property {readonly string[]} files what is packed besides the bundles
 * @property {readonly string[]} peers packages of ours that the application installs beside it
 * @property {string} banner the first line of the bundles
 * @property {Readonly<Record<string, string>>} pins ranges of packages that a dependency of ours would take too new
 */

/** The built documents, 0.9 MB of the tarball. */
export const site = 'apps/docs/.vitepress/dist';

/** @type {Readonly<Record<string, PublicPackage>>} */
export const publicPackages = {
  '@plenum/client': {
    folder: 'packages/client',
    entries: { index: 'dist/index.js' },
    library: 'index',
    output: 'lib',
    isAlsoCommonJs: true,
    copies: { LICENSE: 'LICENSE' },
    files: [],
    peers: [],
    banner: '',
    pins: {},
  },
  '@plenum/react': {
    folder: 'packages/react',
    entries: { index: 'dist/index.js' },
    library: 'index',
    output: 'lib',
    isAlsoCommonJs: true,
    copies: { LICENSE: 'LICENSE' },
    files: [],
    peers: ['@plenum/client'],
    // Frameworks with server components render what imports it in the browser too.
    banner: "'use client';",
    pins: {},
  },
  plenum: {
    folder: 'apps/server',
    // `verify` proves a running cluster: those who run one have the package, not the repository.
    entries: { index: 'dist/index.js', main: 'dist/main.js', verify: '../bench/dist/verify-command.js' },
    library: 'index',
    output: 'lib/plenum',
    isAlsoCommonJs: false,
    copies: {
      LICENSE: 'LICENSE',
      lua: 'packages/redis/lua',
      'deploy/redis.acl': 'deploy/redis.acl',
      'deploy/redis-with-users.sh': 'deploy/redis-with-users.sh',
      docs: site,
      'web/dist/site': 'apps/web/dist/site',
    },
    files: ['bin'],
    peers: [],
    banner: '',
    // Fastify would take 6.7 and later, which need a `cookie` that refuses Node 20.
    pins: { 'light-my-request': '~6.6.0' },
  },
  // `@plenum/testkit` is the workspace with the tools of all our own tests; this one is what others need of it.
  '@plenum/published-testkit': {
    folder: 'apps/testkit',
    entries: { index: 'dist/index.js', vitest: 'dist/vitest.js' },
    library: 'index',
    publishedAs: '@plenum/testkit',
    subpaths: { './vitest': 'vitest' },
    peers: [],
    banner: '',
    peerRanges: { plenum: { range: '^0.1.0' }, vitest: { range: '>=3', isOptional: true } },
    output: 'lib',
    isAlsoCommonJs: false,
    copies: { LICENSE: 'LICENSE' },
    files: [],
    pins: {},
  },
};
