/**
 * What a role may be allowed to do, with the arguments that narrow it. Names are those of Invenio, so that its roles
 * can be kept.
 */
export const actions: Readonly<Record<string, readonly string[]>> = {
  viewrestrcoll: ['collection'],
  viewhiddenpaths: [],
  viewrestrdoc: ['status'],
  viewrestrcomment: ['status'],
  runbibedit: ['collection'],
  runbibeditmulti: ['collection'],
  runbibmerge: [],
  runbibupload: [],
  runbatchuploader: ['collection'],
  runbibdocfile: [],
  runwebstatadmin: [],
  cfgwebsearch: [],
  cfgwebaccess: [],
};
