import { type SearchRequest, withoutFilters } from '../../search/request.ts';
import { toUrl } from '../../search/url-of-request.ts';
import { withParameter } from '../http/url.ts';

/** The list of terms near what a request asks for. */
export function browseAddress(request: SearchRequest): string {
  return withParameter(
    toUrl(withoutFilters(request), { text: request.text, field: request.field }),
    'action',
    'browse',
  );
}
