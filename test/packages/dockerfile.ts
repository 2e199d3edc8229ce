/**
 * Follows the steps of a Dockerfile in folders, one for each stage, and keeps what they leave. It knows the instructions that
 * deploy/Dockerfile uses and refuses others. The files of the base image are not followed; a RUN works in its WORKDIR.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';

export interface Image {
  /** Where the root folder of the last stage is. */
  readonly root: string;
  readonly workdir: string;
  readonly user: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
}

interface Stage extends Image {
  readonly arguments: Readonly<Record<string, string>>;
}

export interface Following {
  readonly dockerfile: string;
  /** The folder that is sent to the builder, but for what its .dockerignore names. */
  readonly context: string;
  /** An empty folder. */
  readonly folder: string;
  /** RUN → what is done in its place, in the folder that it would work in. */
  readonly instead: Readonly<Record<string, (cwd: string) => void>>;
}

const instructions =
  /^(?:FROM|ARG|WORKDIR|COPY|RUN|ENV|LABEL|USER|EXPOSE|HEALTHCHECK|STOPSIGNAL|ENTRYPOINT|CMD)$/;

export function followDockerfile(following: Following): Image {
  const stages = new Map<string, Stage>();
  const unused = new Set(Object.keys(following.instead));
  let stage: Stage | null = null;
  for (const [keyword, text] of stepsOf(readFileSync(following.dockerfile, 'utf8'))) {
    if (!instructions.test(keyword)) throw new Error(`${keyword} is not followed: ${text}`);
    if (keyword === 'FROM') {
      const name = / AS (\S+)$/.exec(text)?.[1] ?? String(stages.size);
      stage = emptyStage(join(following.folder, name));
      stages.set(name, stage);
    } else if (stage !== null) {
      unused.delete(text);
      const next: Stage = { ...stage, ...changeBy(keyword, text, { stage, stages, following }) };
      stages.set([...stages.keys()].at(-1) ?? '', next);
      stage = next;
    }
  }
  if (stage === null || unused.size > 0) throw new Error(`no step is ${[...unused].join(', ')}`);
  return stage;
}

/** Instructions with their text; a line that ends in a backslash continues. */
const stepsOf = (dockerfile: string): readonly (readonly [string, string])[] =>
  dockerfile
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => [line.split(' ', 1)[0] ?? '', line.replace(/^\S+\s+/, '')]);

function emptyStage(root: string): Stage {
  mkdirSync(root, { recursive: true });
  const nothing = { environment: {}, labels: {}, arguments: {}, entrypoint: [], command: [] };
  return { root, workdir: '/', user: 'root', ...nothing };
}

interface Place {
  readonly stage: Stage;
  readonly stages: ReadonlyMap<string, Stage>;
  readonly following: Following;
}

function changeBy(keyword: string, text: string, place: Place): Partial<Stage> {
  const { stage } = place;
  const known = { ...stage.arguments, ...stage.environment };
  const filled = text.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => known[name] ?? '');
  if (keyword === 'ARG') return { arguments: { ...stage.arguments, ...pairsOf(text) } };
  if (keyword === 'ENV') return { environment: { ...stage.environment, ...pairsOf(filled) } };
  if (keyword === 'LABEL') return { labels: { ...stage.labels, ...pairsOf(filled) } };
  if (keyword === 'USER') return { user: text };
  if (keyword === 'ENTRYPOINT') return { entrypoint: JSON.parse(text) };
  if (keyword === 'CMD') return { command: JSON.parse(text) };
  if (keyword === 'WORKDIR') {
    mkdirSync(join(stage.root, text), { recursive: true });
    return { workdir: text };
  }
  if (keyword === 'COPY') copy(text, place);
  if (keyword === 'RUN') runStep(text, place);
  return {};
}

const pairsOf = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...text.matchAll(/([\w.]+)=(?:"([^"]*)"|(\S*))/g)].map(([, name = '', quoted, plain]) => [
      name,
      quoted ?? plain ?? '',
    ]),
  );

/** The content of a folder, or a file; into a folder if the target ends in a slash or is one. */
function copy(text: string, { stage, stages, following }: Place): void {
  const [, from, rest = ''] = /^(?:--from=(\S+) )?(.+)$/.exec(text) ?? [];
  const paths = rest.split(' ');
  const target = paths.pop() ?? '';
  const source = from === undefined ? following.context : stages.get(from)?.root;
  if (source === undefined) throw new Error(`no stage ${from}`);
  const ignored = from === undefined ? ignoredIn(following.context) : () => false;
  for (const path of paths) {
    const start = join(source, path);
    const into = join(stage.root, stage.workdir, target);
    const isIntoFolder = target.endsWith('/') || target === '.';
    const to = !statSync(start).isDirectory() && isIntoFolder ? join(into, basename(path)) : into;
    const filter = (file: string) => !ignored(relative(following.context, file));
    cpSync(start, to, { recursive: true, verbatimSymlinks: true, filter });
  }
}

/** @returns whether .dockerignore leaves out a path of the context, without what is below it */
export function ignoredIn(context: string): (path: string) => boolean {
  const file = join(context, '.dockerignore');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  const patterns = lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  const asPattern = (glob: string) =>
    glob
      .replaceAll(/[.+^${}()|[\]]/g, '\\$&')
      .replaceAll('**/', '\0')
      .replaceAll('*', '[^/]*')
      .replaceAll('\0', '(?:.*/)?');
  const all = new RegExp(`^(?:${patterns.map(asPattern).join('|')})$`);
  return (path) => patterns.length > 0 && all.test(path);
}

function runStep(text: string, { stage, following }: Place): void {
  const cwd = join(stage.root, stage.workdir);
  const instead = following.instead[text];
  if (instead !== undefined) {
    instead(cwd);
    return;
  }
  const env = { ...process.env, ...stage.arguments, ...stage.environment, PATH: process.env['PATH'] };
  const { status, stdout, stderr } = spawnSync('sh', ['-c', text], { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`RUN ${text}: ${stdout}${stderr}`);
}

/** Paths of all files and links below a folder, sorted. */
export const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
