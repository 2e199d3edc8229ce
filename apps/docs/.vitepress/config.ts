/** The site of the documents, served by a node at `/docs`. Nothing of it is loaded from elsewhere. */
import { defineConfig } from 'vitepress';
import { linkFiles } from './linked-files.ts';
import { writeTexts } from './llms.ts';
import { folder, sidebar } from './sidebar.ts';
import { slugOf } from './slug.ts';

export default defineConfig({
  title: 'Plenum',
  description: 'Ordered group messaging for plain Socket.IO clients, on your own Redis',
  lang: 'en',
  base: '/docs/',
  cleanUrls: true,
  srcExclude: ['README.md'],
  lastUpdated: false,
  // The page has one appearance until a reader asks for the other one.
  appearance: true,
  head: [
    ['link', { rel: 'icon', href: '/docs/mark.svg', type: 'image/svg+xml' }],
    ['meta', { name: 'color-scheme', content: 'light dark' }],
  ],
  markdown: {
    anchor: { slugify: slugOf },
    toc: { slugify: slugOf },
    theme: { light: 'github-light', dark: 'github-dark' },
    config: (markdown) => linkFiles(markdown),
  },
  themeConfig: {
    siteTitle: 'Plenum',
    logo: { src: '/mark.svg', width: 22, height: 22, alt: '' },
    nav: [
      { text: 'Start', link: '/start/', activeMatch: '^/start/' },
      { text: 'Guides', link: '/guides/', activeMatch: '^/guides/' },
      { text: 'Reference', link: '/reference/', activeMatch: '^/reference/' },
      { text: 'Operations', link: '/operations/', activeMatch: '^/operations/' },
    ],
    sidebar: sidebar(),
    outline: { level: [2, 3], label: 'On this page' },
    docFooter: { prev: 'Before', next: 'Next' },
    search: {
      provider: 'local',
      options: { miniSearch: { searchOptions: { boost: { title: 4, text: 1, titles: 2 }, fuzzy: 0.15 } } },
    },
  },
  buildEnd: ({ outDir }) => writeTexts(folder, outDir),
});
