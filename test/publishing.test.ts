/** What the manifests of published packages say of their source. */
import { expect, test } from 'vitest';
import { repositoryOf, revisionOf } from '../deploy/npm/repository.js';

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

test('a package names the commit that it was packed from, where that is known', () => {
  expect(revisionOf({ GITHUB_SHA: '4f2c1d0' })).toEqual({ gitHead: '4f2c1d0' });
  expect(revisionOf({ REVISION: '9a8b7c6', GITHUB_SHA: '4f2c1d0' })).toEqual({ gitHead: '9a8b7c6' });
  // An argument of the image that was not given is an empty text.
  expect(revisionOf({ REVISION: '' })).toEqual({});
});
