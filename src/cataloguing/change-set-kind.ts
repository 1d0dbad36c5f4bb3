/** A change set that is applied, or undone, as a job. Loads and change sets take turns. */
export const changeSetKind = { name: 'change-set', exclusive: 'load' } as const;
