/**
 * A knowledge base that the site file leaves to the library ("journals: library") is kept with the
 * site file as it was when that was applied, beside the files that it names: so all nodes index by
 * the same, and a change of the base takes effect when it is applied.
 */
const prefix = 'knowledge:';

/** What a library has under a name; undefined: no such base. */
export type SiteBases = (name: string) => Readonly<Record<string, string>> | undefined;

/** As which file of the site a base is kept. */
export function baseFile(name: string): string {
  return prefix + name;
}

export function isBaseFile(path: string): boolean {
  return path.startsWith(prefix);
}

export function baseBytes(entries: Readonly<Record<string, string>>): Uint8Array {
  return Buffer.from(JSON.stringify(entries));
}

/** Of files as a site version has them, in base64. */
export function storedBases(files: Readonly<Record<string, string>>): SiteBases {
  return (name) => {
    const stored = Object.hasOwn(files, baseFile(name)) ? files[baseFile(name)] : undefined;
    return stored === undefined ? undefined : JSON.parse(Buffer.from(stored, 'base64').toString('utf8'));
  };
}
