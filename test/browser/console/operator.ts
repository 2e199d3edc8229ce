/** An operator before a page of the console, as a reader of the screen finds its way in it: by roles and names. */
import type { Locator, Page } from 'playwright-core';
import { ServedNode } from '../../support/cluster/served-node.ts';
import { httpRequest } from '../../support/wire/http.ts';
import { ConsoleWorld } from './console-world.ts';

export class Operator {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }
  link(name: string): Locator {
    return this.page.getByRole('link', { name, exact: true });
  }
  get dialog(): Locator {
    return this.page.getByRole('dialog');
  }

  shows(text: string | RegExp): Promise<void> {
    return this.page
      .getByText(text, typeof text === 'string' ? { exact: true } : {})
      .first()
      .waitFor();
  }
  heading(name: string): Promise<void> {
    return this.page.getByRole('heading', { name, exact: true, level: 1 }).waitFor();
  }
  row(text: string): Locator {
    return this.page.getByRole('row').filter({ has: this.page.getByText(text, { exact: true }) });
  }

  /**
   * Opens the act by its button, fills its fields, types the name if it is asked for, and sends it.
   * @param fields by their labels
   */
  async act(name: string, submit: string, fields: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.button(name).first().click();
    await this.#send(submit, fields);
  }
  /** The same from the menu of a row or of a message. */
  async menuAct(menu: string, name: string, submit: string, fields: Readonly<Record<string, string>> = {}) {
    await this.button(`Acts for ${menu}`).click();
    await this.page.getByRole('menuitem', { name, exact: true }).click();
    await this.#send(submit, fields);
  }

  async #send(submit: string, fields: Readonly<Record<string, string>>): Promise<void> {
    await this.dialog.waitFor();
    for (const [label, value] of Object.entries(fields)) {
      const field = this.dialog.getByLabel(label, { exact: true });
      if ((await field.evaluate(({ tagName }) => tagName)) === 'SELECT') await field.selectOption(value);
      else await field.fill(value);
    }
    const name = this.dialog.getByLabel('Type this to confirm', { exact: true });
    if ((await name.count()) > 0 && (await name.inputValue()) === '')
      await name.fill(await this.dialog.locator('.id-text').innerText());
    await this.dialog.getByRole('button', { name: submit, exact: true }).click();
    await this.dialog.waitFor({ state: 'detached' });
  }
}

/** A node on a Redis of its own, on which one user may do much in a short time. */
export const consoleOnRedis = (): Promise<ConsoleWorld<ServedNode>> =>
  ConsoleWorld.of(
    ServedNode.start('redis', {
      PLENUM_CONSOLE: '1',
      PLENUM_MEMBERSHIP_RATE_BURST: '1000000',
      PLENUM_RATE_BURST: '1000000',
      PLENUM_CHANGE_RATE_BURST: '1000000',
    }),
  );

/** Asks the service for what a test begins with. @throws Error if it refuses */
export async function asked(url: string, method: string, path: string, body?: object) {
  const answer = await httpRequest(method, `${url}${path}`, body === undefined ? {} : { body });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}
