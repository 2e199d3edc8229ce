/** The command `plenum` with a fault: members get another text than the log has. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { faultyBuilds } from '../mutants/found-by-verify.js';

const altering = faultyBuilds.find(({ name }) => name === 'members get another text than the log has');
if (altering === undefined) throw new Error('there is no such faulty build');
const { edits } = altering;
const read = fs.readFileSync;

/** Its scripts of Redis are read as text. */
function readFaulty(/** @type {URL | string} */ path, /** @type {BufferEncoding | undefined} */ options) {
  const content = read(path, options);
  const own = edits.filter(({ file }) => String(path).endsWith(file));
  return own.reduce((text, { from, to }) => text.replace(from, to), String(content));
}

/** Everything else is read as it is. */
const readAny = (/** @type {URL | string} */ path, /** @type {BufferEncoding | undefined} */ options) =>
  String(path).endsWith('.lua') ? readFaulty(path, options) : read(path, options);
Reflect.set(fs, 'readFileSync', readAny);
syncBuiltinESMExports();

await import(new URL('../../apps/server/bin/plenum.js', import.meta.url).href);
