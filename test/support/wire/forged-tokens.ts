/** Tokens that must be refused, made by hand: no library would sign them. */
import { createHmac } from 'node:crypto';
import { jwtSecret } from './http.ts';

const part = (value: object | string) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

interface Forgery {
  readonly header?: object;
  readonly claims?: object | string;
  readonly secret?: string;
  readonly digest?: string;
}

function token({ header, claims, secret = jwtSecret, digest = 'sha256' }: Forgery): string {
  const body = `${part(header ?? { alg: 'HS256', typ: 'JWT' })}.${part(claims ?? valid())}`;
  return `${body}.${createHmac(digest, secret).update(body).digest('base64url')}`;
}

/** As it should be signed, with any claims. */
export const tokenWith = (claims: object): string => token({ claims });

const valid = () => ({ sub: 'ann', exp: Math.floor(Date.now() / 1000) + 3600 });
const unsigned = (alg: string) => `${part({ alg, typ: 'JWT' })}.${part(valid())}.`;

/** With the right secret all of these would do, but for the one fault that each names. */
export const forgedTokens: readonly (readonly [string, string])[] = [
  ['another key', token({ secret: 'another-secret-with-more-than-32-bytes' })],
  ['the algorithm none', unsigned('none')],
  ['the algorithm None', unsigned('None')],
  ['no signature', unsigned('HS256')],
  ['HS512', token({ header: { alg: 'HS512', typ: 'JWT' }, digest: 'sha512' })],
  ['HS256 over a header that says RS256', token({ header: { alg: 'RS256', typ: 'JWT' } })],
  ['an unknown critical header', token({ header: { alg: 'HS256', crit: ['exp2'], exp2: 1 } })],
  ['a signature over other claims', `${token({}).slice(0, -43)}${token({ claims: {} }).slice(-43)}`],
  ['no subject', token({ claims: { exp: valid().exp } })],
  ['a subject with a space', token({ claims: { ...valid(), sub: 'a b' } })],
  ['the service as subject', token({ claims: { ...valid(), sub: '$service' } })],
  ['.. as subject', token({ claims: { ...valid(), sub: '..' } })],
  ['a number as subject', token({ claims: { ...valid(), sub: 7 } })],
  ['an object as subject', token({ claims: { ...valid(), sub: { toString: 'ann' } } })],
  ['a subject of 129 characters', token({ claims: { ...valid(), sub: 'x'.repeat(129) } })],
  ['an iat of more than a minute ahead', token({ claims: { ...valid(), iat: valid().exp - 3300 } })],
  [
    'an iat of a year ahead',
    token({ claims: { sub: 'ann', iat: valid().exp + 3e7, exp: valid().exp + 4e7 } }),
  ],
  ['an iat beyond every number', token({ claims: `{"sub":"ann","exp":${valid().exp},"iat":1e999}` })],
  [
    'an expiry beyond every number',
    token({ claims: `{"sub":"ann","iat":${valid().exp - 3600},"exp":1e999}` }),
  ],
  ['neither an expiry nor an iat', token({ claims: { sub: 'ann' } })],
  ['an expiry that is text', token({ claims: { ...valid(), exp: 'tomorrow' } })],
  ['claims that are a list', token({ claims: ['ann'] })],
  ['claims that are no JSON', token({ claims: '{"sub":' })],
  ['not before tomorrow', token({ claims: { ...valid(), nbf: valid().exp } })],
  ['two parts', token({}).split('.').slice(0, 2).join('.')],
  ['four parts', `${token({})}.e30`],
  ['dots only', '...'],
  ['no JWT at all', 'nonsense'],
  ['10 KB', token({ claims: { ...valid(), x: 'x'.repeat(10_000) } })],
];
