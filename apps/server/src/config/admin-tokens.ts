/**
 * Checks the `adminTokens` of a configuration file: each has a name, a SHA-256 digest instead of the token, and scopes.
 */
import { adminScopes } from '@plenum/protocol';
import { didYouMean } from './names.ts';

export const adminTokenNamePattern = /^(?!token-|unknown$)[\w.-]{1,64}$/;
const fields = ['name', 'sha256', 'scopes'];

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** @returns a sentence about the first row that is not valid, without its digest; null if all are valid */
export function adminTokensProblem(value: unknown): string | null {
  if (!Array.isArray(value)) return 'adminTokens must be a list of { name, sha256, scopes }';
  for (const [index, row] of value.entries()) {
    const problem = rowProblem(row);
    if (problem !== null) return `adminTokens[${index}]${problem}`;
  }
  const names = value.map((row) => Reflect.get(row, 'name'));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? null : `adminTokens has two of the name ${twice}`;
}

function rowProblem(row: unknown): string | null {
  if (!isObject(row)) return ' must be an object with name, sha256 and scopes';
  const unknown = Object.keys(row).find((key) => !fields.includes(key));
  if (unknown !== undefined) {
    const near = didYouMean(unknown, fields);
    return `.${unknown} is unknown${near === '' ? `: there are ${fields.join(', ')}` : near}`;
  }
  const { name, sha256, scopes }: { name?: unknown; sha256?: unknown; scopes?: unknown } = row;
  if (typeof name !== 'string' || !adminTokenNamePattern.test(name)) {
    return '.name must be 1 to 64 of A–Z a–z 0–9 _ . - and not begin with token-';
  }
  if (typeof sha256 !== 'string' || !/^[\da-f]{64}$/.test(sha256)) {
    return '.sha256 must be the SHA-256 of the token in 64 small hex digits, as plenum admin-token prints it';
  }
  return scopesProblem(scopes);
}

function scopesProblem(scopes: unknown): string | null {
  const known: readonly unknown[] = adminScopes;
  if (!Array.isArray(scopes) || scopes.length === 0) {
    return `.scopes must be a list of some of ${adminScopes.join(', ')}`;
  }
  const unknown: unknown = scopes.find((scope) => !known.includes(scope));
  if (unknown === undefined) return null;
  const near = typeof unknown === 'string' ? didYouMean(unknown, adminScopes) : '';
  return `.scopes holds an unknown scope${near === '' ? `: there are ${adminScopes.join(', ')}` : near}`;
}
