/** Values of PLENUM_FANOUT for tests of reception: what `FANOUTS` says. `npm run test:all` runs them in both ways. */
export const fanOuts: readonly string[] = (process.env['FANOUTS'] ?? 'coalesced').split(',');
