/** Texts of settings that mean something, and what is wrong with them as the end of a sentence. */

/** Minutes after midnight; undefined: "off". */
export function minutesOf(text: string): number | undefined {
  const [, hours, minutes] = /^(\d{1,2}):(\d\d)$/.exec(text) ?? [];
  return hours === undefined ? undefined : Number(hours) * 60 + Number(minutes);
}

export function timeOfDayProblem(text: string): string | undefined {
  const minutes = /^(?:[01]?\d|2[0-3]):[0-5]\d$/.test(text) ? minutesOf(text) : undefined;
  return text === 'off' || minutes !== undefined ? undefined : `is "${text}" and must be a time such as 02:00, or off`;
}

/** How many days, weeks and months keep a backup. */
export interface Retention {
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
}

const retentionPart = /^(\d{1,4}) (daily|weekly|monthly)$/;

/** What is not said is none. */
export function retentionOf(text: string): Retention {
  const found: Record<string, number> = {};
  for (const part of text.split(/\s*,\s*/)) {
    const [, count = '0', unit = ''] = retentionPart.exec(part) ?? [];
    found[unit] = Number(count);
  }
  return { daily: found['daily'] ?? 0, weekly: found['weekly'] ?? 0, monthly: found['monthly'] ?? 0 };
}

export function retentionProblem(text: string): string | undefined {
  return text.split(/\s*,\s*/).every((part) => retentionPart.test(part))
    ? undefined
    : `is "${text}" and must be like 7 daily, 4 weekly, 12 monthly`;
}
