/** What one setting is: a row of the table of settings. */
export interface SettingDefinition {
  /** In reperio.yaml; undefined when only the environment can give it. */
  readonly name: string | undefined;
  readonly environment: string;
  /**
   * bytes: a number with an optional kB, MB, GB. duration: milliseconds, or a number with ms, s,
   * min, h, d. path: relative to the file that names it.
   */
  readonly type: 'text' | 'number' | 'boolean' | 'path' | 'bytes' | 'duration';
  /** Undefined: unset. A path is relative to the clone. */
  readonly default: string | number | boolean | undefined;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly choices?: readonly string[];
  /** In the file it may be a map: each key with its text or list of texts (map-text.ts). */
  readonly map?: true;
  /** What is wrong with a text, as the end of a sentence about it; undefined: nothing. */
  readonly problem?: (text: string) => string | undefined;
  /**
   * When another value takes effect: after a restart of `serve`; after a reload, which starts
   * processes that read settings anew; or with the next command that reads it, since `serve` does
   * not.
   */
  readonly change: 'restart' | 'reload' | 'command';
  /** Not shown by `config list`. */
  readonly secret?: true;
  readonly doc: string;
  /** How the manual says a default that depends on the machine. */
  readonly defaultDoc?: string;
}
