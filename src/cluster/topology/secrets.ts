import { readFileSync } from 'node:fs';
import { UserError } from '../../errors/errors.ts';
import { clusterErrors } from '../errors.ts';
import { type SecretName, type SecretSource, secretNames, type Topology } from './topology.ts';

export type Secrets = Readonly<Record<SecretName, string>>;

/** Throws UserError that names all that are missing. */
export function readSecrets(
  { secrets }: Pick<Topology, 'secrets'>,
  environment: Readonly<Record<string, string | undefined>>,
): Secrets {
  const missing: string[] = [];
  const read = secretNames.map((name) => {
    const value = readSecret(secrets[name], environment);
    if (value === undefined) missing.push(`  ${name}: ${placeOf(secrets[name])}`);
    return [name, value ?? ''] as const;
  });
  if (missing.length > 0) throw new UserError(clusterErrors.secretsMissing, { missing: missing.join('\n') });
  return Object.fromEntries(read) as Secrets;
}

/** Stand-ins that say where the passwords are, for texts that are shown. */
export function secretPlaces({ secrets }: Pick<Topology, 'secrets'>): Secrets {
  return Object.fromEntries(secretNames.map((name) => [name, `<${placeOf(secrets[name])}>`])) as Secrets;
}

function readSecret(
  source: SecretSource,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (source.kind === 'literal') return source.value;
  if (source.kind === 'environment') return environment[source.name] || undefined;
  try {
    return readFileSync(source.path, 'utf8').replace(/\r?\n$/, '') || undefined;
  } catch {
    return undefined;
  }
}

function placeOf(source: SecretSource): string {
  if (source.kind === 'literal') return 'written in the cluster file';
  return source.kind === 'environment' ? `environment ${source.name}` : `file ${source.path}`;
}
