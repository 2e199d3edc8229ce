/** Where the source of a package is: npm attests it, and finds the relative links of a README by it. And which commit it is of. */

/**
 * @param {Readonly<Record<string, string | undefined>>} environment of a workflow of GitHub; elsewhere the repository is not known
 * @param {string} directory of the workspace, from the root
 * @returns {{ repository?: { type: 'git', url: string, directory: string } }} for the manifest
 */
export function repositoryOf(environment, directory) {
  const { GITHUB_SERVER_URL: server = 'https://github.com', GITHUB_REPOSITORY: name } = environment;
  if (name === undefined) return {};
  return { repository: { type: 'git', url: `git+${server}/${name}.git`, directory } };
}

/**
 * @param {Readonly<Record<string, string | undefined>>} environment REVISION, or that of a workflow of GitHub
 * @returns {{ gitHead?: string }} for the manifest: the commit that is packed, where it is known
 */
export function revisionOf({ REVISION, GITHUB_SHA }) {
  const gitHead = REVISION || GITHUB_SHA;
  return gitHead === undefined || gitHead === '' ? {} : { gitHead };
}
