/** Of all tasks; nodes of another version may know others. */
export const taskNames = [
  'access',
  'backup',
  'backup-archive',
  'backup-drill',
  'dois',
  'checks',
  'duplicates',
  'files',
  'gc',
  'inbox',
  'nodes',
  'requests',
] as const;
