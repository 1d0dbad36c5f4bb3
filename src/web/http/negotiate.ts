interface Wish {
  readonly type: string;
  readonly quality: number;
}

function wishes(header: string): readonly Wish[] {
  return header.split(',').map((part) => {
    const [type = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
    const quality = parameters.map((parameter) => /^q=([\d.]+)$/.exec(parameter)?.[1]).find((q) => q !== undefined);
    return { type, quality: quality === undefined ? 1 : Math.min(1, Number(quality)) };
  });
}

/** How much a client wants a type: the most specific of its wishes counts (RFC 9110, 12.5.1). */
function qualityOf(type: string, list: readonly Wish[]): number {
  const [main] = type.split('/');
  for (const range of [type, `${main}/*`, '*/*']) {
    const wish = list.find((one) => one.type === range);
    if (wish !== undefined) return wish.quality;
  }
  return 0;
}

/**
 * Which of the offered types an Accept header wants most; of equally wanted ones the first offered.
 * Undefined when it wants none of them. No header wants the first.
 */
export function negotiateType(header: string | undefined, offered: readonly string[]): string | undefined {
  if (header === undefined || header.trim() === '') return offered[0];
  const list = wishes(header);
  let best: string | undefined;
  let most = 0;
  for (const type of offered) {
    const quality = qualityOf(type, list);
    if (quality > most) [best, most] = [type, quality];
  }
  return best;
}
