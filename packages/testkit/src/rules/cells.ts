/** The cells of the rule grids as a list: actor, operation, target and group, and the expected answer. */
import type { GroupType } from '@plenum/protocol';
import { inviteGrids } from './invite-grids.ts';
import { explainOfModerator, moderatorGrids, ownOfModerator } from './moderator-grids.ts';
import { askedAboutOthers, explainGrids, noGroupGrid, ownGrids } from './self-grids.ts';
import { type Grid, legend, targetedGrids } from './targeted-grids.ts';

/** The relation of a user to a group; `admin` is one of several. */
export const standings = [
  'outsider',
  'pending',
  'active',
  'muted',
  'moderator',
  'admin',
  'last_admin',
  'banned',
  'invited',
] as const;
export type Standing = (typeof standings)[number];

export interface Cell {
  /** A request type, `relay_msg:ephemeral`, `admit`, `explain:` and an action, `promote_member:` and a role, `add` and `remove` of a `change_members`. */
  readonly operation: string;
  /** `none`: there is no group. */
  readonly groupType: GroupType | 'none';
  readonly actor: Standing | 'service';
  /** Null: the group as a whole, or oneself. */
  readonly target: Standing | 'self' | null;
  readonly expected: string;
}

const groupTypes = ['public', 'private', 'strict_private'] as const;
const unknownTo: Readonly<Record<GroupType, readonly string[]>> = {
  public: ['pending', 'muted'],
  private: ['muted'],
  strict_private: [],
};

const isStanding = (name: string): name is Standing => standings.some((standing) => standing === name);
function standingOf(name: string): Standing {
  if (!isStanding(name)) throw new Error(`no standing is called ${name}`);
  return name;
}
const actorOf = (name: string) => (name === 'service' ? name : standingOf(name));
const targetOf = (name: string) => (name === 'self' ? name : standingOf(name));

interface Field {
  readonly row: string;
  readonly column: string;
  readonly expected: string;
}

/** The cells of a grid, without empty ones. @throws Error for a wrong number of fields and for an unknown word */
function fieldsOf(text: string): Field[] {
  const [columns = [], ...lines] = text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  return lines.flatMap(([row = '', ...words]) => {
    if (words.length !== columns.length) throw new Error(`${row} has ${words.length} fields`);
    return columns.flatMap((column, i) => {
      const word = words[i] ?? '-';
      if (word === '-') return [];
      const expected = legend[word];
      if (expected === undefined) throw new Error(`${word} has no meaning`);
      return [{ row, column, expected }];
    });
  });
}

const isKnownTo = (groupType: GroupType, { row, column }: Field) =>
  !unknownTo[groupType].includes(row) && !unknownTo[groupType].includes(column);

function targetedCells({ types, operations, text }: Grid): Cell[] {
  return types.flatMap((groupType) =>
    operations.flatMap((operation) =>
      fieldsOf(text)
        .filter((field) => isKnownTo(groupType, field))
        .map(({ row, column, expected }) => ({
          ...{ operation, groupType, expected },
          actor: actorOf(row),
          target: targetOf(column),
        })),
    ),
  );
}

/** What the service does to the user of the column. */
const ofService = ['admit', 'add', 'remove'];

const ownCells = (groupType: GroupType): Cell[] =>
  [...fieldsOf(ownGrids[groupType]), ...fieldsOf(ownOfModerator)].map(
    ({ row: operation, column, expected }) =>
      ofService.includes(operation)
        ? { operation, groupType, actor: 'service', target: standingOf(column), expected }
        : { operation, groupType, actor: actorOf(column), target: null, expected },
  );

/** A user gets about itself the answer that the service gets about the user. */
const explainCells = (groupType: GroupType): Cell[] =>
  [...fieldsOf(explainGrids[groupType]), ...fieldsOf(explainOfModerator[groupType])].flatMap(
    ({ row, column, expected }): Cell[] => {
      const explain = { operation: `explain:${row}`, groupType, expected };
      const standing = standingOf(column);
      return [
        { ...explain, actor: standing, target: null },
        { ...explain, actor: 'service', target: standing },
      ];
    },
  );

const aboutOthers = (groupType: GroupType): Cell[] =>
  fieldsOf(askedAboutOthers)
    .filter((field) => isKnownTo(groupType, field))
    .map(({ row, expected }) => ({
      operation: 'explain:leave',
      groupType,
      actor: actorOf(row),
      target: 'active',
      expected,
    }));

const noGroupCells: readonly Cell[] = fieldsOf(noGroupGrid).map(({ row: operation, column, expected }) => {
  const isTargeted =
    operation.endsWith('_member') ||
    ['revoke_invite', 'transfer_group'].includes(operation) ||
    column === 'service';
  return {
    operation,
    groupType: 'none',
    actor: actorOf(column),
    target: isTargeted ? 'outsider' : null,
    expected,
  };
});

export const cells: readonly Cell[] = [
  ...[...targetedGrids, ...moderatorGrids, ...inviteGrids].flatMap(targetedCells),
  ...groupTypes.flatMap(ownCells),
  ...groupTypes.flatMap(explainCells),
  ...groupTypes.flatMap(aboutOthers),
  ...noGroupCells,
];
