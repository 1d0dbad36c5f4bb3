/** What is wrong with the setting `fetch-urls`, as the end of a sentence about it. */
export function fetchUrlsProblem(text: string): string | undefined {
  const wrong = text
    .split(',')
    .map((one) => one.trim())
    .find((one) => !/^https:\/\/[^\s/]/.test(one) || !URL.canParse(one) || new URL(one).username !== '');
  return wrong === undefined ? undefined : `has "${wrong}", which is no address that begins with https://`;
}
