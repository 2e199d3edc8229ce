/** The pages: a list at the side, and on a phone a menu in the bar. */
import { Icon } from '../../parts/icon.tsx';
import { MenuButton } from '../../parts/menu-button.tsx';
import { Link } from '../router/link.tsx';
import { go, usePlace } from '../router/place.ts';
import { strings } from '../strings.ts';
import { type Route, routeOf, routes } from './routes.tsx';

const listed = routes.filter(({ icon }) => icon !== undefined);

/** A page within another one: the page of a group is within the groups. */
const isWithin = (shown: Route | undefined, route: Route) =>
  shown !== undefined &&
  (shown === route || (route.pattern !== '/' && shown.pattern.startsWith(`${route.pattern}/`)));

export function Navigation() {
  const shown = routeOf(usePlace())?.route;
  return (
    <nav className="navigation" aria-label={strings.top.pages}>
      <ul>
        {listed.map((route) => (
          <li key={route.name}>
            <Link to={route.pattern} className="navigation-link" isCurrent={isWithin(shown, route)}>
              {route.icon === undefined ? null : <Icon name={route.icon} />}
              {strings.pages[route.name]}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

export function PagesMenu() {
  return (
    <span className="only-narrow">
      <MenuButton
        label={strings.top.pages}
        actions={listed.map(({ name, pattern }) => ({
          id: name,
          text: strings.pages[name],
          onAction: () => go(pattern),
        }))}
      >
        <Icon name="menu" />
      </MenuButton>
    </span>
  );
}
