/**
 * One-time links and answers of providers are good for whoever reads them, also in a log; also
 * within an address to come back to.
 */
export function withoutSecrets(url: string): string {
  return url.replace(/((?:[?&]|%3F|%26)(?:token|code|state)(?:=|%3D))[^&#%]+/gi, '$1...');
}
