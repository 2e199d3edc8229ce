/** The `postpack` of each public workspace. */
import { restore } from './restore.js';

restore(process.cwd());
