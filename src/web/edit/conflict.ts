import type { FastifyReply } from 'fastify';
import { withPlaced } from '../../marc/content.ts';
import { mergeRecords } from '../../marc/merge.ts';
import type { Field, MarcRecord } from '../../marc/record.ts';
import { toCompleteTextMarc } from '../../marc/writers/text-complete.ts';
import type { EditConflict } from '../../records/edit.ts';
import { given } from '../account/forms.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { sendHtml } from '../exchange/reply.ts';
import { readShown } from '../reading/shown-version.ts';
import { visibleRecord } from '../reading/visible-record.ts';
import { conflictPage, type Side } from './conflict-page.ts';
import { numberGiven, type Shown } from './shown.ts';
import { readText } from './text.ts';

/** 409: what both changed, side by side, with all that was typed. */
export async function answerConflict(exchange: Exchange, shown: Shown, conflict: EditConflict): Promise<FastifyReply> {
  const [base, theirs] = [conflict.base, conflict.theirs].map((one) => one && visibleRecord(exchange, one));
  const ours = readText(shown.text).record;
  const row = (tag: string) => {
    const [before, there, here] = [base, theirs, ours].map((record) => linesOf(record, tag));
    return { tag, base: before!, theirs: there!, ours: here! };
  };
  const rows = conflict.conflicts.map(row).filter(({ theirs: a, ours: b }) => a.join('\n') !== b.join('\n'));
  const { versions } = await exchange.history(conflict.id, { offset: 0, limit: 1 });
  return sendHtml(
    exchange,
    conflictPage(exchange.page, {
      ...{ ...shown, rows, seen: conflict.revision, hasBase: base !== undefined, by: versions[0]?.person },
    }),
    409,
  );
}

/** The editor with what was chosen on that page, over the version that was shown there. */
export async function resolved(exchange: Exchange, shown: Shown): Promise<Shown> {
  const { id } = shown;
  const seen = numberGiven(exchange, 'seen');
  const [base, theirs] = await Promise.all([readShown(exchange, id, shown.base), readShown(exchange, id, seen)]);
  if (theirs === undefined) return shown;
  const [before, there] = [base, theirs].map((one) => one && visibleRecord(exchange, one.record));
  const ours = readText(shown.text).record;
  const merged = before === undefined ? there! : mergeRecords(before, there!, ours).record;
  const picks = tagsIn(merged, there!, ours).flatMap((tag) => {
    const side = given(exchange, `pick-${tag}`);
    return side === 'ours' || side === 'both' ? [[tag, side] as const] : [];
  });
  const record = picks.reduce((made, [tag, side]) => picked(made, ours, tag, side), merged);
  const done = exchange.page.tr.t('edit.resolved');
  return { ...shown, base: seen, text: toCompleteTextMarc(record), findings: undefined, done };
}

function tagsIn(...records: readonly MarcRecord[]): readonly string[] {
  return ['LDR', ...new Set(records.flatMap(({ fields }) => fields.map(({ tag }) => tag)))];
}

function picked(record: MarcRecord, ours: MarcRecord, tag: string, side: Side): MarcRecord {
  if (tag === 'LDR') return { ...record, leader: ours.leader };
  const own = ours.fields.filter((field) => field.tag === tag);
  if (side === 'both') {
    const there = new Set(linesOf(record, tag));
    const added = own.filter((field) => !there.has(lineOf(field)));
    return { ...record, fields: withPlaced(record.fields, added) };
  }
  const rest = record.fields.filter((field) => field.tag !== tag);
  return { ...record, fields: withPlaced(rest, own) };
}

function linesOf(record: MarcRecord | undefined, tag: string): readonly string[] {
  if (record === undefined) return [];
  if (tag === 'LDR') return record.leader === '' ? [] : [record.leader];
  return record.fields.filter((field) => field.tag === tag).map(lineOf);
}

function lineOf(field: Field): string {
  return toCompleteTextMarc({ leader: '', fields: [field] }).trimEnd();
}
