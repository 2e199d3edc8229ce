/** How the pages are built: a few small files with hashed names, and nothing inline, which the content security policy forbids. */
import { join } from 'node:path';
import { requestRoutes } from '@plenum/protocol';
import { defineConfig, type Plugin } from 'vite';

/** The pages show a request as REST by this table. It comes from the protocol, whose schemas would be too large for a page. */
const restRoutes = Object.fromEntries(
  requestRoutes().map(({ request, method, path, actor, query, scope }) => [
    request,
    { method, path: path.replaceAll('::', '\\:'), actor, query: Object.keys(query.shape), scope },
  ]),
);

/** The console has pages at any depth, so it names its files by their whole path. */
const consoleFiles: Plugin = {
  name: 'console-files',
  enforce: 'post',
  generateBundle(_, bundle) {
    const page = bundle['console.html'];
    if (page?.type !== 'asset') throw new Error('there is no console.html');
    page.source = String(page.source).replaceAll('"./assets/', '"/console/assets/');
  },
};

export default defineConfig({
  plugins: [consoleFiles],
  root: import.meta.dirname,
  base: './',
  resolve: { conditions: ['@plenum/source', 'module', 'browser', 'import', 'default'] },
  define: { __REST_ROUTES__: JSON.stringify(restRoutes) },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      // Directives for servers that render React, which these pages do not have.
      onwarn: (warning, warn) => (warning.code === 'MODULE_LEVEL_DIRECTIVE' ? undefined : warn(warning)),
      input: ['index.html', 'console.html'].map((page) => join(import.meta.dirname, page)),
    },
  },
});
