import type { ErrorKind } from '../errors/errors.ts';
import type { RecordVersion } from '../index/entry.ts';
import { sameContent } from '../marc/content.ts';
import { mergeRecords, type Preference } from '../marc/merge.ts';
import { mayHaveOwnLinks, ownLinks, withOwnLinks, withoutOwnLinks } from '../marc/own-links.ts';
import { controlValue, type Field, type MarcRecord } from '../marc/record.ts';
import { decodeStored, encodeStored, leaderOfStored } from '../marc/stored.ts';
import { reservedDois } from '../site/doi-pattern.ts';
import type { Site } from '../site/site.ts';
import { type Checked, type CheckIncoming, nothingFound } from './check-incoming.ts';
import { isDeleted, markDeleted } from './deletion.ts';
import { recordErrors } from './errors.ts';
import { type Identity, identify, keysAfter, keysOfContent } from './identifiers.ts';
import { type HiddenFields, HiddenPaths } from './load/hidden.ts';
import { hasPlaceFor } from './load/hidden-places.ts';
import { applyMode, isPartial, isRemoval, looksAtStamp, type ModeRules, type WriteMode } from './modes.ts';
import { leaderKept, readTimeStamp, stampRecord } from './version.ts';

/** The version that is there, as the database has it. */
export interface Standing {
  readonly id: number;
  readonly revision: number;
  readonly created: Date;
  readonly modified: Date;
  readonly deleted: boolean;
  readonly marc: string;
  /** What it is known by. */
  readonly keys: readonly string[];
  /** Those of them that records had which were merged into this one: it keeps them. */
  readonly aliases?: readonly string[] | undefined;
}

export interface Incoming {
  readonly mode: WriteMode;
  readonly record: MarcRecord;
  readonly identity: Identity;
  /** Field 001 is our number. */
  readonly ours: boolean;
  /**
   * The version that it was made from, in the place of its 005; 'unknown': there is no such one.
   */
  readonly base?: BaseVersion | 'unknown' | undefined;
  /** What rules of the site say of it as it came, where it is a whole record: see `wholeChecks`. */
  readonly checked?: Checked | undefined;
  /** Its documents have changed: links to all that it has now, in the place of those it had. */
  readonly links?: readonly Field[] | undefined;
}

export interface ChangeRules {
  readonly modes: ModeRules;
  readonly hiddenPaths: HiddenPaths;
  readonly hidden: HiddenFields;
  /** Also a change that changes nothing makes a version. */
  readonly always: boolean;
  /** Whose fields are taken where both changed the same; undefined: it is held. */
  readonly prefer?: Preference | undefined;
  /** A 005 that names no version is not looked at. */
  readonly ignoresUnknown?: boolean;
  /** DOIs that only the library itself gives to a record, and takes from it. */
  readonly reserved?: RegExp | undefined;
  /** What rules of the site say of what comes in; undefined: nobody asks them. */
  readonly checks?: CheckIncoming | undefined;
}

/** What a site says; the rest is asked for by who writes. */
export function rulesOf({
  strongTags,
  provenancePaths,
  hiddenPaths,
  dois,
}: Site): Pick<ChangeRules, 'modes' | 'hiddenPaths' | 'reserved'> {
  return {
    modes: { strongTags, provenancePaths },
    hiddenPaths: new HiddenPaths(hiddenPaths),
    reserved: dois && reservedDois(dois),
  };
}

/** Of no site: nothing is hidden. */
export const defaultRules: ChangeRules = {
  modes: { strongTags: [], provenancePaths: [] },
  hiddenPaths: new HiddenPaths([]),
  hidden: 'drop',
  always: false,
};

/** An earlier version of the record, with the 005 that the input has. */
export interface BaseVersion {
  readonly revision: number;
  readonly record: MarcRecord;
}

export type Verdict =
  | {
      readonly kind: 'write';
      readonly outcome: 'replaced' | 'merged' | 'deleted';
      readonly version: RecordVersion;
      readonly marc: string;
      readonly keys: readonly string[];
      /** What rules of the site say of it, without stops. */
      readonly warnings?: readonly string[];
    }
  /** `keys` may be others than before: it became known by another identifier. */
  | { readonly kind: 'unchanged'; readonly keys: readonly string[] }
  | Holding
  | {
      readonly kind: 'refused';
      readonly error: ErrorKind;
      /** Without `record`. */
      readonly values: Readonly<Record<string, string | number>>;
    };

/** It waits for a person to decide. */
export interface Holding {
  readonly kind: 'held';
  readonly reason: HeldReason;
  readonly conflicts: readonly string[];
  readonly base: number | undefined;
  /** What rules of the site have found. */
  readonly findings?: readonly string[];
}

/** CHECK: a rule of the site says so. */
export type HeldReason = 'UNKNOWN_REVISION' | 'CONFLICT' | 'ASKED' | 'CHECK';

/** 005 has tenths of a second, and no two versions of a record have the same. */
const tenth = 100;

/** The time of the version behind one, in the clock of a batch or later. */
export function timeAfter(before: Date, now: Date): Date {
  return now.getTime() >= before.getTime() + tenth ? now : new Date(before.getTime() + tenth);
}

