/** Chance, injected so that tests can repeat themselves. */
export interface Random {
  /** 32 characters of `[0-9a-f]` that nobody can guess: a request id. */
  token(): string;
  /** At least 0, below 1. */
  fraction(): number;
}

export const systemRandom: Random = {
  // `randomUUID` exists in secure contexts only; this exists wherever there is JavaScript.
  token: () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
      '',
    ),
  fraction: () => Math.random(),
};
