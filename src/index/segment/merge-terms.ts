import type { TermsWriter } from './dictionary-writer.ts';
import { compareNames, isWordSpace } from './format.ts';
import type { MergePlan, MergeSource } from './merge-plan.ts';
import { type Head, MergedList } from './merged-list.ts';
import { compareCursors, TermCursor } from './term-cursor.ts';

/**
 * Merges all dictionaries and posting lists into `terms`. Terms that no kept record has are left
 * out.
 */
export function mergeTerms(plan: MergePlan, terms: TermsWriter): void {
  const names = new Set(plan.sources.flatMap(({ segment }) => segment.spaces));
  const list = new MergedList(terms);
  for (const name of [...names].sort(compareNames)) mergeSpace(plan.sources, name, terms, list);
}

function mergeSpace(sources: readonly MergeSource[], name: string, terms: TermsWriter, list: MergedList): void {
  const words = isWordSpace(name);
  const heap: Head[] = [];
  for (const [input, source] of sources.entries()) {
    const space = source.segment.spaceTables.get(name);
    if (!space || source.kept === 0) continue;
    const cursor = new TermCursor(source.segment, space);
    if (cursor.next()) heap.push({ input, cursor, map: source.map, all: source.kept === source.segment.count });
  }
  heap.sort((a, b) => compareCursors(a.cursor, b.cursor));
  terms.beginSpace(name);
  let sum = 0;
  const same: Head[] = [];
  while (heap.length > 0) {
    const top = heap[0]!;
    if (isAlone(heap)) {
      sum += list.merge([top], words);
      if (top.cursor.next()) sink(heap);
      else removeTop(heap);
      continue;
    }
    same.length = 0;
    while (heap.length > 0 && compareCursors(heap[0]!.cursor, top.cursor) === 0) {
      same.push(heap[0]!);
      removeTop(heap);
    }
    // Inputs often follow one another by record number; in their order nothing needs sorting.
    same.sort((a, b) => a.input - b.input);
    sum += list.merge(same, words);
    for (const head of same) if (head.cursor.next()) insert(heap, head);
  }
  terms.endSpace(sum);
}

/** True when no other cursor stands on the term of the top one. */
function isAlone(heap: readonly Head[]): boolean {
  const top = heap[0]!.cursor;
  for (let child = 1; child < heap.length && child <= 2; child++) {
    if (compareCursors(heap[child]!.cursor, top) === 0) return false;
  }
  return true;
}

function sink(heap: Head[]): void {
  const head = heap[0]!;
  let at = 0;
  for (;;) {
    let child = at * 2 + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && compareCursors(heap[child + 1]!.cursor, heap[child]!.cursor) < 0) child++;
    if (compareCursors(heap[child]!.cursor, head.cursor) >= 0) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = head;
}

function removeTop(heap: Head[]): void {
  const last = heap.pop()!;
  if (heap.length === 0) return;
  heap[0] = last;
  sink(heap);
}

function insert(heap: Head[], head: Head): void {
  let at = heap.push(head) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (compareCursors(heap[parent]!.cursor, head.cursor) <= 0) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = head;
}
