import type { Finding } from './check.ts';
import type { Check, CheckContext } from './definition.ts';

/** A check that has not found out by then is unknown. Milliseconds. */
export const checkWithin = 8_000;

/** Never rejects: what a check cannot find out is unknown, with the reason. */
export async function runCheck(
  check: Check,
  context: Omit<CheckContext, 'signal'>,
  within = checkWithin,
): Promise<Finding> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding>((resolve) => {
    timer = setTimeout(() => {
      controller.abort();
      resolve(unknown(`It was not found out within ${within / 1000} s.`));
    }, within);
  });
  try {
    const finding = (async () => check.run({ ...context, signal: controller.signal }))();
    finding.catch(() => undefined);
    return limited(check, await Promise.race([finding, late]));
  } catch (error) {
    return unknown(error instanceof Error ? error.message : String(error));
  } finally {
    clearTimeout(timer);
    controller.abort();
  }
}

function unknown(reason: string): Finding {
  return { atLeast: 'unknown', sentence: reason };
}

/** The first measure has the ranges of its check. */
function limited({ warning, critical }: Check, finding: Finding): Finding {
  const [first, ...rest] = finding.measures ?? [];
  if (first === undefined) return finding;
  const ranges = { ...(warning === undefined ? {} : { warning }), ...(critical === undefined ? {} : { critical }) };
  return { ...finding, measures: [{ ...first, ...ranges }, ...rest] };
}
