// Each has one text as its default: "FROM TO|FROM TO".
declare module 'opencc-js/dict/TSCharacters';
declare module 'opencc-js/dict/JPShinjitaiCharacters';
