/** Pages of apps/docs/guides/languages: javascript.md, python.md, java.md, go.md, rust.md show the code of the tested clients. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../source-tree.ts';

const languages: Readonly<Record<string, readonly string[]>> = {
  javascript: ['test/interop/clients/javascript/plenum.js', 'test/interop/clients/javascript/actor.js'],
  python: ['apps/examples/python-client/plenum_client.py', 'apps/examples/python-client/chat.py'],
  java: [
    'test/interop/clients/java/src/main/java/PlenumClient.java',
    'test/interop/clients/java/src/main/java/Actor.java',
  ],
  go: ['test/interop/clients/go/plenum.go', 'test/interop/clients/go/main.go'],
  rust: ['test/interop/clients/rust/src/plenum.rs', 'test/interop/clients/rust/src/main.rs'],
};

const trimmed = (text: string): string =>
  text
    .trim()
    .split('\n')
    .map((line) => line.trim())
    .join('\n');

test.each(Object.entries(languages))(
  'the page of %s shows a client whole, and how it is used',
  (name, [client = '', use = '']) => {
    const page = readFileSync(join(root, `apps/docs/guides/languages/${name}.md`), 'utf8');
    const [whole = '', excerpt = ''] = [...page.matchAll(/^```(?!console)\w+\n([\s\S]*?)^```$/gm)].map(
      ([, code = '']) => code,
    );
    expect(whole).toBe(readFileSync(join(root, client), 'utf8'));
    expect(excerpt.length).toBeGreaterThan(0);
    expect(trimmed(readFileSync(join(root, use), 'utf8'))).toContain(trimmed(excerpt));
  },
);
