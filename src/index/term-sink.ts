/**
 * The seam between analysis (what terms a record has) and inversion (which records a term has).
 *
 * A *term space* is a named dictionary inside a segment:
 *   "w:CODE"   words of a logical field, with positions            (w:title -> "higgs")
 *   "v:CODE"   whole values (or name forms) of a logical field      (v:author -> "ellis, j")
 *   "m:PATH"   whole values of one MARC path, normalised for lookup     (m:245__a -> "the higgs boson"), control fields as "m:008"
 *   "o:"       whom the record names as owner or viewer, by identity: letter case aside, exactly
 * Terms are Unicode strings, already normalised (case, accents, stem) by the tokenizer of the
 * space.
 */
export interface TermSink {
  /** The number of a space in this sink; the same name always gives the same number. */
  space(name: string): number;
  /**
   * The number of a word in this sink; the same text always gives the same number. A word of a
   * title stands in four spaces and comes again in every other record: who remembers its number
   * need not look it up again.
   */
  term(text: string): number;
  /**
   * One occurrence of a numbered word at a position (counted in words, with a gap of 100 between
   * values). Several may share a position.
   */
  word(space: number, term: number, position: number): void;
  /**
   * A whole value: no positions, no frequency. Over `maximumTermBytes` of UTF-8 it is keyed by
   * prefix and hash (see term-key.ts).
   */
  value(space: number, term: string): void;
}
