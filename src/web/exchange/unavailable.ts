import type { UserError } from '../../errors/errors.ts';
import { fileErrors } from '../../files/errors.ts';
import { indexErrors } from '../../index/errors.ts';
import { accessErrors } from '../../people/errors.ts';
import { storeErrors } from '../../store/errors.ts';
import { webErrors } from '../http/errors.ts';
import type { Translator } from '../ui/translations.ts';
import { SiteClosed } from './site-level.ts';

/**
 * Why something cannot be had for a while (503), by our code of the error: each says its own truth.
 * Names of
 * `error.unavailable` in the translations.
 */
const reasons: Readonly<Record<string, Reason>> = {
  [webErrors.siteClosed.code]: 'closed',
  [webErrors.siteReadOnly.code]: 'read_only',
  [webErrors.noDatabase.code]: 'database',
  [storeErrors.databaseAway.code]: 'database',
  [storeErrors.databaseBusy.code]: 'database',
  [storeErrors.embeddedLost.code]: 'database',
  [storeErrors.tableMissing.code]: 'database',
  [storeErrors.restoreUnfinished.code]: 'restoring',
  [storeErrors.statementTimeout.code]: 'slow',
  [webErrors.late.code]: 'late',
  [webErrors.tooManyExports.code]: 'exports',
  [webErrors.harvestLater.code]: 'exports',
  [accessErrors.signInBusy.code]: 'sign_in',
  [fileErrors.storeWrong.code]: 'files',
  [fileErrors.away.code]: 'files',
  [fileErrors.refused.code]: 'files',
  [fileErrors.gone.code]: 'upload',
  [indexErrors.notReady.code]: 'index',
};
type Reason =
  | (
      | 'closed'
      | 'read_only'
      | 'database'
      | 'slow'
      | 'late'
      | 'exports'
      | 'sign_in'
      | 'files'
      | 'upload'
      | 'index'
      | 'restoring'
    )
  | 'other';

export interface Unavailable {
  readonly reason: Reason;
  readonly title: string;
  /** What is the case. */
  readonly text: string;
  /** What the operator says of it; '' for nothing. */
  readonly words: string;
  /** What to do. */
  readonly hint: string;
}

/** For readers, in their language. What of it is for the operator is in the log. */
export function unavailable(tr: Translator, error: UserError): Unavailable {
  const reason: Reason = reasons[error.code] ?? 'other';
  const key = `error.unavailable.${reason}`;
  const level = error instanceof SiteClosed ? error : undefined;
  const isLevel = reason === 'closed' || reason === 'read_only';
  const minutes = Math.max(1, Math.ceil((level?.retryAfter ?? 0) / 60));
  return {
    reason,
    title: tr.t(`${key}.title`),
    text: tr.t(`${key}.text`),
    words: level?.words ?? '',
    hint: isLevel ? tr.t('error.unavailable.come_back', { count: minutes }) : tr.t(`${key}.hint`),
  };
}

/** In all languages, for answers that cannot look which one is wanted. */
export function lateInAll(translators: readonly Translator[]): string {
  return translators.map((tr) => tr.t('error.unavailable.late.text')).join('\n');
}
