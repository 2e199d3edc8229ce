import { redisName } from '@plenum/redis';
import type { Config } from '../config.ts';
import { maskedUrl, secretsInUrl } from './masked.ts';

const hidden = '(set, not shown)';

const counted = (secrets: readonly unknown[]) =>
  secrets.length === 1 ? hidden : `(${secrets.length} set, not shown)`;

/** @returns the configuration without secrets, passwords and the queries of URLs */
export function describeConfig(config: Config): Readonly<Record<string, unknown>> {
  const { adapterOptions, extensions, jwtSecrets, adminTokens, jwks, ...rest } = config;
  const { allowPrivate: _, allow: __, url, ...expected } = jwks ?? { url: null };
  const secrets = jwtSecrets === null ? 'made in dev mode' : counted(jwtSecrets);
  return {
    ...rest,
    jwtSecrets: jwks === null ? secrets : 'none: see jwks',
    jwks: url === null ? 'none' : { url: maskedUrl(url), ...expected },
    adminTokens:
      adminTokens?.map(({ name, scopes }) => `${name} (${scopes.join(', ')})`) ?? 'made in dev mode',
    redisUrl: config.redisUrl === null ? 'none: memory engine' : redisName(config.redisUrl),
    adapters: {
      archive: place(adapterOptions.archiveUrl, extensions.adapters.archive),
      notifier: place(adapterOptions.notifierUrl, extensions.adapters.notifier),
      moderation: place(adapterOptions.moderationUrl, extensions.adapters.moderation),
      moderationWords: adapterOptions.moderationWords === null ? 'none' : '(set)',
      moderationOnFailure: extensions.adapters.moderation?.onFailure ?? adapterOptions.moderationOnFailure,
      auth: place(adapterOptions.authUrl, extensions.adapters.auth),
      authOnFailure: extensions.adapters.auth?.onFailure ?? adapterOptions.authOnFailure,
      webhookSecrets: adapterOptions.webhookSecrets.length === 0 ? 'none' : hidden,
      webhookAllow: adapterOptions.webhookAllow ?? [],
    },
    requests: extensions.requests.map(
      ({ service, requestType }) => `${service ?? config.service} ${requestType}`,
    ),
  };
}

function place(url: string | null, adapter: object | undefined): string {
  if (adapter !== undefined) return 'from the configuration file';
  return url === null ? 'none' : maskedUrl(url);
}

/** @returns every text of the configuration that must never be shown */
export function secretsOfConfig({ adapterOptions, jwtSecrets, jwks, redisUrl }: Config): readonly string[] {
  const { archiveUrl, notifierUrl, moderationUrl, authUrl, webhookSecrets } = adapterOptions;
  const urls = [redisUrl, archiveUrl, notifierUrl, moderationUrl, authUrl, jwks?.url ?? null];
  return [
    ...(jwtSecrets ?? []),
    ...webhookSecrets,
    ...urls.flatMap((url) => (url === null ? [] : secretsInUrl(url))),
  ];
}
