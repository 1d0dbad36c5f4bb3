import { setTimeout as sleep } from 'node:timers/promises';
import { startRecording } from './cpu-profiler.ts';
import { functionTimes } from './functions.ts';
import { type KeptProfile, keepProfile, newProfileId } from './kept.ts';

/** Microseconds: for seconds, a sample each millisecond is enough, and costs little. */
const interval = 1_000;

/**
 * Looks at what this process does for a while, and keeps it. Undefined: another profile is being
 * taken.
 */
export async function lookFor(seconds: number, what: string, folder: string): Promise<KeptProfile | undefined> {
  const stop = await startRecording({ interval });
  if (stop === undefined) return undefined;
  await sleep(seconds * 1000);
  const { cpu } = await stop();
  const profile: KeptProfile = {
    ...{ id: newProfileId(), when: Date.now(), what, took: seconds * 1000, status: undefined, others: 0 },
    ...{ functions: functionTimes(cpu), statements: [], stages: [], memory: undefined, heap: undefined, cpu },
  };
  await keepProfile(folder, profile);
  return profile;
}
