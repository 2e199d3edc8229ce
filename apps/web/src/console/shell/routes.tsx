/** The pages of the console. Each is loaded when it is opened for the first time. */
import { type ComponentType, lazy } from 'react';
import type { IconName } from '../../parts/icon.tsx';
import { matched, type Params } from '../router/match.ts';
import type { PageProps } from '../router/page.ts';
import type { Place } from '../router/place.ts';
import type { strings } from '../strings.ts';

export interface Route {
  readonly name: keyof typeof strings.pages;
  readonly pattern: string;
  readonly Page: ComponentType<PageProps>;
  /** Absent: the navigation does not have it. */
  readonly icon?: IconName;
}

/** In the order of the navigation. */
export const routes: readonly Route[] = [
  {
    name: 'cluster',
    pattern: '/',
    icon: 'cluster',
    Page: lazy(() => import('../start/start-page.tsx').then(({ StartPage }) => ({ default: StartPage }))),
  },
  {
    name: 'groups',
    pattern: '/groups',
    icon: 'people',
    Page: lazy(() => import('../groups/groups-page.tsx').then(({ GroupsPage }) => ({ default: GroupsPage }))),
  },
  {
    name: 'group',
    pattern: '/groups/:group_id/:tab?',
    Page: lazy(() => import('../groups/group-page.tsx').then(({ GroupPage }) => ({ default: GroupPage }))),
  },
  {
    name: 'users',
    pattern: '/users',
    icon: 'user',
    Page: lazy(() => import('../users/users-page.tsx').then(({ UsersPage }) => ({ default: UsersPage }))),
  },
  {
    name: 'user',
    pattern: '/users/:user_id',
    Page: lazy(() => import('../users/user-page.tsx').then(({ UserPage }) => ({ default: UserPage }))),
  },
  {
    name: 'explain',
    pattern: '/explain',
    icon: 'explain',
    Page: lazy(() =>
      import('../explain/explain-page.tsx').then(({ ExplainPage }) => ({ default: ExplainPage })),
    ),
  },
  {
    name: 'deadLetters',
    pattern: '/dead-letters',
    icon: 'letter',
    Page: lazy(() =>
      import('../dead-letters/dead-letters-page.tsx').then(({ DeadLettersPage }) => ({
        default: DeadLettersPage,
      })),
    ),
  },
  {
    name: 'adapters',
    pattern: '/adapters',
    icon: 'adapter',
    Page: lazy(() =>
      import('../adapters/adapters-page.tsx').then(({ AdaptersPage }) => ({ default: AdaptersPage })),
    ),
  },
  {
    name: 'trace',
    pattern: '/trace',
    icon: 'path',
    Page: lazy(() => import('../trace/trace-page.tsx').then(({ TracePage }) => ({ default: TracePage }))),
  },
  {
    name: 'verify',
    pattern: '/verify',
    icon: 'check',
    Page: lazy(() => import('../verify/verify-page.tsx').then(({ VerifyPage }) => ({ default: VerifyPage }))),
  },
  {
    name: 'audit',
    pattern: '/audit',
    icon: 'log',
    Page: lazy(() => import('../audit/audit-page.tsx').then(({ AuditPage }) => ({ default: AuditPage }))),
  },
];

export interface Shown {
  readonly route: Route;
  readonly params: Params;
}

/** @returns null if no page has this path */
export function routeOf({ path }: Place): Shown | null {
  for (const route of routes) {
    const params = matched(route.pattern, path);
    if (params !== null) return { route, params };
  }
  return null;
}
