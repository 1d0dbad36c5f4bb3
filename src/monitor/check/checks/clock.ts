import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { promisify } from 'node:util';
import sql from 'sql-template-tag';
import type { Check, CheckContext } from '../definition.ts';
import { reasonOf } from './parts.ts';

export const clock: Check = {
  name: 'clock',
  question: 'Is the clock right?',
  summary: 'Seconds between the clock of this machine and that of the database, ahead or behind.',
  warning: '-1:1',
  critical: '-30:30',
  page: 'A clock that is wrong',
  every: 20_000,
  run: async (context) => {
    const service = await timeService();
    const found = await skewOf(context).catch(
      (error: unknown) => `the database could not be asked (${reasonOf(error)})`,
    );
    const fix = 'timedatectl status';
    const measure = { label: 'skew', unit: 's' as const };
    if (typeof found === 'string')
      return {
        atLeast: service.state === 'ok' ? 'ok' : 'unknown',
        sentence: `${service.said[0]!.toUpperCase()}${service.said.slice(1)}; ${found}.`,
        measures: [{ ...measure, value: undefined }],
        fix,
      };
    const { skew, back } = found;
    const said =
      Math.abs(skew) < 0.05
        ? 'as that of the database'
        : `${Math.abs(skew).toFixed(1)} s ${skew > 0 ? 'ahead of' : 'behind'} that of the database`;
    const measures = [{ ...measure, value: skew }];
    if (back > 30)
      return {
        atLeast: 'critical',
        sentence: `The clock of the database was set back by ${back.toFixed(0)} s or more: it has written later times.`,
        measures,
        fix,
      };
    return {
      ...(service.state === 'warning' ? { atLeast: 'warning' as const } : {}),
      sentence: `The clock is ${said}; ${service.said}.`,
      measures,
      fix,
    };
  },
};

/** Half of the time of the question is its way there. `back`: how far later times are written. */
async function skewOf({ database, now }: CheckContext): Promise<{ skew: number; back: number }> {
  const began = performance.now();
  const [row] = await database().query<{ seconds: number; back: number }>(
    sql`SELECT extract(epoch FROM clock_timestamp())::float8 AS seconds,
        coalesce((SELECT extract(epoch FROM max(seen) - clock_timestamp()) FROM node), 0)::float8 AS back`,
    { patience: 0 },
  );
  const middle = now() - (performance.now() - began) / 2;
  return { skew: middle / 1000 - row!.seconds, back: row!.back };
}

interface Service {
  readonly state: 'ok' | 'warning' | 'none';
  /** As a part of a sentence. */
  readonly said: string;
}

/** Whoever keeps the time of this machine, where that can be read without being root. */
async function timeService(): Promise<Service> {
  if (await isThere('/run/systemd/timesync/synchronized'))
    return { state: 'ok', said: 'systemd-timesyncd keeps the time' };
  if (await isThere('/run/chrony')) {
    const { stdout } = await promisify(execFile)('chronyc', ['-n', '-c', 'tracking'], { timeout: 2_000 }).catch(() => ({
      stdout: '',
    }));
    const parts = stdout.trim().split(',');
    if (parts.length > 12)
      return parts[13] === 'Not synchronised'
        ? { state: 'warning', said: 'chrony is not synchronised' }
        : { state: 'ok', said: `chrony keeps the time, ${Math.abs(Number(parts[4])).toFixed(3)} s off` };
  }
  return { state: 'none', said: 'no service that keeps the time was found' };
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
