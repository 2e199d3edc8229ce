/** The mark of a user: the first letters of its id in a color that follows from the id. */

const huesCount = 8;

export function hueOf(userId: string): number {
  let sum = 7;
  for (const character of userId) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  return sum % huesCount;
}

const lettersOf = (userId: string) =>
  userId
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .slice(0, 2)
    .toLowerCase() || '·';

export function Avatar({
  userId,
  isOnline,
}: {
  readonly userId: string;
  readonly isOnline?: boolean | undefined;
}) {
  return (
    <span className={`avatar hue-${hueOf(userId)}`} aria-hidden="true">
      {lettersOf(userId)}
      {isOnline === undefined ? null : <span className={isOnline ? 'dot is-on' : 'dot'} />}
    </span>
  );
}
