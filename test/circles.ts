/** Circles in the import graph of a package: between its files, and between its folders at any depth. */
import { dirname, relative } from 'node:path';
import { filesBelow, importsOf, isTest, type Workspace } from './source-tree.ts';

type Graph = Map<string, Set<string>>;

function connect(graph: Graph, from: string, to: string): void {
  if (from === to) return;
  graph.set(from, (graph.get(from) ?? new Set()).add(to));
  if (!graph.has(to)) graph.set(to, new Set());
}

/** Everything that can be reached from `start` by at least one step. */
function reachedFrom(graph: Graph, start: string): Set<string> {
  const reached = new Set<string>();
  const open = [...(graph.get(start) ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    open.push(...(graph.get(next) ?? []));
  }
  return reached;
}

/** One line for each circle: the names of its members in order. */
function circlesIn(graph: Graph): string[] {
  const reached = new Map([...graph.keys()].map((name) => [name, reachedFrom(graph, name)]));
  const circles = [...graph.keys()]
    .filter((name) => reached.get(name)?.has(name))
    .map((name) => [...(reached.get(name) ?? [])].filter((other) => reached.get(other)?.has(name)));
  return [...new Set(circles.map((circle) => circle.sort().join(' ')))];
}

/** Type imports count too. The top of `src` is no folder: what composes the package imports all others from there. */
export function circlesOf({ folder }: Workspace): { readonly files: string[]; readonly folders: string[] } {
  const src = `${folder}/src`;
  const files: Graph = new Map();
  const folders: Graph = new Map();
  const imports = filesBelow(src, '.ts', '.tsx')
    .filter(({ path }) => !isTest(path))
    .flatMap(importsOf)
    .filter(({ isRelative }) => isRelative);
  for (const { file, target } of imports) {
    connect(files, relative(src, file), relative(src, target));
    const [from, to] = [relative(src, dirname(file)), relative(src, dirname(target))];
    if (from !== '' && to !== '') connect(folders, from, to);
  }
  return { files: circlesIn(files), folders: circlesIn(folders) };
}
