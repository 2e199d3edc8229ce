/** The bar: whose session it is, what it may do, and what concerns the whole console. */
import { Icon } from '../../parts/icon.tsx';
import { Mark } from '../../parts/mark.tsx';
import { switchTheme } from '../../parts/theme.ts';
import { useStore } from '../../session/store.ts';
import { Link } from '../router/link.tsx';
import { isSetReadOnly } from '../session/permission.ts';
import { type Admin, endSession } from '../session/session.ts';
import { strings } from '../strings.ts';
import { PagesMenu } from './navigation.tsx';

interface TopBarProps {
  readonly admin: Admin;
  readonly hasInspector: boolean;
  readonly onInspector: () => void;
}

const { top } = strings;

export function TopBar({ admin, hasInspector, onInspector }: TopBarProps) {
  return (
    <header className="top">
      <PagesMenu />
      <Link to="/" className="brand">
        <Mark />
        <span>
          {strings.product} <span className="brand-part">{strings.console}</span>
        </span>
      </Link>
      <span className="top-facts only-wide">{`${admin.service} ${admin.version}`}</span>
      <div className="top-acts">
        <span className="admin" title={top.scopes(admin.scopes)}>
          <span className="admin-name">{admin.name}</span>
          <span className="admin-scopes">{top.scopes(admin.scopes)}</span>
        </span>
        <ReadOnlySwitch admin={admin} />
        <button
          type="button"
          className="button requests-button"
          aria-pressed={hasInspector}
          aria-label={top.requests}
          onClick={onInspector}
        >
          <Icon name="log" />
          <span className="only-wide">{top.requests}</span>
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label={top.theme}
          title={top.theme}
          onClick={switchTheme}
        >
          <Icon name="theme" />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label={top.signOut}
          title={top.signOut}
          onClick={() => endSession(null)}
        >
          <Icon name="leave" />
        </button>
      </div>
    </header>
  );
}

/** A session that is read-only by its token cannot be set to more. */
function ReadOnlySwitch({ admin }: { readonly admin: Admin }) {
  const isSet = useStore(isSetReadOnly);
  const isForced = admin.read_only === true || admin.scopes.every((scope) => scope === 'read');
  return (
    <button
      type="button"
      className="button read-only"
      role="switch"
      aria-checked={isForced || isSet}
      aria-label={top.readOnly}
      aria-disabled={isForced}
      title={isForced ? strings.permission.tokenReadOnly : top.readOnlyHint}
      onClick={() => isForced || isSetReadOnly.set(!isSet)}
    >
      <Icon name="lock" />
      <span className="only-wide">{top.readOnly}</span>
    </button>
  );
}
