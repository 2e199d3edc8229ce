/** The lines of `.env` and of `.gitignore` that a folder lacks. What these files hold is kept. */
import { newSecret } from '../secrets.ts';

const secretNames = ['PLENUM_JWT_SECRET', 'PLENUM_ADMIN_TOKEN', 'REDIS_PASSWORD'] as const;

const header = '# Secrets, made by `plenum init`. Keep this file out of version control.\n';

/** A line that sets the name, also to nothing. */
const sets = (text: string, name: string): boolean =>
  new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=`, 'm').test(text);

/** @param present null: there is no file. @returns what to append, and the names that it sets */
export function missingSecretLines(present: string | null): {
  readonly text: string;
  readonly names: readonly string[];
} {
  const names = secretNames.filter((name) => present === null || !sets(present, name));
  const lines = names.map((name) => `${name}=${newSecret()}\n`).join('');
  return { text: lines === '' ? '' : `${endOfLine(present)}${header}${lines}`, names };
}

/** @returns what to append, so that Git ignores `.env`; '' if it does */
export function missingIgnoreLine(present: string | null): string {
  const ignoring = ['.env', '/.env', '.env*', '*.env', '/.env*'];
  const lines = (present ?? '').split('\n').map((line) => line.trim());
  return lines.some((line) => ignoring.includes(line)) ? '' : `${endOfLine(present)}.env\n`;
}

const endOfLine = (present: string | null): string =>
  present === null || present === '' || present.endsWith('\n') ? '' : '\n';
