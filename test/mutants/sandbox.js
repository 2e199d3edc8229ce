/**
 * A copy of the working tree in which the source may be spoilt: packages of the workspace are its own, everything else of
 * node_modules is linked.
 */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../stage.js';

/** Folders of node_modules that tools write into. */
const written = ['.vite', '.vite-temp', '.cache'];

export class Sandbox {
  /** @type {string} */
  folder;
  /** What the edited files held. @type {Map<string, string>} */
  #originals = new Map();

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'plenum-mutants-'));
    this.#copyTree();
    this.#linkModules(join(root, 'node_modules'), join(this.folder, 'node_modules'));
  }

  /**
   * Replaces one piece of text that is in its file exactly once.
   * @param {import('./mutant.js').Edit} edit
   * @throws Error where it does not: the source has moved on, and the mutant has to follow it.
   */
  apply({ file, from, to }) {
    const path = join(this.folder, file);
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const times = text.split(from).length - 1;
    if (times !== 1)
      throw new Error(`${file} holds the text of the mutant ${times} times, not once:\n${from}`);
    if (!this.#originals.has(file)) this.#originals.set(file, text);
    writeFileSync(
      path,
      text.replace(from, () => to),
    );
  }

  /** Takes every edit back. */
  restore() {
    for (const [file, text] of this.#originals) writeFileSync(join(this.folder, file), text);
    this.#originals.clear();
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What is committed or would be, and what was built of it: with its times, so that a build has little to do. */
  #copyTree() {
    const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: root,
    });
    const files = listed.toString('utf8').split('\0').filter(Boolean);
    const built = new Set(files.map((path) => join(path.split('/').slice(0, 2).join('/'), 'dist')));
    for (const path of [...files, ...built]) {
      if (!existsSync(join(root, path))) continue;
      mkdirSync(join(this.folder, dirname(path)), { recursive: true });
      cpSync(join(root, path), join(this.folder, path), { recursive: true, preserveTimestamps: true });
    }
  }

  /** @param {string} from @param {string} to */
  #linkModules(from, to) {
    mkdirSync(to, { recursive: true });
    for (const entry of readdirSync(from, { withFileTypes: true })) {
      const [source, target] = [join(from, entry.name), join(to, entry.name)];
      if (written.includes(entry.name)) continue;
      if (entry.isSymbolicLink()) {
        // A package of the workspace: the link leads to the copy from here.
        symlinkSync(readlinkSync(source), target);
      } else if (entry.isDirectory() && entry.name.startsWith('@')) {
        this.#linkModules(source, target);
      } else {
        symlinkSync(source, target);
      }
    }
  }
}
