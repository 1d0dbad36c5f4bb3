/** One-time links and answers of providers are good for whoever reads them, also in a log. */
export function withoutSecrets(url: string): string {
  return url.replace(/([?&](?:token|code|state)=)[^&#]+/g, '$1...');
}
