/** How the pages are built: a few small files with hashed names, and nothing inline, which the content security policy forbids. */
import { requestRoutes } from '@plenum/protocol';
import { defineConfig } from 'vite';

/** The pages show a request as REST by this table. It comes from the protocol, whose schemas would be too large for a page. */
const restRoutes = Object.fromEntries(
  requestRoutes().map(({ request, method, path, actor, query }) => [
    request,
    { method, path: path.replaceAll('::', '\\:'), actor, query: Object.keys(query.shape) },
  ]),
);

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  resolve: { conditions: ['@plenum/source', 'module', 'browser', 'import', 'default'] },
  define: { __REST_ROUTES__: JSON.stringify(restRoutes) },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
