/** A button with a menu. The menu's code is loaded when it is opened for the first time. */
import { lazy, type ReactNode, Suspense, useRef, useState } from 'react';
import type { MenuActions } from './menu-actions.ts';

const ActionMenu = lazy(() => import('./action-menu.tsx').then((module) => ({ default: module.ActionMenu })));

interface MenuButtonProps {
  /** Its accessible name. */
  readonly label: string;
  readonly className?: string;
  readonly children: ReactNode;
  readonly actions: MenuActions;
  readonly onOpenChange?: (isOpen: boolean) => void;
}

export function MenuButton({
  label,
  className = 'icon-button',
  children,
  actions,
  onOpenChange,
}: MenuButtonProps) {
  const trigger = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const change = (next: boolean) => {
    setOpen(next);
    onOpenChange?.(next);
  };
  const given = actions.filter((action) => action !== false && action !== null);
  return (
    <>
      <button
        ref={trigger}
        type="button"
        className={className}
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => change(!isOpen)}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown') return;
          event.preventDefault();
          change(true);
        }}
      >
        {children}
      </button>
      {isOpen ? (
        <Suspense fallback={null}>
          <ActionMenu label={label} trigger={trigger} actions={given} onClose={() => change(false)} />
        </Suspense>
      ) : null}
    </>
  );
}
