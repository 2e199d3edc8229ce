/** A page of the documents that is generated. */

const notice = '<!-- Generated: change the source, then run `npm run docs:reference`. -->';

const places = [
  'Requests',
  'Pushes',
  'Shapes',
  'REST',
  'Errors',
  'Settings',
  'Metrics',
  'Command line',
  'The SDK',
];

/** @param question the first sentence of the page */
export const page = (title: string, question: string, lines: readonly string[]): string =>
  `---\norder: ${places.indexOf(title) + 10}\n---\n\n# ${title}\n\n${notice}\n\n${question}\n\n${lines.join('\n').trimEnd()}\n`;
