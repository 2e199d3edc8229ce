/** The command `plenum` with a fault: members get another text than the log has. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { faultyBuilds } from '../mutants/found-by-verify.js';

const altering = faultyBuilds.find(({ name }) => name === 'members get another text than the log has');
if (altering === undefined) throw new Error('there is no such faulty build');
const read = fs.readFileSync;

/** @type {typeof read} */
const readFaulty = (
  /** @type {Parameters<typeof read>[0]} */ path,
  /** @type {Parameters<typeof read>[1]} */ ...options
) => {
  const content = read(path, ...options);
  const edits = altering.edits.filter(({ file }) => decodeURI(String(path)).endsWith(file));
  return edits.reduce((text, { from, to }) => text.replace(from, to), content);
};
fs.readFileSync = readFaulty;
syncBuiltinESMExports();

await import('../../apps/server/bin/plenum.js');
