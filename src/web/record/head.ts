import type { Work } from '../../description/work.ts';
import { exportFormats } from '../../formats/formats.ts';
import { plainText } from '../../formats/mathematics.ts';
import { dublinCoreMeta, highwireMeta, schemaOrg } from '../../formats/metadata.ts';
import { type Html, html, jsonScript } from '../../html/html.ts';
import { type FilePage, pdfsOf } from '../files/files.ts';
import { formatName } from '../ui/format-menu.ts';
import type { PageContext } from '../ui/page-context.ts';

interface DescribedRecord {
  readonly id: number;
  readonly work: Work;
  readonly files: FilePage;
}

/**
 * What machines read of a record's page: schema.org, Highwire and Dublin Core, and where its other
 * formats are.
 */
export function recordHead(context: PageContext, model: DescribedRecord): Html {
  const pdfs = pdfsOf(model.files, context.baseUrl);
  const address = `${context.baseUrl}/record/${model.id}`;
  const description = model.work.abstracts[0];
  const meta = [...highwireMeta(model.work, address, pdfs), ...dublinCoreMeta(model.work, address)];
  return html`<link rel="canonical" href="${address}">
<link rel="resourcesync" href="/resourcesync/capabilities.xml">
${description !== undefined && html`<meta name="description" content="${plainText(description).slice(0, 300)}">`}
<link rel="unapi-server" type="application/xml" title="unAPI" href="/unapi">
<link rel="schema.DC" href="http://purl.org/dc/elements/1.1/">
${meta.map(
  ([name, content]) => html`<meta name="${name}" content="${content}">
`,
)}${exportFormats
  .filter((format) => format.mediaTypes.length > 0)
  .map(
    (
      format,
    ) => html`<link rel="alternate" type="${format.contentType.split(';')[0]!}" title="${formatName(context, format)}" href="/record/${model.id}/export/${format.code}">
`,
  )}${jsonScript('application/ld+json', schemaOrg(model.work, { address, id: model.id, library: context.libraryName, libraryAddress: context.baseUrl, ...(pdfs.length > 0 && { pdfs }) }))}`;
}
