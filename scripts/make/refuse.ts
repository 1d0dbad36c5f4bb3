/** Ends a script as the commands of Reperio end: with what is wrong, and what to do. */
export class Refusal extends Error {
  readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** Runs a script; what is no refusal is shown with its stack. */
export async function runScript(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const refusal = isFull(error)
      ? new Refusal('The disk is full.', 'Free 1 GB, or name a folder on another disk with --out.')
      : error;
    if (!(refusal instanceof Refusal)) throw error;
    process.stderr.write(`error: ${refusal.message}\nhint: ${refusal.hint}\n`);
    process.exitCode = 1;
  }
}

function isFull(error: unknown): boolean {
  return (
    error instanceof Error && (('code' in error && error.code === 'ENOSPC') || /No space left/.test(error.message))
  );
}
