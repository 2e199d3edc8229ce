/**
 * Rolls the types of a public package up into one file that needs none of our other packages, and writes out each type that
 * is inferred from a schema: readers see its fields, compilers need neither the schemas nor their library.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import ts from 'typescript';
import { root } from './workspaces.js';

/** @typedef {import('./public-packages.js').PublicPackage} PublicPackage */

/** Types of one argument that look up a schema: written out as one interface each, by the keys of the table. */
const lookups = [
  { name: 'RequestArgs', keys: 'RequestType', table: 'RequestArgsByType' },
  { name: 'RequestInput', keys: 'RequestType', table: 'RequestInputs' },
  { name: 'RequestResult', keys: 'RequestType', table: 'RequestResults' },
  { name: 'PushPayload', keys: 'PushEvent', table: 'PushPayloads' },
];

/** @param {PublicPackage} of @returns {string} the text of the one file */
export function plainTypes({ folder, entries, library, peers }) {
  const at = join(root, folder);
  const entry = join(at, (entries[library] ?? '').replace(/\.js$/, '.d.ts'));
  const rolled = join(at, 'dist', 'rolled-up.d.ts');
  try {
    rollUp(at, entry, { to: rolled, peers });
    return withoutUnused(writtenOut(rolled));
  } finally {
    rmSync(rolled, { force: true });
  }
}

const compilerOptions = {
  target: 'es2023',
  module: 'nodenext',
  moduleResolution: 'nodenext',
  lib: ['es2023', 'dom'],
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
};

/** @param {string} at @param {string} entry @param {{ to: string, peers: readonly string[] }} options */
function rollUp(at, entry, { to, peers }) {
  const quiet = { default: { logLevel: ExtractorLogLevel.None } };
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: at,
      mainEntryPointFilePath: entry,
      bundledPackages: peers.length === 0 ? ['@plenum/*'] : [],
      compiler: { overrideTsconfig: { compilerOptions, files: [entry] } },
      apiReport: { enabled: false },
      docModel: { enabled: false },
      tsdocMetadata: { enabled: false },
      dtsRollup: { enabled: true, untrimmedFilePath: to },
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        extractorMessageReporting: quiet,
        tsdocMessageReporting: quiet,
      },
    },
    configObjectFullPath: join(at, 'api-extractor.json'),
    packageJsonFullPath: join(at, 'package.json'),
  });
  const { succeeded } = Extractor.invoke(config, { localBuild: true, showVerboseMessages: false });
  if (!succeeded) throw new Error(`the types of ${at} cannot be rolled up`);
}

/** @param {string} file @returns {string} */
function writtenOut(file) {
  const given = readFileSync(file, 'utf8');
  const present = lookups.filter(({ name }) => given.includes(`declare type ${name}<`));
  const probes = present.map(({ name, keys }) => `declare type __${name} = { [K in ${keys}]: ${name}<K> };`);
  writeFileSync(file, `${given}\n${probes.join('\n')}\n`);
  const { options } = ts.convertCompilerOptionsFromJson(compilerOptions, root);
  const program = ts.createProgram([file], options);
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  if (source === undefined) throw new Error(`${file} is missing`);
  const { NoTruncation, InTypeAlias, MultilineObjectLiterals, UseSingleQuotesForStringLiteralType } =
    ts.NodeBuilderFlags;
  const flags = NoTruncation | InTypeAlias | MultilineObjectLiterals | UseSingleQuotesForStringLiteralType;
  const printer = ts.createPrinter({ newLine: ts.NewLineKind.LineFeed });
  const shown = (/** @type {ts.Type} */ type, /** @type {ts.Node} */ node) => {
    const shape = checker.typeToTypeNode(type, node, flags);
    if (shape === undefined) throw new Error(`a type of ${file} cannot be written out`);
    const text = printer.printNode(ts.EmitHint.Unspecified, shape, source);
    return text.replaceAll(/\(?string & z\.(?:core\.)?\$brand<'\w+'>\)?/g, 'string');
  };
  /** @type {[start: number, end: number, text: string][]} */
  const edits = [];
  for (const node of source.statements) {
    if (!ts.isTypeAliasDeclaration(node)) continue;
    const name = node.name.text;
    const lookup = lookups.find((one) => name === one.name || name === `__${one.name}`);
    const isExported = node.getText(source).startsWith('export') ? 'export ' : '';
    if (lookup !== undefined && name.startsWith('__')) {
      const fields = checker
        .getTypeAtLocation(node)
        .getProperties()
        .map(
          (property) =>
            `    readonly ${property.name}: ${shown(checker.getTypeOfSymbolAtLocation(property, node), node)};`,
        );
      edits.push([
        node.getStart(source),
        node.end,
        `declare interface ${lookup.table} {\n${fields.join('\n')}\n}`,
      ]);
    } else if (lookup !== undefined) {
      const text = `${isExported}declare type ${name}<T extends ${lookup.keys}> = ${lookup.table}[T];`;
      edits.push([node.getStart(source), node.end, text]);
    } else if (
      node.typeParameters === undefined &&
      /\bz\.|\btypeof |\bkeyof RequestTable\b/.test(node.type.getText(source))
    ) {
      edits.push([node.type.getStart(source), node.type.end, shown(checker.getTypeAtLocation(node), node)]);
    }
  }
  return edits
    .sort(([a], [b]) => b - a)
    .reduce(
      (text, [start, end, replacement]) => text.slice(0, start) + replacement + text.slice(end),
      source.text,
    );
}

/** Leaves out each declaration that no export needs, and each import that nothing uses. */
function withoutUnused(/** @type {string} */ text) {
  const source = ts.createSourceFile('types.d.ts', text, ts.ScriptTarget.ES2023, true);
  /** @type {Map<string, ts.Statement[]>} */
  const declared = new Map();
  /** @type {ts.Statement[]} */
  const exported = [];
  for (const node of source.statements) {
    for (const name of namesOf(node)) declared.set(name, [...(declared.get(name) ?? []), node]);
    if (!ts.isImportDeclaration(node) && /^export\b/.test(node.getText(source))) exported.push(node);
  }
  /** @type {Set<ts.Statement>} */
  const needed = new Set();
  const visit = (/** @type {ts.Statement} */ statement) => {
    if (needed.has(statement)) return;
    needed.add(statement);
    if (ts.isImportDeclaration(statement)) return;
    const walk = (/** @type {ts.Node} */ node) => {
      if (ts.isIdentifier(node)) for (const other of declared.get(node.text) ?? []) visit(other);
      ts.forEachChild(node, walk);
    };
    walk(statement);
  };
  for (const node of exported) visit(node);
  const kept = source.statements.filter((node) => needed.has(node));
  return `${kept.map((node) => text.slice(node.getFullStart(), node.end).trim()).join('\n\n')}\n`;
}

/** @param {ts.Statement} node @returns {readonly string[]} */
function namesOf(node) {
  if (ts.isImportDeclaration(node)) {
    const { name, namedBindings } = node.importClause ?? {};
    const inner =
      namedBindings === undefined
        ? []
        : ts.isNamespaceImport(namedBindings)
          ? [namedBindings.name.text]
          : namedBindings.elements.map((element) => element.name.text);
    return [...(name === undefined ? [] : [name.text]), ...inner];
  }
  if (ts.isVariableStatement(node))
    return node.declarationList.declarations.map(({ name }) => name.getText());
  return 'name' in node && node.name !== undefined ? [/** @type {ts.Identifier} */ (node.name).text] : [];
}
