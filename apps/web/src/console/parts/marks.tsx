/** Small marks of what many pages show: an id, a time, the status and the roles of a member. */
import type { OwnStatus, Role } from '@plenum/protocol';
import { dayAndTime } from '../../parts/clock.ts';
import { Link } from '../router/link.tsx';
import { pathOf } from '../router/place.ts';
import { strings } from '../strings.ts';

/** Of any script and length: it is cut where there is no place, and never mixes its direction with that of others. */
export const Id = ({ id }: { readonly id: string }) => (
  <bdi className="id" title={id}>
    {id}
  </bdi>
);

export const GroupLink = ({ id, tab }: { readonly id: string; readonly tab?: string }) => (
  <Link to={tab === undefined ? pathOf('groups', id) : pathOf('groups', id, tab)} className="id-link">
    <Id id={id} />
  </Link>
);

export const UserLink = ({ id }: { readonly id: string }) => (
  <Link to={pathOf('users', id)} className="id-link">
    <Id id={id} />
  </Link>
);

/** A user, or the service where no user has acted. */
export const Actor = ({ id }: { readonly id: string }) =>
  id === '$service' ? <span className="dim">{strings.service}</span> : <UserLink id={id} />;

export const Time = ({ at }: { readonly at: string }) => <time dateTime={at}>{dayAndTime(at)}</time>;

export const StatusMark = ({ status }: { readonly status: OwnStatus | 'none' }) => (
  <span className={`status-mark is-${status}`}>{status}</span>
);

export const Roles = ({ roles }: { readonly roles: readonly Role[] }) => {
  const shown = roles.filter((role) => role !== 'member');
  return shown.length === 0 ? null : (
    <span className="roles">
      {shown.map((role) => (
        <span key={role} className="role-mark">
          {role}
        </span>
      ))}
    </span>
  );
};
