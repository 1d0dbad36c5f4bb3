/**
 * Number of OCLC's WorldCat. MARC 21 has it in 035 as "(OCoLC)814782"; as OCLC gives it out it has
 * a prefix for its length: ocm, ocn, on. Zeros before it do not count.
 */
const named =
  /^\s*(?:\(ocolc\)\s*(?:oc[mn]|on)?|(?:https?:\/\/)?(?:[\w-]+\.)*worldcat\.org\/(?:\S*\/)?oclc\/|oclc(?:\s*(?:no\.?|number|#))?[:\s]+(?:oc[mn]|on)?|oc[mn]|on(?=\d{10}\b))0*(\d{1,14})\s*$/i;
const bare = /^\s*0*([1-9]\d{0,13})\s*$/;

/** The number of a text that says it is one. */
export function oclcOf(text: string): string | undefined {
  return named.exec(text)?.[1];
}

/** The same where one is expected, also of digits alone. */
export function bareOclc(text: string): string | undefined {
  return oclcOf(text) ?? bare.exec(text)?.[1];
}
