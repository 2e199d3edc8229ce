import { expect, test } from 'vitest';
import { homePage } from './home-page.ts';

test('the page names the routes, escapes its examples and loads nothing from elsewhere', () => {
  const page = homePage({ isDev: true, event: '<request>' });
  expect(page).toContain('href="/openapi.json"');
  expect(page).not.toContain('<request>');
  expect(page).not.toMatch(/ src=|<link|@import/);
});
