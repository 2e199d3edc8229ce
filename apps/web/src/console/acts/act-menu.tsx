/** What offers acts: a button for one of them, and a menu of several. */
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { Icon } from '../../parts/icon.tsx';
import type { MenuAction } from '../../parts/menu-actions.ts';
import { MenuButton } from '../../parts/menu-button.tsx';
import { restRoutes } from '../../snippets/rest-routes.ts';
import { actTexts, submitText } from '../act-strings.ts';
import { useProblemOf } from '../session/permission.ts';
import { type ActName, acts } from './act-table.ts';
import type { AskedAct } from './act-window.tsx';

const ActWindow = lazy(() => import('./act-window.tsx').then((module) => ({ default: module.ActWindow })));

interface ActWindowSlotProps {
  /** Null: none is open. */
  readonly asked: AskedAct | null;
  readonly onDone?: ((asked: AskedAct, answer: unknown) => void) | undefined;
  readonly onClose: () => void;
}

/** The window of the act that was asked for. Its code is loaded with the first of them. */
function ActWindowSlot({ asked, onDone, onClose }: ActWindowSlotProps) {
  return asked === null ? null : (
    <Suspense fallback={null}>
      <ActWindow
        asked={asked}
        onDone={onDone === undefined ? undefined : (answer) => onDone(asked, answer)}
        onClose={onClose}
      />
    </Suspense>
  );
}

interface ActButtonProps extends AskedAct {
  readonly isMain?: boolean;
  readonly isSmall?: boolean;
  readonly text?: ReactNode;
  readonly onDone?: (asked: AskedAct, answer: unknown) => void;
}

export function ActButton({ isMain, isSmall, text, onDone, ...asked }: ActButtonProps) {
  const { name } = asked;
  const [isOpen, setOpen] = useState(false);
  const problem = useProblemOf(restRoutes[name]?.scope ?? 'groups');
  const isDestructive = acts[name].isDestructive === true;
  const classes = ['button', isMain && 'is-main', isSmall && 'is-small', isDestructive && 'is-careful'];
  return (
    <>
      <button
        type="button"
        className={classes.filter((part) => typeof part === 'string').join(' ')}
        aria-disabled={problem !== null}
        title={problem ?? undefined}
        onClick={() => problem === null && setOpen(true)}
      >
        {text ?? (isSmall === true ? submitText(actTexts[name]) : actTexts[name].title)}
      </button>
      <ActWindowSlot asked={isOpen ? asked : null} onDone={onDone} onClose={() => setOpen(false)} />
    </>
  );
}

interface ActMenuProps extends Omit<AskedAct, 'name'> {
  /** Its accessible name. */
  readonly label: string;
  readonly names: readonly ActName[];
  /** What the menu offers besides acts. */
  readonly extra?: readonly MenuAction[];
  readonly onDone?: (asked: AskedAct, answer: unknown) => void;
}

export function ActMenu({ label, names, extra = [], onDone, ...about }: ActMenuProps) {
  const [asked, setAsked] = useState<AskedAct | null>(null);
  const problem = useProblemOf('groups');
  const offered = problem === null ? names : [];
  return (
    <>
      <MenuButton
        label={problem === null ? label : `${label}. ${problem}`}
        actions={[
          ...extra,
          ...offered.map((name) => ({
            id: name,
            text: actTexts[name].title,
            isDestructive: acts[name].isDestructive === true,
            onAction: () => setAsked({ name, ...about }),
          })),
        ]}
      >
        <Icon name="more" />
      </MenuButton>
      <ActWindowSlot asked={asked} onDone={onDone} onClose={() => setAsked(null)} />
    </>
  );
}
