/** A large upload as a job: its name, and its file. Loads and uploads take turns. */
export const uploadKind = { name: 'upload', exclusive: 'load' } as const;
export const recordsFile = 'records';
