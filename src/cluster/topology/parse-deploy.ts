import type { Value, YamlReader } from '../../yaml/yaml-reader.ts';
import type { DeployPlan } from './topology.ts';
import { readForm, readNumber } from './values.ts';

/** How releases are brought to the hosts. */
export function readDeploy(reader: YamlReader, value: Value | undefined): DeployPlan {
  const given = reader.members(value, ['user', 'keep', 'verify']);
  return {
    user:
      given.user === undefined
        ? undefined
        : readForm(reader, given.user, /^[a-z_][a-z0-9_-]{0,30}$/, 'the name of a user', 'root'),
    keep: readNumber(reader, given.keep, { minimum: 2, maximum: 100 }) ?? 3,
    verify: (readNumber(reader, given.verify, { minimum: 0, maximum: 3_600_000, type: 'duration' }) ?? 30_000) / 1000,
  };
}
