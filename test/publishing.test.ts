/** What the manifests of published packages say of their source. */
import { expect, test } from 'vitest';
import { repositoryOf } from '../deploy/npm/repository.js';

test('a package names the repository of the workflow that publishes it, as npm attests it', () => {
  const environment = { GITHUB_SERVER_URL: 'https://github.example', GITHUB_REPOSITORY: 'us/plenum' };
  expect(repositoryOf(environment, 'packages/client')).toEqual({
    repository: {
      type: 'git',
      url: 'git+https://github.example/us/plenum.git',
      directory: 'packages/client',
    },
  });
  expect(repositoryOf({}, 'packages/client')).toEqual({});
});
