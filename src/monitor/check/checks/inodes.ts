import type { Check } from '../definition.ts';
import { spaces } from './folders.ts';

export const inodes: Check = {
  name: 'inodes',
  question: 'Is there room for more files?',
  summary: 'Per cent of the inodes that are free, on the disk that has fewest.',
  warning: '10:',
  critical: '5:',
  page: 'A disk that fills',
  every: 30_000,
  run: async ({ settings, memory }) => {
    const found = await spaces(settings, memory);
    if (found.length === 0) return { atLeast: 'unknown', sentence: `The folder ${settings.dataFolder} is not there.` };
    const counted = found.filter(({ inodes: free }) => free !== undefined);
    const fewest = counted.toSorted((a, b) => a.inodes! - b.inodes!)[0];
    if (fewest === undefined) return { sentence: 'The file system has no fixed number of inodes.' };
    return {
      sentence: `${fewest.inodes!.toFixed(1)} % of the inodes of the disk of ${fewest.folder} are free.`,
      measures: [{ label: 'free', value: fewest.inodes, unit: '%', minimum: 0, maximum: 100 }],
      fix: `du -xd1 --inodes ${settings.dataFolder}`,
    };
  },
};
