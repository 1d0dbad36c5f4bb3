/** How many records each step left in which way: "match" → "new" → 12. */
export type StepCounts = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Counts on from what is known. */
export class StepTally {
  readonly #counts: Record<string, Record<string, number>> = {};

  constructor(before: StepCounts = {}) {
    this.add(before);
  }

  count(step: string, way: string, many = 1): void {
    if (many === 0) return;
    const ways = this.#counts[step] ?? {};
    this.#counts[step] = ways;
    ways[way] = (ways[way] ?? 0) + many;
  }

  add(counts: StepCounts): void {
    for (const [step, ways] of Object.entries(counts))
      for (const [way, many] of Object.entries(ways)) this.count(step, way, many);
  }

  get counts(): StepCounts {
    return structuredClone(this.#counts);
  }
}

/** One line: "upload: 3 inserted, 1 refused". */
export function countLines(counts: StepCounts): readonly string[] {
  return Object.entries(counts).map(
    ([step, ways]) =>
      `${step}: ${Object.entries(ways)
        .map(([way, many]) => `${many.toLocaleString('en')} ${way}`)
        .join(', ')}`,
  );
}
