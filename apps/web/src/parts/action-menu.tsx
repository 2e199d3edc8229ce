/** A menu that hangs from a button. */
import type { RefObject } from 'react';
import { Menu, MenuItem } from 'react-aria-components/Menu';
import { Popover } from 'react-aria-components/Popover';
import type { MenuAction } from './menu-actions.ts';

interface ActionMenuProps {
  readonly label: string;
  readonly trigger: RefObject<HTMLButtonElement | null>;
  readonly actions: readonly MenuAction[];
  readonly onClose: () => void;
}

export function ActionMenu({ label, trigger, actions, onClose }: ActionMenuProps) {
  return (
    <Popover
      aria-label={label}
      className="popover"
      triggerRef={trigger}
      isOpen
      placement="bottom end"
      onOpenChange={onClose}
    >
      <Menu
        aria-label={label}
        className="menu"
        autoFocus="first"
        onAction={(key) => actions.find(({ id }) => id === key)?.onAction()}
        onClose={onClose}
      >
        {actions.map(({ id, text, isDestructive }) => (
          <MenuItem
            key={id}
            id={id}
            className={isDestructive === true ? 'menu-item is-destructive' : 'menu-item'}
          >
            {text}
          </MenuItem>
        ))}
      </Menu>
    </Popover>
  );
}
