/**
 * Number of an e-print at arXiv: "hep-th/9611127" until March 2007, "0704.0001" since, five digits
 * after the dot since 2015. A version is no part of it, nor is the class of "math.GT/0309136".
 */
const form = new RegExp(
  '^[\\s[(]*(?:' +
    '(?:https?:\\/\\/)?(?:[\\w-]+\\.)?arxiv\\.org\\/(?:abs|pdf|html|ps|format)\\/' +
    '|oai:arxiv\\.org:|info:(?:eprint\\/)?arxiv\\/|urn:arxiv:' +
    '|(?:(?:https?:\\/\\/)?(?:dx\\.)?doi\\.org\\/|doi:\\s*)?10\\.48550\\/arxiv\\.' +
    '|arxiv\\s*[:\\s]\\s*(?:arxiv:)?)?' +
    '(?:([a-z]+(?:-[a-z]+)*)(?:\\.[a-z]{2})?\\/(\\d{7})|(\\d{4}\\.\\d{4,5}))' +
    '(?:v\\d+)?(?:\\.pdf)?\\s*(?:\\[[^\\]]*\\])?[\\s\\])]*$',
  'i',
);

/** The number by which arXiv knows an e-print; undefined when the text is something else. */
export function arxivOf(text: string): string | undefined {
  const found = form.exec(text);
  if (found === null) return undefined;
  return found[3] ?? `${found[1]!.toLowerCase()}/${found[2]}`;
}
