/** What helm renders, as documents of YAML. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { root } from '../source-tree.ts';
import { helm } from './tools.js';

const run = promisify(execFile);

export const chart = join(root, 'deploy/helm/plenum');

/** The oldest version that the chart takes, and the newest whose schemas are there. */
export const kubernetesVersions = ['1.28.0', '1.37.0'] as const;

export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  // biome-ignore lint/suspicious/noExplicitAny: the fields differ by kind, and the schemas check them.
  readonly [field: string]: any;
}

/** @throws Error with what helm says */
export async function helmText(...args: readonly string[]): Promise<string> {
  const { stdout } = await run(helm, [...args], { maxBuffer: 16 * 1024 * 1024 });
  return stdout;
}

/** @param options of `helm template`, such as `--set name=value` */
export const render = (...options: readonly string[]): Promise<string> =>
  helmText('template', 'chat', chart, '--namespace', 'talk', '--kube-version', '1.31.0', ...options);

/** @throws Error if the text is no YAML, or has a key twice */
export function resourcesIn(text: string): readonly Resource[] {
  return parseAllDocuments(text, { uniqueKeys: true }).map((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    return document.toJS();
  });
}
