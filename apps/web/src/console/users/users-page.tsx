/** Looks a user up by its id. */
import { PageHead } from '../parts/page-head.tsx';
import { strings } from '../strings.ts';
import { UserSearch } from './user-search.tsx';

export const UsersPage = () => (
  <>
    <PageHead title={strings.pages.users} />
    <UserSearch />
    <p className="lead">{strings.users.text}</p>
  </>
);
