import { Machine } from './machine.ts';

/** This machine, for what needs no namespaces. What runs on it ends with us. */
export class Here extends Machine {
  readonly #folder: string;

  /** `folder`: for what programs write. */
  constructor(folder: string) {
    super('this machine');
    this.#folder = folder;
  }

  protected override enter(): readonly string[] {
    return ['setpriv', '--pdeathsig', 'KILL'];
  }

  protected override get logFolder(): string {
    return this.#folder;
  }

  /** setpriv becomes it. */
  protected override programOf(entry: number): number {
    return entry;
  }
}
