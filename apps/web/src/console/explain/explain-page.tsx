/** Why a user cannot do something in a group: the rule that refuses it, what that means, and what helps. */
import type { Action, RequestResult } from '@plenum/protocol';
import { Icon } from '../../parts/icon.tsx';
import { ActButton } from '../acts/act-menu.tsx';
import type { ActName } from '../acts/act-table.ts';
import { GroupLink, Time, UserLink } from '../parts/marks.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { Read } from '../parts/states.tsx';
import { useRead } from '../rest/queries.ts';
import { Link } from '../router/link.tsx';
import type { PageProps } from '../router/page.ts';
import { pathOf } from '../router/place.ts';
import { strings } from '../strings.ts';
import { isAction } from './actions.ts';
import { WhyBox } from './why-box.tsx';

const texts = strings.explain;

export function ExplainPage({ query }: PageProps) {
  const [group = '', user = '', asked = 'send'] = ['group', 'user', 'action'].map(
    (name) => query.get(name) ?? undefined,
  );
  const action = isAction(asked) ? asked : 'send';
  return (
    <>
      <PageHead title={strings.pages.explain} />
      <WhyBox group={group} user={user} action={action} />
      {group === '' || user === '' ? (
        <p className="lead">{texts.text}</p>
      ) : (
        <Answer group={group} user={user} action={action} />
      )}
    </>
  );
}

interface AnswerProps {
  readonly group: string;
  readonly user: string;
  readonly action: Action;
}

function Answer({ group, user, action }: AnswerProps) {
  const read = useRead('explain', { group_id: group, user_id: user, action });
  return (
    <Read read={read}>
      {(explanation) => (
        <section className="explanation" aria-live="polite">
          <Verdict {...{ group, user, action }} explanation={explanation} />
          <h2>{texts.checks}</h2>
          <Checks checks={explanation.checks} />
        </section>
      )}
    </Read>
  );
}

type Explanation = RequestResult<'explain'>;

function Verdict({ group, user, action, explanation }: AnswerProps & { readonly explanation: Explanation }) {
  const { allowed, code, until } = explanation;
  return (
    <div className={allowed ? 'verdict is-allowed' : 'verdict is-refused'}>
      <p className="verdict-text">
        <bdi>{allowed ? texts.allowed(user, action) : texts.refused(user, action)}</bdi>
      </p>
      <p>{allowed ? texts.allowedHint : texts.cause(code ?? '')}</p>
      {until === undefined ? null : (
        <p>
          {texts.until} <Time at={until} />
        </p>
      )}
      {code === undefined ? null : <p className="mono verdict-code">{code}</p>}
      <div className="act-row">
        <Remedies group={group} user={user} code={code} />
        {allowed ? (
          <Link className="button" to={`/trace?${new URLSearchParams({ group, user })}`}>
            {texts.toPath}
          </Link>
        ) : null}
        <span className="verdict-links">
          <GroupLink id={group} /> <UserLink id={user} />
        </span>
      </div>
    </div>
  );
}

/** The act that ends the cause of a refusal. */
const remedies: Readonly<Record<string, ActName>> = {
  muted: 'unmute_member',
  banned: 'unban_member',
  pending_membership: 'accept_member',
  not_a_member: 'join_group',
  user_not_in_group: 'join_group',
  not_admin: 'promote_member',
  not_moderator: 'promote_member',
};
const ofSettings = new Set(['posting_restricted', 'slow_mode', 'group_full']);

interface RemediesProps {
  readonly group: string;
  readonly user: string;
  readonly code: string | undefined;
}

function Remedies({ group, user, code = '' }: RemediesProps) {
  const name = remedies[code];
  if (ofSettings.has(code))
    return (
      <Link className="button is-main" to={pathOf('groups', group, 'settings')}>
        {texts.toSettings}
      </Link>
    );
  return name === undefined ? null : (
    <ActButton name={name} known={{ group_id: group, user_id: user }} isMain />
  );
}

/** The rules up to the first that does not hold decide; those after it are shown as they are. */
function Checks({ checks }: { readonly checks: Explanation['checks'] }) {
  const decided = checks.findIndex(({ ok }) => !ok);
  return (
    <ol className="checks">
      {checks.map(({ check, ok }, at) => (
        <li key={check} className={ok ? 'is-ok' : at === decided ? 'is-cause' : 'is-failed'}>
          <Icon name={ok ? 'check' : 'close'} />
          <span>{check}</span>
          <span className="unseen">{ok ? texts.holds : texts.fails}</span>
        </li>
      ))}
    </ol>
  );
}