/** Does this 005 name a version of this time? */
export function isStampOf(stamp: Date, modified: Date): boolean {
  return Math.floor(stamp.getTime() / tenth) === Math.floor(modified.getTime() / tenth);
}

/** The version that an input says it was made from; undefined: it does not say. */
export function stampedBase({ mode, record, ours, base }: Omit<Incoming, 'identity'>): Date | 'unreadable' | undefined {
  if (base !== undefined) return undefined;
  // The 005 of another library names none of our versions.
  if (!ours || !looksAtStamp(mode)) return undefined;
  const stamp = controlValue(record, '005')?.trim() ?? '';
  return stamp === '' ? undefined : (readTimeStamp(stamp) ?? 'unreadable');
}

/** THE decision: what becomes of a record when an input comes for it. */
export function nextVersion(
  standing: Standing,
  given: Incoming,
  rules: ChangeRules,
  base: (stamp: Date) => BaseVersion | undefined,
  now: Date,
): Verdict {
  const { mode } = given;
  const incoming = { ...given, record: withoutOwnLinks(given.record, standing.id, linksOf(standing)) };
  if (incoming.identity.deletes && !isPartial(mode)) return deletion(standing, rules, now);
  const typed = typedUnseen(incoming.record, rules);
  if (typed !== undefined)
    return { kind: 'refused', error: recordErrors.hiddenTyped, values: { id: standing.id, paths: typed } };
  if (!isBehind(standing, incoming))
    return written(standing, incoming, { content: plain(standing, incoming, rules), merged: false }, rules, now);
  const stamp = stampedBase(incoming);
  const named = incoming.base ?? (stamp instanceof Date ? base(stamp) : undefined);
  const found = named === 'unknown' ? undefined : named;
  // An older one that says what the newest says: nobody has to decide anything.
  const whole = written(standing, incoming, { content: plain(standing, incoming, rules), merged: false }, rules, now);
  if (whole.kind === 'unchanged' || (found === undefined && rules.ignoresUnknown === true)) return whole;
  if (found === undefined) return { kind: 'held', reason: 'UNKNOWN_REVISION', conflicts: [], base: undefined };
  if (found.revision === standing.revision) return whole;
  const origin = withoutOwnLinks(found.record, standing.id);
  const wish = applyMode(mode, origin, incoming.record, rules.modes);
  // Whoever is not shown what is hidden has not taken it away.
  const kept = withHidden({ ...standing, marc: encodeStored(origin) }, incoming, wish, rules);
  if ('kind' in kept) return kept;
  const ours = kept.leader === '' ? { ...kept, leader: leaderKept(origin.leader) } : kept;
  const { record, conflicts } = mergeRecords(origin, contentOf(standing), ours, rules.prefer);
  if (conflicts.length > 0 && rules.prefer === undefined)
    return { kind: 'held', reason: 'CONFLICT', conflicts, base: found.revision };
  return written(standing, incoming, { content: record, merged: true }, rules, now);
}

/**
 * Would what somebody wants to wait change nothing, if it were accepted as the whole record? Then
 * nobody has to decide anything.
 */
export function wouldChangeNothing(
  standing: Standing,
  given: Pick<Incoming, 'record' | 'identity' | 'ours'>,
  rules: ChangeRules,
): boolean {
  const incoming = { ...given, mode: 'insert-or-replace' } as const;
  // What is hidden from somebody must not be found out by guessing it.
  const hidden = rules.hidden === 'unseen' ? 'unseen' : 'keep';
  const accepting: ChangeRules = { ...rules, hidden, ignoresUnknown: true, checks: undefined };
  return nextVersion(standing, incoming, accepting, () => undefined, new Date()).kind === 'unchanged';
}

/** Was it made from an older version, or from one that nobody knows? */
function isBehind(standing: Standing, incoming: Incoming): boolean {
  const { base } = incoming;
  if (base !== undefined) return base === 'unknown' || base.revision !== standing.revision;
  const stamp = stampedBase(incoming);
  return stamp !== undefined && (stamp === 'unreadable' || !isStampOf(stamp, standing.modified));
}

/** What the mode makes of the newest version. Most that replace one need not read it for that. */
function plain(standing: Standing, { mode, record }: Incoming, { modes }: ChangeRules): MarcRecord {
  const needsCurrent = isPartial(mode) || modes.strongTags.some((tag) => standing.marc.includes(`"${tag}`));
  return needsCurrent ? applyMode(mode, contentOf(standing), record, modes) : record;
}

