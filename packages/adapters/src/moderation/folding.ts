/** One spelling for texts that look the same: compatibility forms, case, accents, invisible characters. */

/** What a reader does not see; `\p{Script=Inherited}` are the combining marks that fit every script. */
const invisible = /[\p{Cf}\p{Default_Ignorable_Code_Point}\p{Script=Inherited}\p{Me}]/u;
/** They look like a space: they neither make a word longer nor hide where one begins. */
const blank = /[\u115f\u1160\u3164\uffa0\u2800]/;
const accented = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]/u;
const spelledOut: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', œ: 'oe' };
/** A character that represents more (U+FDFA: eighteen) is kept as it is: no text grows by more than this. */
const expansionMax = 4;

export type Fold = 'invisible' | 'blank' | { readonly letters: string };

/** @param character one code point. */
export function foldOf(character: string): Fold {
  if (blank.test(character)) return 'blank';
  if (invisible.test(character)) return 'invisible';
  const compatible = character.normalize('NFKC').toLowerCase();
  // One sign with a letter in parentheses, as U+249C.
  const plain = compatible.replace(/^\((.)\)$/u, '$1');
  const bare = accented.test(plain) ? plain.normalize('NFD').replace(/\p{M}/gu, '') : plain;
  const letters = spelledOut[bare] ?? bare;
  return { letters: Array.from(letters).length > expansionMax ? character : letters };
}
