/** Which group each person has open. It is part of the history of the page, so the back button of a browser closes it. */
import { useCallback, useEffect, useState } from 'react';

type OpenGroups = Readonly<Record<string, string | null>>;

function readState(): OpenGroups {
  const open: unknown = Reflect.get(Object(history.state), 'open');
  if (typeof open !== 'object' || open === null) return {};
  return Object.fromEntries(
    Object.entries(open).filter(([, group]) => group === null || typeof group === 'string'),
  );
}

/** @returns the open group (undefined: none was chosen yet), and a function that opens another one */
export function useOpenGroup(userId: string) {
  const [open, setOpen] = useState<string | null | undefined>(() => readState()[userId]);
  useEffect(() => {
    const restore = () => setOpen(readState()[userId]);
    addEventListener('popstate', restore);
    return () => removeEventListener('popstate', restore);
  }, [userId]);
  const choose = useCallback(
    (groupId: string | null, { isReplacing = false } = {}) => {
      const state = { open: { ...readState(), [userId]: groupId } };
      if (isReplacing) history.replaceState(state, '');
      else history.pushState(state, '');
      setOpen(groupId);
    },
    [userId],
  );
  return [open, choose] as const;
}
