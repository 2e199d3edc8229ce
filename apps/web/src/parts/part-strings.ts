/** The texts of the parts that the playground and the console share. */
export const partStrings = {
  close: 'Close',
  cancel: 'Cancel',
  copied: 'Copied',
} as const;
