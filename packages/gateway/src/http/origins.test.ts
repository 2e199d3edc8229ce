import { describe, expect, test } from 'vitest';
import { trustProxies } from './client-address.ts';
import { hostRule, originRule } from './origins.ts';

const { askedHost } = trustProxies(['10.0.0.0/8']);
const ruleOf = (corsOrigins: readonly string[], isDev = false) =>
  originRule({ corsOrigins, isDev, askedHost, isHostAllowed: hostRule('127.0.0.1', isDev) });

describe('the same origin', () => {
  test.each([
    ['https://chat.example.com', 'chat.example.com:443'],
    ['https://chat.example.com:443', 'chat.example.com'],
    ['http://chat.example.com', 'chat.example.com:80'],
    ['https://chat.example.com', 'Chat.EXAMPLE.com'],
    ['https://CHAT.example.com', 'chat.example.com'],
    ['https://chat.example.com', 'chat.example.com.'],
    ['https://chat.example.com:8443', 'chat.example.com:8443'],
    ['http://[2001:db8::1]:3000', '[2001:DB8:0::1]:3000'],
    ['https://xn--bcher-kva.example', 'bücher.example'],
  ])('%s is that of the host %s', (origin, host) => {
    expect(ruleOf([])({ origin, host })).toBe(true);
  });

  test.each([
    ['https://chat.example.com', 'chat.example.com:80'],
    ['http://chat.example.com', 'chat.example.com:443'],
    ['https://chat.example.com:8443', 'chat.example.com'],
    ['https://chat.example.com', 'chat.example.com.evil'],
    ['https://evil.example', 'chat.example.com'],
    ['https://chat.example.com@evil.example', 'chat.example.com'],
    ['https://evil.example/chat.example.com', 'chat.example.com'],
    ['null', 'null'],
    ['nonsense', 'nonsense'],
    ['', ''],
    ['capacitor://localhost', 'chat.example.com'],
  ])('%o is not that of the host %o', (origin, host) => {
    expect(ruleOf([])({ origin, host })).toBe(false);
  });

  test('is that of the host which a trusted proxy has written down', () => {
    const headers = {
      origin: 'https://chat.example.com',
      host: 'node:3000',
      'x-forwarded-host': 'chat.example.com',
    };
    expect(ruleOf([])(headers, '10.1.1.1')).toBe(true);
    expect(ruleOf([])(headers, '203.0.113.7')).toBe(false);
  });

  test('is what the browser says of it', () => {
    const headers = { origin: 'https://chat.example.com', host: 'node:3000' };
    expect(ruleOf([])({ ...headers, 'sec-fetch-site': 'same-origin' })).toBe(true);
    expect(ruleOf([])({ ...headers, 'sec-fetch-site': 'cross-site' })).toBe(false);
  });
});

describe('a listed origin', () => {
  test.each([
    ['https://app.example', 'https://app.example'],
    ['https://app.example:443', 'https://app.example'],
    ['https://app.example', 'https://app.example:443'],
    ['HTTPS://App.Example', 'https://app.example'],
    ['https://app.example/', 'https://app.example'],
    ['http://app.example:8080', 'http://app.example:8080'],
    ['capacitor://localhost', 'capacitor://localhost'],
    ['tauri://localhost', 'tauri://localhost'],
    ['ionic://localhost', 'IONIC://localhost'],
    ['chrome-extension://abcdef', 'chrome-extension://abcdef'],
    ['null', 'null'],
  ])('%s is that of a page of %s', (listed, origin) => {
    expect(ruleOf([listed])({ origin, host: 'node:3000' })).toBe(true);
  });

  test.each([
    ['https://app.example', 'http://app.example'],
    ['https://app.example', 'https://app.example:8443'],
    ['https://app.example', 'https://a.app.example'],
    ['capacitor://localhost', 'http://localhost'],
    ['https://app.example', 'null'],
  ])('%s is not that of a page of %s', (listed, origin) => {
    expect(ruleOf([listed])({ origin, host: 'node:3000' })).toBe(false);
  });
});

const local = [
  'localhost',
  'LOCALHOST:3000',
  'localhost.',
  'app.localhost:5173',
  '127.0.0.1:3000',
  '127.9.9.9',
  '[::1]:3000',
];
const foreign = [
  'evil.example',
  'evil.example:3000',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  '192.168.1.4',
  '0.0.0.0',
  '',
];

describe('in dev mode', () => {
  test.each(local)('the host %s is answered, and pages of it may talk to the node', (host) => {
    expect(hostRule('127.0.0.1', true)(host)).toBe(true);
    expect(ruleOf([], true)({ origin: `http://${host}`, host: 'localhost:3000' })).toBe(true);
  });

  test.each(foreign)('the host %o is not answered, and is no same origin', (host) => {
    expect(hostRule('127.0.0.1', true)(host)).toBe(false);
    expect(ruleOf([], true)({ origin: `http://${host}`, host })).toBe(false);
  });

  test('the configured host is answered', () => {
    expect(hostRule('::1', true)('[::1]:3000')).toBe(true);
    expect(hostRule('dev.example', true)('Dev.Example:3000')).toBe(true);
  });
});

test.each([...local, ...foreign])('outside dev mode the host %o is answered', (host) => {
  expect(hostRule('0.0.0.0', false)(host)).toBe(true);
});
