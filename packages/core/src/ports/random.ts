/** Unguessable identifiers; injected so that tests can repeat a run. */
export interface Random {
  /** 16 characters of `[0-9a-f]`: an epoch, a nonce, a server-made request id. */
  token(): string;
}
