/** The text of a new configuration file. A setting that is commented out shows its default, or an example. */

const comment =
  '// Settings of Plenum; variables of the environment override them. `npx plenum check` checks them.';

const settings = `  // PORT: 3000,
  // Origins whose pages may connect, besides the node's own.
  // PLENUM_CORS_ORIGINS: ['https://app.example.com'],
  // 'service': only your backend creates groups.
  // PLENUM_CREATE: 'any',
  // Messages of one user: so many a second, and so many at once.
  // PLENUM_RATE_PER_SEC: 10,
  // PLENUM_RATE_BURST: 20,
  // What history keeps of each group.
  // PLENUM_HISTORY_MAX_ENTRIES: 10_000,
  // PLENUM_HISTORY_MAX_AGE: '7d',
  // A step of your own, which each message passes after the checks of its sender.
  // middleware: {
  //   calm: async (context, next) =>
  //     context.message.includes('!!!') ? fail({ code: 'forbidden', error: 'Calm down' }) : next(),
  // },`;

/** @param isTyped for TypeScript; else for JavaScript */
export const configText = (isTyped: boolean): string =>
  isTyped
    ? `${comment}
import type { ConfigFile } from 'plenum';
// import { fail } from 'plenum';

export default {
${settings}
} satisfies ConfigFile;
`
    : `${comment}
// import { fail } from 'plenum';

/** @type {import('plenum').ConfigFile} */
export default {
${settings}
};
`;
