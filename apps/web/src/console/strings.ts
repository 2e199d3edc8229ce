/** Every text that the console shows, in one place, so that they can be translated. */
import type { AdminScope } from '@plenum/protocol';
import { choices } from './act-strings.ts';
import { groupStrings } from './group-strings.ts';

export const strings = {
  product: 'Plenum',
  console: 'console',
  loading: 'Loading',
  service: 'the service',
  again: 'Try again',
  empty: 'There is nothing here.',
  more: 'More is being read',
  close: 'Close',
  cancel: 'Cancel',
  copyCurl: 'Copy as curl',
  copyId: (id: string) => `Copy ${id}`,
  copy: 'Copy',
  title: (page: string) => `${page} – Plenum console`,
  notFound: {
    title: 'No such page',
    text: 'The console has no page at this address.',
    home: 'To the cluster',
  },

  badAddress: {
    title: 'This address is not right',
    text: 'It cannot be read: a part of it was cut off or changed, perhaps when it was copied. Look the group or the user up by its id.',
  },

  pages: {
    cluster: 'Cluster',
    groups: 'Groups',
    group: 'Group',
    users: 'Users',
    user: 'User',
    explain: 'Explain',
    deadLetters: 'Dead letters',
    adapters: 'Adapters',
    trace: 'Message path',
    verify: 'Verify',
    audit: 'Audit log',
  },

  top: {
    pages: 'Pages',
    theme: 'Light or dark',
    signOut: 'Sign out',
    readOnly: 'Read-only',
    readOnlyHint: 'Offer no acts on this page',
    requests: 'Requests',
    scopes: (scopes: readonly AdminScope[]) => scopes.join(', '),
  },

  signIn: {
    title: 'Sign in to the console',
    text: 'An admin token opens the console; its scopes say what it may do. It stays in this tab alone.',
    token: 'Admin token',
    submit: 'Sign in',
    busy: 'Signing in',
    command: 'npx plenum console --url ',
    commandText: 'Or open it from a shell that has the token:',
    devText: 'A node in dev mode prints a link at its start that opens this page without a token.',
    wrong: 'The node does not know this token.',
    ended: 'The node no longer takes this token. Sign in again.',
    usedCode: 'This link was used already, or has ended. Make a new one, or sign in with a token.',
  },

  rest: {
    strange: (status: number) => `The node answered ${status}`,
    noAnswer: 'No answer: the node is away, or the network is.',
  },

  permission: {
    signedOut: 'Sign in first',
    tokenReadOnly: 'This session is read-only',
    pageReadOnly: 'The page is set to read-only',
    scope: (scope: AdminScope) => `This needs an admin token with the scope ${scope}`,
    missing: (scope: string) => `This needs an admin token with the scope ${scope}: sign in with another one`,
  },

  inspector: {
    title: 'Requests',
    none: 'Each act leaves its request here.',
    withReads: 'Reads too',
    clear: 'Clear',
    waiting: 'waiting',
    noAnswer: 'no answer',
    took: (ms: number) => `${ms} ms`,
    body: 'Body',
    answer: 'Answer',
  },

  table: {
    rows: (count: number, hasMore: boolean) => `${count.toLocaleString('en')}${hasMore ? '+' : ''}`,
    refresh: 'Refresh',
  },

  choice: (choice: string): string => choices[choice] ?? choice,

  fields: {
    unset: 'As it is',
    durationHint: 'For example 30 s, 10 min, 1 h, 7 d.',
    noDuration: (label: string) => `${label}: write a number and s, min, h or d`,
    noNumber: (label: string) => `${label}: write a number`,
    noJson: (label: string) => `${label}: this is no JSON`,
  },

  acts: {
    typeName: 'Type this to confirm',
    request: 'Request',
    moreFields: 'More',
    answer: 'The answer. What it shows cannot be read again.',
    of: (id: string) => `Acts for ${id}`,
  },

  ...groupStrings,
} as const;
