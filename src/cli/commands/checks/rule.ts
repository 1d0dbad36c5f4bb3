import { cataloguingErrors } from '../../../cataloguing/errors.ts';
import { UserError } from '../../../errors/errors.ts';
import { nearest } from '../../../errors/nearest.ts';
import type { CheckRule, Site } from '../../../site/site.ts';

/** Throws a UserError with the nearest that there is. */
export function requireRule({ checks }: Site, name: string): CheckRule {
  const found = checks.find((rule) => rule.name === name);
  if (found !== undefined) return found;
  const near = nearest(
    name,
    checks.map((rule) => rule.name),
  );
  throw new UserError(cataloguingErrors.noRule, { name, meant: near === undefined ? '' : ` Did you mean ${near}?` });
}
