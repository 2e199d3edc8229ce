import type { Config } from '../config.ts';

const hidden = '(set, not shown)';

/** The configuration as it may be shown: secrets, passwords and the queries of URLs are left out. */
export function describeConfig(config: Config): Readonly<Record<string, unknown>> {
  const shown = (secrets: readonly unknown[] | null) =>
    secrets === null
      ? 'made in dev mode'
      : secrets.length === 1
        ? hidden
        : `(${secrets.length} set, not shown)`;
  const { adapterOptions, own, ...rest } = config;
  return {
    ...rest,
    jwtSecrets: config.jwks === null ? shown(config.jwtSecrets) : 'none: see jwks',
    adminTokens:
      config.adminTokens?.map(({ name, scopes }) => `${name} (${scopes.join(', ')})`) ?? 'made in dev mode',
    redisUrl: config.redisUrl === null ? 'none: memory engine' : withoutPassword(config.redisUrl),
    adapters: {
      archive: place(adapterOptions.archiveUrl, own.adapters.archive),
      notifier: place(adapterOptions.notifierUrl, own.adapters.notifier),
      moderation: place(adapterOptions.moderationUrl, own.adapters.moderation),
      moderationWords: adapterOptions.moderationWords === null ? 'none' : '(set)',
      moderationOnFailure: own.adapters.moderation?.onFailure ?? adapterOptions.moderationOnFailure,
      auth: place(adapterOptions.authUrl, own.adapters.auth),
      authOnFailure: own.adapters.auth?.onFailure ?? adapterOptions.authOnFailure,
      webhookSecrets: adapterOptions.webhookSecrets.length === 0 ? 'none' : hidden,
    },
    requests: own.requests.map(({ service, requestType }) => `${service ?? config.service} ${requestType}`),
  };
}

/** A URL without user, password and query: each may be a secret. */
function place(url: string | null, own: object | undefined): string {
  if (own !== undefined) return 'from the configuration file';
  if (url === null) return 'none';
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/** `redis://user:***@host:6379/0`; of several URLs, and of Sentinels, too. */
const withoutPassword = (url: string): string =>
  url.replace(/(:\/\/[^:/]*):[^/]*@/g, '$1:***@').replace(/(sentinel_password=)[^&]*/, '$1***');
