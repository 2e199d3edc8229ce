/** What the raw log offers to copy is run as it is: with Node, and in a shell. */
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { PlaygroundWorld } from './playground-world.ts';

const run = (command: string, ...args: readonly string[]) =>
  execFileSync(command, [...args], { encoding: 'utf8', timeout: 20_000 });

test('a request of the raw log is copied as socket.io-client code and as curl, and both work', async () => {
  await using world = await PlaygroundWorld.node();
  const context = await world.context({ permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await context.newPage();
  await page.goto(`${world.place.url}/?user=ann`);
  await page.getByRole('textbox', { name: 'Message to lobby' }).fill("it's “quoted” $HOME `x`");
  await page.keyboard.press('Enter');
  const log = page.getByRole('complementary', { name: 'Raw log' });
  await log.getByRole('button', { name: /request relay_msg/ }).click();
  const copied = async (name: string) => {
    // The button of the copy before it has its name again.
    await log.getByRole('button', { name: 'Copied' }).waitFor({ state: 'detached' });
    await log.getByRole('button', { name }).click();
    await log.getByRole('button', { name: 'Copied' }).waitFor();
    return page.evaluate<string>('navigator.clipboard.readText()');
  };
  const answer = run(process.execPath, '--input-type=module', '-e', await copied('Copy as socket.io'));
  expect(answer).toContain('success: true');
  expect(
    JSON.parse(run('bash', '-c', (await copied('Copy as curl')).replace('curl -X', 'curl -s -X'))),
  ).toMatchObject({
    seq: expect.any(Number),
  });
  await page.locator('.message-text').nth(2).waitFor();
  expect(new Set(await page.locator('.message-text').allInnerTexts())).toEqual(
    new Set(["it's “quoted” $HOME `x`"]),
  );
  await world.clear();
});
