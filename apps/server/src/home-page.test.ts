import { expect, test } from 'vitest';
import { homePage } from './home-page.ts';

test('in dev mode the page has commands, a program, and links; it loads nothing from elsewhere', () => {
  const page = homePage({ isDev: true, event: 'request', docs: 'on' });
  expect(page).toContain('npx --no-install plenum send hello &#34;Hello, world&#34; --as ben');
  expect(page).toContain("from '@plenum/client'");
  for (const path of ['/docs', '/openapi.json']) expect(page).toContain(`href="${path}"`);
  expect(page).not.toMatch(/ src=|<link|@import/);
});

test('else it says what the address is, and how to connect, and shows no commands', () => {
  const page = homePage({ isDev: false, event: '<request>', docs: 'off' });
  expect(page).toContain('href="/openapi.json"');
  expect(page).toContain('&#60;request&#62;');
  expect(page).not.toContain('/docs');
  expect(page).not.toMatch(/npx|token --|dev\/token|<script/);
});
