/** Which build this is: the version of the package, and the commit that it was packed from. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const manifestSchema = z.object({ version: z.string(), gitHead: z.string().optional() });
const manifest = manifestSchema.parse(
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')),
);

/** The version of this package, as the OpenAPI document shows it. */
export const version: string = manifest.version;
/** The commit; null in a checkout, and where what packed it named none. */
export const revision: string | null = manifest.gitHead ?? null;
/** As `plenum --version` prints it: `0.1.0 (4f2c1d0…)`, or the version alone. */
export const build: string = revision === null ? version : `${version} (${revision})`;
