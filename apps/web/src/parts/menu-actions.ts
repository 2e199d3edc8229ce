/** What a menu offers. */

export interface MenuAction {
  readonly id: string;
  readonly text: string;
  readonly isDestructive?: boolean;
  readonly onAction: () => void;
}
/** `false` and null are left out. */
export type MenuActions = readonly (MenuAction | false | null)[];
