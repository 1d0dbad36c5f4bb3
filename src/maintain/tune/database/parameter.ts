import type { ServerParameter } from './facts.ts';

/** A row of pg_settings. */
export interface SettingRow {
  readonly name: string;
  readonly setting: string;
  readonly unit: string | null;
  readonly vartype: string;
  readonly context: string;
  readonly source: string;
  readonly enumvals: readonly string[] | null;
  readonly pending_restart: boolean;
  readonly text: string;
}

const units: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1024,
  '8kB': 8192,
  MB: 2 ** 20,
  '16MB': 2 ** 24,
  ms: 1,
  s: 1000,
  min: 60_000,
};

export function amountOf(row: SettingRow): ServerParameter {
  const { setting, unit, vartype, context, source, enumvals, pending_restart: waits, text } = row;
  const isNumber = vartype === 'integer' || vartype === 'real';
  const number = isNumber ? Number(setting) : Number.NaN;
  // -1 and 0 mean something of their own in every unit.
  const amount = number > 0 ? number * (units[unit ?? ''] ?? 1) : number;
  return { amount, text, context, source, choices: enumvals ?? undefined, waits };
}

/** Bytes as PostgreSQL reads them, rounded down to whole megabytes. */
export function megabytes(bytes: number): string {
  const whole = Math.max(1, Math.floor(bytes / 2 ** 20));
  return whole % 1024 === 0 ? `${whole / 1024}GB` : `${whole}MB`;
}
