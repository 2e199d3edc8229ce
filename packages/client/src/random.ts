/** Randomness, injected so that tests can repeat a run. */
export interface Random {
  /** 32 unguessable characters of `[0-9a-f]`: a request id. */
  token(): string;
  /** At least 0, below 1. */
  fraction(): number;
}

export const systemRandom: Random = {
  // Unlike `randomUUID` it exists outside of secure contexts too.
  token: () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
      '',
    ),
  fraction: () => Math.random(),
};
