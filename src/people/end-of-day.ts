/**
 * What is given until a day, "2030-06-30", is given until its last moment (UTC). Undefined: that is
 * no day.
 */
export function endOfDay(day: string): Date | undefined {
  const end = new Date(`${day}T23:59:59.999Z`);
  return /^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(end.getTime()) ? end : undefined;
}