function written(
  standing: Standing,
  incoming: Incoming,
  { content, merged }: { readonly content: MarcRecord; readonly merged: boolean },
  rules: ChangeRules,
  now: Date,
): Verdict {
  const { identity, mode } = incoming;
  const shown = withHidden(standing, incoming, content, rules);
  if ('kind' in shown) return shown;
  const modified = timeAfter(standing.modified, now);
  const { id, created, keys: before } = standing;
  const ours = incoming.ours || merged || isPartial(mode);
  const leaderBefore = shown.leader === '' ? leaderOfStored(standing.marc) : undefined;
  // What led to the same documents elsewhere leads to them here from now on.
  const rest = incoming.links === undefined ? shown : withoutOwnLinks(shown, id, incoming.links);
  const linked = withOwnLinks(rest, incoming.links ?? linksOf(standing));
  const record = stampRecord(linked, identity, { id, ours, modified, leaderBefore });
  const found =
    merged || isPartial(mode) || shown !== incoming.record
      ? keysOfContent(record, id, before, isPartial(mode) ? [] : keysAfter(identity, id, incoming.ours, before))
      : keysAfter(identity, id, incoming.ours, before);
  const keys = withAliases(found, standing);
  const marc = encodeStored(record);
  // The time of the version has one length, so that most versions differ in it.
  if (!rules.always && marc.length === standing.marc.length && sameContent(record, decodeStored(standing.marc)))
    return { kind: 'unchanged', keys };
  const version = { id, revision: standing.revision + 1, deleted: isDeleted(record), created, modified, record };
  const verdict = { kind: 'write', outcome: merged ? 'merged' : 'replaced', version, marc, keys } as const;
  if (rules.checks === undefined || version.deleted) return verdict;
  // What came whole was looked at as it came; not yet with what others have changed.
  const isWhole = !isPartial(mode) && incoming.base === undefined && !merged;
  const { refusal, holds, warnings } = isWhole ? (incoming.checked ?? nothingFound) : rules.checks([record])[0]!;
  if (refusal !== undefined) return { kind: 'refused', ...refusal };
  if (holds.length > 0) return { kind: 'held', reason: 'CHECK', conflicts: [], base: undefined, findings: holds };
  return warnings.length === 0 ? verdict : { ...verdict, warnings };
}

function withAliases(keys: readonly string[], { aliases = [] }: Standing): readonly string[] {
  return aliases.length === 0 ? keys : [...new Set([...keys, ...aliases])];
}

/** What people wrote of it, without the links to its documents, which are the library's. */
function contentOf({ id, marc }: Standing): MarcRecord {
  const record = decodeStored(marc);
  return mayHaveOwnLinks(marc) ? withoutOwnLinks(record, id) : record;
}

function linksOf({ id, marc }: Standing): readonly Field[] {
  return mayHaveOwnLinks(marc) ? ownLinks(decodeStored(marc), id) : [];
}

/** As `record delete` makes it: the record stays what it was, and is marked. */
function deletion(standing: Standing, { always }: ChangeRules, now: Date): Verdict {
  const { id, created, keys } = standing;
  const marked = markDeleted(decodeStored(standing.marc));
  const modified = timeAfter(standing.modified, now);
  const record = stampRecord(marked, identify(marked), { id, ours: true, modified });
  if (!always && sameContent(record, decodeStored(standing.marc))) return { kind: 'unchanged', keys };
  const version = { id, revision: standing.revision + 1, deleted: true, created, modified, record };
  return { kind: 'write', outcome: 'deleted', version, marc: encodeStored(record), keys };
}

/** The hidden paths at which somebody who is not shown them brings something; undefined: none. */
export function typedUnseen(record: MarcRecord, { hidden, hiddenPaths }: ChangeRules): string | undefined {
  if (hidden !== 'unseen' || hiddenPaths.none) return undefined;
  const mask = hiddenPaths.partOf(record)?.mask ?? 0n;
  return mask === 0n ? undefined : hiddenPaths.namesOf(mask).join(', ');
}

/** The content with hidden fields that it would lose, or why it may not lose them. */
function withHidden(
  standing: Standing,
  { mode, record }: Incoming,
  content: MarcRecord,
  { hiddenPaths, hidden }: ChangeRules,
): MarcRecord | Extract<Verdict, { kind: 'refused' }> {
  // Whoever names a whole field to take it away has seen it.
  if (mode === 'append' || mode === 'delete' || hidden === 'drop') return content;
  if (!hiddenPaths.mayBeIn(standing.marc)) return content;
  const hasSeen = mode === 'correct' && hidden !== 'unseen';
  const before = hasSeen ? notRemoved(contentOf(standing), record) : contentOf(standing);
  const stored = hiddenPaths.partOf(before);
  const given = hiddenPaths.partOf(content);
  const lost = (stored?.mask ?? 0n) & ~(given?.mask ?? 0n);
  if (stored === undefined || lost === 0n) return content;
  const values = { id: standing.id, paths: hiddenPaths.namesOf(lost).join(', ') };
  if (hidden === 'refuse') return { kind: 'refused', error: recordErrors.hiddenLost, values };
  if (!hasPlaceFor(given, stored, lost)) return { kind: 'refused', error: recordErrors.hiddenNoPlace, values };
  return hiddenPaths.withKept(content, before);
}

function notRemoved({ leader, fields }: MarcRecord, incoming: MarcRecord): MarcRecord {
  const named = new Set(incoming.fields.filter(isRemoval).map(({ tag, ind1, ind2 }) => tag + ind1 + ind2));
  return { leader, fields: fields.filter(({ tag, ind1, ind2 }) => !named.has(tag + ind1 + ind2)) };
}
