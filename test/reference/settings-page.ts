/** The page about settings, from the schema of the environment. */
import { environmentSchema } from '../../apps/server/src/config/environment.ts';
import { settingNotes, settingSections } from '../../apps/server/src/config/setting-notes.ts';
import { cell } from './fields.ts';
import { page } from './page.ts';

type Name = keyof typeof settingNotes;
const names = Object.keys(environmentSchema.shape) as Name[];

/** As it is written in the environment. */
function defaultOf(name: Name): string {
  const { absent } = settingNotes[name];
  if (absent !== undefined) return absent;
  const text = textOf(Reflect.get(environmentSchema.parse({}), name));
  return text === '' ? 'none' : `\`${text}\``;
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.join(',');
  return String(value ?? '');
}

/** A duration is kept in ms. */
function durationOf(name: Name): string | null {
  const value: unknown = Reflect.get(environmentSchema.parse({}), name);
  const isDuration = expectationOf(name).includes('duration') && typeof value === 'number';
  const [unit, ms] = units.find(([, size]) => isDuration && value % size === 0) ?? [];
  return isDuration && unit !== undefined && ms !== undefined ? `\`${value / ms}${unit}\`` : null;
}

/** What the schema says of a text that is no value of the setting. */
function expectationOf(name: Name): string {
  const { success, error } = environmentSchema.shape[name].safeParse('\u0000\u0001');
  if (success) return '';
  const [issue] = error.issues;
  const texts =
    issue?.code === 'invalid_union'
      ? issue.errors.flat().map(({ message }) => message)
      : [issue?.message ?? ''];
  return texts.find((text) => text.startsWith('must')) ?? '';
}

function boundsOf(name: Name): string {
  const text = expectationOf(name)
    .replace(/^must (?:be|hold|begin with) /, '')
    .replace(
      /^a whole number from (\d+) to (\d+)$/,
      (_, from, to) => `${Number(from).toLocaleString('en')}–${Number(to).toLocaleString('en')}`,
    )
    .replace(/^one of (.*)$/, (_, list: string) =>
      list
        .split(', ')
        .map((one) => `\`${one}\``)
        .join(', '),
    )
    .replace(/, and "\\u0000\\u0001" is none of them/, '');
  const { unit } = settingNotes[name];
  return [text, ...(unit === undefined ? [] : [unit])].filter((part) => part !== '').join(' ');
}

export function settingsPage(): string {
  const sections = Object.entries(settingSections).flatMap(([section, title]) => [
    `## ${title}`,
    '',
    '| name | default | value | |',
    '|---|---|---|---|',
    ...names
      .filter((name) => settingNotes[name].section === section)
      .map(
        (name) =>
          `| <a id="${name.toLowerCase()}"></a>\`${name}\` | ${durationOf(name) ?? defaultOf(name)} | ${cell(boundsOf(name))} | ${cell(settingNotes[name].text)} |`,
      ),
    '',
  ]);
  return page('Settings', 'Which settings are there, with which defaults and bounds?', [
    'By environment, and by `plenum.config.{js,mjs,ts,mts,json}` in the working folder with the same names; a variable of the environment overrides the',
    'file. All problems are reported together at the start. A blank value counts as unset. An unknown `PLENUM_*` name is a warning in the',
    'environment, with the most similar name, and refused in the file and among the options of `createPlenum`. The variables that Kubernetes',
    'sets for a Service named `plenum` or `plenum-admin` (`PLENUM_ADMIN_PORT=tcp://…`) are ignored, with one log line. `token`, `join`, `send` and',
    '`tail` need only what they use: the secret if they sign a token, `HOST` and `PORT` if no `--url` is given.',
    '',
    '`plenum check` shows the configuration without secrets (of a URL neither user, password nor query, and no part of its path that looks like a',
    'token), tries Redis, the archive, every webhook (`HEAD`; nothing that looks like an event is sent) and the key set, and exits with 1 and a',
    'sentence for each that does not work now.',
    '',
    'Dev mode is: `HOST` is loopback, neither secret nor `PLENUM_JWKS_URL` is set, `NODE_ENV` is not `production`. Outside it a missing secret or',
    'admin token stops the start. In dev mode all nodes of one prefix agree on their secrets through Redis.',
    '',
    ...sections,
  ]);
}
