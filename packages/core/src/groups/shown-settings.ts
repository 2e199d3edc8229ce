/** The settings of a group as its entries `created` and `updated` show them, under their names on the wire. */
import { shownSettingsSchema } from '@plenum/protocol';
import { defaultGroupSettings, type GroupSettings, retentionView } from './records.ts';

const shown = {
  maxMembers: 'max_members',
  ephemeral: 'ephemeral',
  history: 'history',
  metadata: 'metadata',
  posting: 'posting',
  slowModeMs: 'slow_mode_ms',
  editWindowMs: 'edit_window_ms',
  acceptsNeeded: 'accepts_needed',
  muteSurvivesRejoin: 'mute_survives_rejoin',
  idReservedMs: 'id_reserved_ms',
  retention: 'retention',
  requestTtlMs: 'request_ttl_ms',
  membershipEvents: 'membership_events',
} as const satisfies Record<keyof GroupSettings, string>;

const names = Object.keys(shown).filter((name): name is keyof GroupSettings => name in shown);

/** `metadata` is JSON text that Node has serialised, so parsing it is safe. */
function shownValue(settings: Partial<GroupSettings>, name: keyof GroupSettings): unknown {
  const { metadata, retention } = settings;
  if (name === 'metadata') return metadata == null ? null : JSON.parse(metadata);
  if (name === 'retention') return retentionView(retention ?? null);
  return settings[name];
}

/** The given settings under their names on the wire; absent ones stay absent. */
export const shownSettings = (settings: Partial<GroupSettings>): Record<string, unknown> =>
  Object.fromEntries(
    names
      .filter((name) => settings[name] !== undefined)
      .map((name) => [shown[name], shownValue(settings, name)]),
  );

/** What a `created` entry shows of the settings: those that are not the defaults; undefined: all are. */
export function shownAtCreation(settings: GroupSettings): Record<string, unknown> | undefined {
  const own = names.filter((name) => settings[name] !== defaultGroupSettings[name]);
  return own.length === 0
    ? undefined
    : shownSettings(Object.fromEntries(own.map((name) => [name, settings[name]])));
}

/** Reads what an entry shows. @returns null for what no entry of this version shows; fields that are unknown are left out */
export function settingsShown(value: unknown): Partial<GroupSettings> | null {
  const parsed = shownSettingsSchema.safeParse(value);
  if (!parsed.success) return null;
  const { metadata, retention, ...plain } = parsed.data;
  const own = Object.fromEntries(
    names.filter((name) => shown[name] in plain).map((name) => [name, Reflect.get(plain, shown[name])]),
  );
  return {
    ...own,
    ...(metadata === undefined ? {} : { metadata: metadata && JSON.stringify(metadata) }),
    ...(retention === undefined
      ? {}
      : {
          retention: retention && {
            maxEntries: retention.max_entries ?? null,
            maxAgeMs: retention.max_age_ms ?? null,
          },
        }),
  };
}
