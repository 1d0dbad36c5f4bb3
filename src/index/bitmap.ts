import roaring from 'roaring';

/** The package is CommonJS in a form whose names Node does not see, so that `import { RoaringBitmap32 }` fails at run time. */
export const RoaringBitmap32 = roaring.RoaringBitmap32;
export type RoaringBitmap32 = InstanceType<typeof roaring.RoaringBitmap32>;
