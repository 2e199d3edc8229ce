/** Hides secrets in what leaves the machine, those that are known and those that look like one. */
import { hiding, maskedText, secretsInUrl } from '../config/masked.ts';

const hidden = '***';

/** Names of variables whose text may be a secret, of whatever program. */
const secretName = /SECRET|TOKEN|PASS|PWD|KEY|CREDENTIAL|AUTH|COOKIE|SESSION|PRIVATE|SALT|SIGN|DSN/i;

/** Names of variables that hold an address: of its text only some parts are secret. */
const addressName = /UR[IL]|DSN|ENDPOINT|HOST|ADDR/i;

/** A shorter text of a variable whose name is suspicious is a number or a word, such as `24h`. */
const secretMin = 6;

/** @returns texts that must not be in the report: of each variable those that may be secret, and the secret parts of URLs */
export function secretsAmong(variables: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(variables).flatMap(([name, value]) =>
    textsOf(value).flatMap((text) => secretsOf(name, text)),
  );
}

const textsOf = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
};

function secretsOf(name: string, text: string): readonly string[] {
  const texts = [text, ...text.split(',')].map((one) => one.trim());
  const isAddress = text.includes('://');
  const parts = isAddress ? texts.flatMap(secretsInUrl) : [];
  if (!secretName.test(name) || (isAddress && addressName.test(name))) return parts;
  return [...parts, ...texts.filter((one) => one.length >= secretMin)];
}

/** What a secret looks like in any text. */
const looks: readonly RegExp[] = [
  // A JWT.
  /\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g,
  /\bwhsec_[\w+/=-]+/g,
  /(?<=\b(?:Bearer|Basic) )[\w.+/=~-]+/gi,
  // Digests and random bytes in hex, and in base64.
  /\b[0-9a-f]{40,}\b/gi,
  /(?<![\w/+-])(?=[\w/+-]*[0-9])(?=[\w/+-]*[a-z])(?=[\w/+-]*[A-Z])[\w/+-]{43,}=*/g,
];

/** @returns a function that hides these secrets in a text, and what looks like one */
export function concealingText(secrets: readonly string[]): (text: string) => string {
  const hide = hiding(secrets);
  return (text) => looks.reduce((rest, look) => rest.replace(look, hidden), maskedText(hide(text)));
}

/** @returns a function that hides secrets in every text of a value, in names of fields too */
export function concealing(secrets: readonly string[]): (value: unknown) => unknown {
  const text = concealingText(secrets);
  const conceal = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value);
    if (Array.isArray(value)) return value.map(conceal);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [text(name), conceal(one)]));
  };
  return conceal;
}
