/**
 * The codes of invite links. A code is `<group id in base64url>.<32 characters>`: it leads to its group, and the rest is
 * 192 bits of an HMAC over the group id and a nonce of 128 random bits, by a secret of the nodes. The store keeps the nonce for
 * as long as it remembers the request, and a digest of the code as the id of the link: from both together no code can be
 * computed without the secret. A repeated request finds the nonce again, and so the same code.
 */
import { createHmac, hash, randomBytes } from 'node:crypto';
import { type GroupId, groupIdSchema } from '@plenum/protocol';

export interface NewCode {
  readonly code: string;
  readonly linkId: string;
  readonly nonce: string;
}

export class InviteCodes {
  readonly #keys: readonly Buffer[];

  /** @param secrets those of all nodes; the first one makes new codes. None: codes can be repeated by this process only */
  constructor(secrets: readonly string[]) {
    const given = secrets.length > 0 ? secrets : [randomBytes(32).toString('hex')];
    // A key of its own, so that a code shows nothing of what else the secret signs.
    this.#keys = given.map((secret) => createHmac('sha256', secret).update('plenum invite links').digest());
  }

  make(groupId: GroupId): NewCode {
    const nonce = randomBytes(16).toString('base64url');
    const code = codeOf(this.#keys[0] ?? Buffer.alloc(0), groupId, nonce);
    return { code, linkId: linkIdOf(code), nonce };
  }

  /** @returns the code that was made with this nonce; null if its secret is not among those of this node */
  again(groupId: GroupId, { linkId, nonce }: Omit<NewCode, 'code'>): string | null {
    const codes = this.#keys.map((key) => codeOf(key, groupId, nonce));
    return codes.find((code) => linkIdOf(code) === linkId) ?? null;
  }
}

const codeOf = (key: Buffer, groupId: GroupId, nonce: string): string => {
  const secret = createHmac('sha256', key).update(`${groupId}\n${nonce}`).digest('base64url').slice(0, 32);
  return `${Buffer.from(groupId).toString('base64url')}.${secret}`;
};

/** 132 bits of SHA-256. */
export const linkIdOf = (code: string): string => hash('sha256', code, 'base64url').slice(0, 22);

/** @returns the group to which a code leads; null: it is the code of no link */
export function groupOf(code: string): GroupId | null {
  const [name = '', secret] = code.split('.');
  const text = Buffer.from(name, 'base64url').toString('latin1');
  const groupId = groupIdSchema.safeParse(text);
  const isWhole = secret !== undefined && Buffer.from(text, 'latin1').toString('base64url') === name;
  return isWhole && groupId.success ? groupId.data : null;
}
