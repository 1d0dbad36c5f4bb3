const clocks = new Map<string, Intl.DateTimeFormat>();
const day = 86_400_000;

/**
 * What the clocks of a time zone show at a moment, as a Date whose UTC fields are theirs. Undefined
 * is the zone of the host.
 */
export function wallOf(at: Date, zone: string | undefined): Date {
  if (zone === undefined) {
    const [year, month, date] = [at.getFullYear(), at.getMonth(), at.getDate()];
    return new Date(Date.UTC(year, month, date, at.getHours(), at.getMinutes(), at.getSeconds()));
  }
  let clock = clocks.get(zone);
  if (clock === undefined) {
    const [two, number] = ['2-digit', 'numeric'] as const;
    const parts = {
      year: number,
      month: two,
      day: two,
      hour: two,
      minute: two,
      second: two,
      hourCycle: 'h23',
    } as const;
    clock = new Intl.DateTimeFormat('en-GB', { ...parts, timeZone: zone });
    clocks.set(zone, clock);
  }
  const found = new Map(clock.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const of = (type: Intl.DateTimeFormatPartTypes): number => found.get(type)!;
  return new Date(Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second')));
}

/**
 * The moment at which the clocks of a zone show this. A time that they leap over in spring is as
 * much later; of one that they show twice in autumn it is the first.
 */
export function instantOf(wall: Date, zone: string | undefined): Date {
  const offset = (at: number): number => wallOf(new Date(at), zone).getTime() - at;
  const whole = wall.getTime() - (wall.getTime() % 1_000);
  const [before, after] = [whole - offset(whole - day), whole - offset(whole + day)];
  const shown = [Math.min(before, after), Math.max(before, after)].find(
    (at) => wallOf(new Date(at), zone).getTime() === whole,
  );
  return new Date(shown ?? before);
}
