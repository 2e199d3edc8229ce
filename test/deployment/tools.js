/** Programs that read what deploy holds as clusters do: helm and a reader built by Go, the schemas of Kubernetes by pip. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { obtainPython } from '../python-tools.js';
import { root } from '../stage.js';

const run = promisify(execFile);
const source = join(root, 'test/deployment/tools');
/** Another folder where their versions change. */
const versions = ['go.sum', 'main.go'].map((name) => readFileSync(join(source, name), 'utf8')).join('');
const built = join(
  root,
  'node_modules/.cache',
  `deployment-${createHash('sha256').update(versions).digest('hex').slice(0, 12)}`,
);

export const helm = join(built, 'helm');
/** `test/deployment/tools/main.go`. */
export const reader = join(built, 'read');

/** Two minutes of one core where Go has built neither before. @throws Error with one sentence where there is no Go */
export async function obtainGoTools() {
  if (existsSync(helm) && existsSync(reader)) return;
  const sentence = 'These tests build helm: install Go 1.26 or newer, and put it on the PATH.';
  await run('go', ['version']).catch(() => {
    throw new Error(sentence);
  });
  await run('go', ['build', '-o', `${built}/`, '.', 'helm.sh/helm/v3/cmd/helm'], { cwd: source });
}

/** @returns the command `python` of an environment that has the schemas of every version of Kubernetes */
export const obtainKubernetesSchemas = () =>
  obtainPython('kubernetes-validate-1.37.0', ['kubernetes-validate==1.37.0']);
