/** A person's part of the playground, as a reader of the screen finds its way in it: by roles and names. */

import { eventually } from '@plenum/testkit';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

const patient = { timeoutMs: 20_000, everyMs: 50 };

export class PersonPane {
  readonly page: Page;
  readonly userId: string;
  readonly pane: Locator;

  constructor(page: Page, userId: string) {
    this.page = page;
    this.userId = userId;
    this.pane = page.getByRole('region', { name: userId, exact: true });
  }

  button(name: string | RegExp): Locator {
    return this.pane.getByRole('button', { name, exact: true });
  }
  get composer(): Locator {
    return this.pane.getByRole('textbox', { name: /^Message to/ });
  }
  get log(): Locator {
    return this.pane.getByRole('log');
  }
  get members(): Locator {
    return this.pane.getByRole('complementary', { name: 'Members' });
  }

  /** Waits until the person can write in the group, which is open. */
  isIn(groupId: string): Promise<void> {
    return this.pane.getByRole('textbox', { name: `Message to ${groupId}` }).waitFor();
  }

  async say(...texts: readonly string[]): Promise<void> {
    for (const text of texts) {
      await this.composer.fill(text);
      await this.composer.press('Enter');
    }
  }

  /** The texts of all messages on the screen. */
  texts(): Promise<string[]> {
    return this.log.locator('.message-text').allInnerTexts();
  }
  sees(...texts: readonly string[]): Promise<void> {
    return eventually(async () => expect(await this.texts()).toEqual(texts), patient);
  }
  /** A line about a change of members or settings. */
  async seesEvent(text: string): Promise<void> {
    await this.log.getByText(text, { exact: true }).first().waitFor();
  }
  async shows(text: string | RegExp): Promise<void> {
    await this.pane.getByText(text).first().waitFor();
  }

  message(text: string): Locator {
    const texts = this.page.locator('.message-text', { hasText: text });
    // One that is on its way has no place yet, and nothing can be done with it.
    return this.log.locator('.message[data-message]').filter({ has: texts });
  }
  /** Chooses from the menu of a message. */
  async act(text: string, item: string): Promise<void> {
    await this.message(text).hover();
    await this.message(text).getByRole('button', { name: 'More for this message' }).click();
    await this.page.getByRole('menuitem', { name: item, exact: true }).click();
  }
  async showMembers(): Promise<void> {
    if (!(await this.members.isVisible())) await this.pane.getByRole('button', { name: /^Members/ }).click();
  }
  /** Chooses from the menu of a member. */
  async actOn(userId: string, item: string): Promise<void> {
    await this.members.getByRole('button', { name: `Actions for ${userId}` }).click();
    await this.page.getByRole('menuitem', { name: item, exact: true }).click();
  }
  /** Chooses from the menu of the connection. */
  async connection(item: string | RegExp): Promise<void> {
    await this.button(`Connection of ${this.userId}`).click();
    await this.page.getByRole('menuitem', { name: item }).click();
  }

  /** On a narrow screen the list of groups is behind the open one. */
  async toGroups(): Promise<void> {
    const back = this.button('All groups');
    if (await back.isVisible()) await back.click();
  }

  async create(groupId: string, type: 'public' | 'private' | 'strict', title = ''): Promise<void> {
    await this.toGroups();
    await this.button('New group').click();
    const dialog = this.page.getByRole('dialog');
    await dialog.getByLabel('Group id').fill(groupId);
    await dialog.getByText(type, { exact: true }).click();
    await dialog.getByLabel('Title (optional)').fill(title);
    await dialog.getByRole('button', { name: 'Create' }).click();
    await this.isIn(groupId);
  }
  async join(groupId: string, note = ''): Promise<void> {
    await this.toGroups();
    await this.button('Join a group').click();
    const dialog = this.page.getByRole('dialog');
    await dialog.getByLabel('Group id').fill(groupId);
    await dialog.getByLabel('Note for those who accept (optional)').fill(note);
    await dialog.getByRole('button', { name: 'Join', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
  }
  async open(groupId: string): Promise<void> {
    await this.toGroups();
    await this.pane.getByRole('navigation', { name: 'Groups' }).getByText(groupId, { exact: true }).click();
  }
  group(groupId: string): Locator {
    return this.pane.getByRole('navigation', { name: 'Groups' }).getByRole('button', { name: groupId });
  }
}
